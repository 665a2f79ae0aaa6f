"""Derivations as documents: formulas printed as mathematics, each step with its rule and evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symattn.deriving.formulas import SIGNS, condition, formula
from symattn.deriving.mentioned import mentioned_definitions, mentioned_inputs
from symattn.deriving.step import Chain, Step
from symattn.nodes import full_shape
from symattn.publishing import Presentation
from symattn.publishing.document import Block, Heading, Joined, Paragraph, RealMatrices, StepLine, Steps


def derivation_presentation(derivation: Chain, source: str = "") -> Presentation:
    """One derivation as a document of its own."""
    return Presentation(sentence(derivation.title), tuple(_inside(derivation)), source=source)


def derivation_blocks(derivation: Chain, level: int = 2) -> list[Block]:
    """A derivation under its title: what it is about, then the chain."""
    return [Heading(sentence(derivation.title), level=level), *_inside(derivation)]


def sentence(title: str) -> str:
    """A title with a capital where it begins with a word, not with a name or a formula.

    >>> sentence("softmax ignores a shift"), sentence("p is positive")
    ('Softmax ignores a shift', 'p is positive')
    """
    first = title.split(" ")[0]
    return title[:1].upper() + title[1:] if first.isalpha() and (len(first) > 1 or first == "a") else title


def _inside(derivation: Chain) -> list[Block]:
    setting, definitions = derivation.setting, mentioned_definitions(derivation)
    inputs = [
        Joined((symbol, RealMatrices(full_shape(symbol))), "∈")
        for name, symbol in setting.symbols.items()
        if name in mentioned_inputs(derivation, definitions)
    ]
    kept = {line.partition("=")[0].split("[")[0].strip() for line in definitions}
    named = [Joined((each.left_side, each.expression), "=") for each in setting.definitions if each.name in kept]
    said = [
        *_clause("for ", inputs),
        *_clause("with ", named),
        *_clause("where ", [condition(setting, text) for text in setting.conditions]),
    ]
    about: list[Block] = []
    if said:
        first, *rest = said[:-1]
        about.append(Paragraph(first[:1].upper() + first[1:], *rest, ":"))
    if not derivation.steps:
        return [*about, Steps(formula(setting, derivation.start))]
    return [*about, Steps(formula(setting, derivation.start), [_line(derivation, step) for step in derivation.steps])]


def _clause(word: str, parts: Iterable[Any]) -> list[Any]:
    """A word, the parts with commas between them, and what stands before the next clause."""
    made: list[Any] = [word]
    for part in parts:
        made += [part, ", "]
    return [*made[:-1], "; "] if len(made) > 1 else []


def _line(derivation: Chain, step: Step) -> StepLine:
    rule, _, evidence = step.label.partition("; ")
    remark: list[Any] = [step.note] if step.note else []
    if step.slack:
        remark += [
            "; the sides differ by " if step.note else "the sides differ by ",
            formula(derivation.setting, step.slack),
            ", which is not negative",
        ]
    return StepLine(SIGNS[step.relation], formula(derivation.setting, step.after), rule, evidence, tuple(remark))
