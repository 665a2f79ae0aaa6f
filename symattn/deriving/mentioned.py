"""Which inputs and definitions the formulas of a derivation mention, through all levels."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symattn.deriving.step import Chain

NAME = re.compile(r"[^\W\d]\w*")


def formulas_of(derivation: Chain) -> list[str]:
    """The start, what every step comes to, and what bounds exceed the smaller side by."""
    steps = derivation.steps
    return [derivation.start, *(step.after for step in steps), *(step.slack for step in steps)]


def mentioned_definitions(derivation: Chain) -> list[str]:
    """The definitions that the formulas and the conditions need, in order, a line each."""
    setting = derivation.setting
    lines = [line.strip() for line in setting.given.splitlines() if line.strip()]
    wanted = {name for formula in (*formulas_of(derivation), *setting.conditions) for name in names_in(formula)}
    kept = []
    for line in reversed(lines):
        left, _, right = line.partition("=")
        if not names_in(left) or next(NAME.finditer(left))[0] in wanted:
            kept.append(line)
            wanted |= names_in(right)
    return kept[::-1]


def mentioned_inputs(derivation: Chain, definitions: Iterable[str]) -> dict[str, str]:
    """The inputs with their shapes, as they were declared, that formulas, conditions or definitions mention."""
    texts = (*formulas_of(derivation), *definitions, *derivation.setting.conditions)
    found = set().union(*map(names_in, texts))
    return {name: shape for name, shape in derivation.setting.inputs.items() if name in found}


def names_in(text: str) -> set[str]:
    """The words of a text that may be names."""
    return {found[0] for found in NAME.finditer(text)}
