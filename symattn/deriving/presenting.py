"""Derivations as documents: formulas printed as mathematics, each step with its rule and evidence."""

from __future__ import annotations

from typing import Any

from symattn.deriving.claim import Setting
from symattn.deriving.formulas import SIGNS, condition, formula
from symattn.deriving.mentioned import mentioned_definitions, mentioned_inputs
from symattn.deriving.saying import with_formulas
from symattn.deriving.step import Chain, Step
from symattn.deriving.wording import ENGLISH, Wording
from symattn.nodes import full_shape
from symattn.publishing import Presentation
from symattn.publishing.document import Block, Heading, Joined, Paragraph, RealMatrices, StepLine, Steps


def derivation_presentation(derivation: Chain, source: str = "") -> Presentation:
    """One derivation as a document of its own."""
    return Presentation(ENGLISH.title(derivation.title), tuple(_inside(derivation, ENGLISH)), source=source)


def derivation_blocks(derivation: Chain, level: int = 2, wording: Wording = ENGLISH) -> list[Block]:
    """A derivation under its title: what it is about, then the chain."""
    title = wording.title(wording.said(derivation.title))
    return [Heading(title, level=level), *_inside(derivation, wording)]


def _inside(derivation: Chain, wording: Wording) -> list[Block]:
    setting, definitions = derivation.setting, mentioned_definitions(derivation)
    symbols = [setting.symbols[name] for name in mentioned_inputs(derivation, definitions)]
    inputs = [[Joined((symbol, RealMatrices(full_shape(symbol))), "∈")] for symbol in symbols]
    kept = {line.partition("=")[0].split("[")[0].strip() for line in definitions}
    named = [[Joined((each.left_side, each.expression), "=")] for each in setting.definitions if each.name in kept]
    clauses: list[tuple[str, list[list[Any]]]] = [
        (wording.inputs, inputs),
        (wording.definitions, named),
        (wording.conditions, [_condition(setting, text, wording) for text in setting.conditions]),
    ]
    stated: list[Any] = []
    for word, parts in clauses:
        if parts:
            stated += [wording.semicolon, word] if stated else [word]
            stated += [part for each in parts for part in (wording.comma, *each)][1:]
    about: list[Block] = [Paragraph(wording.title(stated[0]), *stated[1:], wording.colon)] if stated else []
    return [
        *about,
        Steps(formula(setting, derivation.start), [_line(setting, step, wording) for step in derivation.steps]),
    ]


def _condition(setting: Setting, text: str, wording: Wording) -> list[Any]:
    """A relation as one formula, a condition in words as words with formulas between them."""
    shown = condition(setting, text)
    return with_formulas(setting, wording.said(shown)) if isinstance(shown, str) else [shown]


def _line(setting: Setting, step: Step, wording: Wording) -> StepLine:
    remark = with_formulas(setting, wording.said(step.note)) if step.note else []
    if step.slack:
        before, after = wording.differ
        remark += [*([wording.semicolon] if step.note else []), before, formula(setting, step.slack), after]
    value = formula(setting, step.after)
    return StepLine(SIGNS[step.relation], value, wording.reason_of(step), step.evidence, tuple(remark))
