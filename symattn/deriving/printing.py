"""Printing: a derivation as aligned lines, each with its rule and its evidence behind it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from symattn.deriving.step import Chain, Step

WIDEST = 76
"""Characters of a formula beyond which its label goes to a line of its own."""

PAGE = 110
"""Characters of a line of words."""

INDENT = "  "

NAME = re.compile(r"[^\W\d]\w*")


def lines_of(derivation: Chain) -> list[str]:
    """The title, what is given, then a line a step: relation, formula, ``[by rule; evidence]``, and what to see."""
    setting = derivation.setting
    formulas = [
        derivation.start,
        *(step.after for step in derivation.steps),
        *(step.slack for step in derivation.steps),
    ]
    definitions = [line.strip() for line in setting.given.splitlines() if line.strip()]
    used, inputs = _used(definitions, [*formulas, *setting.conditions]), []
    for name, shape in setting.inputs.items():
        if any(name in _names(text) for text in (*formulas, *used, *setting.conditions)):
            inputs.append(f"{name} ({shape})" if shape else name)
    lines = [derivation.title, *_wrapped(f"for {', '.join(inputs)}" if inputs else "", INDENT)]
    lines += [line for definition in used for line in _wrapped(f"with {definition}", INDENT)]
    lines += [line for condition in setting.conditions for line in _wrapped(f"where {condition}", INDENT)]
    lines += _chain(derivation)
    if derivation.steps:
        lines.append(f"{INDENT}evidence: {derivation.evidence}")
    return lines


def _chain(derivation: Chain) -> Iterator[str]:
    formulas = [f"{step.relation:>2} {step.after}" for step in derivation.steps]
    width = max((len(formula) for formula in formulas if len(formula) <= WIDEST), default=0)
    yield from _wrapped(f"   {derivation.start}", INDENT)
    for formula, step in zip(formulas, derivation.steps, strict=True):
        label = f"[by {step.label}]"
        if len(formula) <= width and width + len(label) <= PAGE:
            yield f"{INDENT}{formula:<{width}}   {label}"
        else:
            yield from _wrapped(formula, INDENT)
            yield from _wrapped(label, INDENT + " " * 6)
        yield from _wrapped(_remark(step), INDENT + " " * 6)


def _remark(step: Step) -> str:
    slack = f"the sides differ by {step.slack}, which is not negative" if step.slack else ""
    return "; ".join(part for part in (step.note, slack) if part)


def _wrapped(words: str, indent: str) -> list[str]:
    further = indent + " " * 4
    return textwrap.wrap(words, PAGE, initial_indent=indent, subsequent_indent=further, break_long_words=False)


def _used(definitions: list[str], formulas: Iterable[str]) -> list[str]:
    """The definitions that some formulas need, through all levels."""
    wanted = {name for formula in formulas for name in _names(formula)}
    kept = []
    for line in reversed(definitions):
        left, _, right = line.partition("=")
        if not _names(left) or next(NAME.finditer(left))[0] in wanted:
            kept.append(line)
            wanted |= _names(right)
    return kept[::-1]


def _names(text: str) -> set[str]:
    return {found[0] for found in NAME.finditer(text)}
