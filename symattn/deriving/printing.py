"""Printing: a derivation as aligned lines, each with its rule and its evidence behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from symattn.deriving.marked import as_typed
from symattn.deriving.mentioned import mentioned_definitions, mentioned_inputs
from symattn.deriving.step import Chain, Step
from symattn.deriving.wording import ENGLISH

WIDEST = 76
"""Characters of a formula beyond which its label goes to a line of its own."""

PAGE = 110
"""Characters of a line of words."""

INDENT = "  "


def lines_of(derivation: Chain) -> list[str]:
    """The title, what is given, then a line a step: relation, formula, ``[by rule; evidence]``, and what to see."""
    setting = derivation.setting
    used = mentioned_definitions(derivation)
    inputs = [f"{name} ({shape})" if shape else name for name, shape in mentioned_inputs(derivation, used).items()]
    lines = [derivation.title, *_wrapped(f"for {', '.join(inputs)}" if inputs else "", INDENT)]
    lines += [line for definition in used for line in _wrapped(f"with {definition}", INDENT)]
    lines += [line for condition in setting.conditions for line in _wrapped(f"where {as_typed(condition)}", INDENT)]
    lines += _chain(derivation)
    if derivation.steps:
        lines.append(f"{INDENT}evidence: {derivation.evidence}")
    return lines


def _chain(derivation: Chain) -> Iterator[str]:
    formulas = [f"{step.relation:>2} {step.after}" for step in derivation.steps]
    width = max((len(formula) for formula in formulas if len(formula) <= WIDEST), default=0)
    yield from _wrapped(f"   {derivation.start}", INDENT)
    for formula, step in zip(formulas, derivation.steps, strict=True):
        label = f"[{ENGLISH.reason_of(step)}]"
        if len(formula) <= width and width + len(label) <= PAGE:
            yield f"{INDENT}{formula:<{width}}   {label}"
        else:
            yield from _wrapped(formula, INDENT)
            yield from _wrapped(label, INDENT + " " * 6)
        yield from _wrapped(_remark(step), INDENT + " " * 6)


def _remark(step: Step) -> str:
    slack = f"the sides differ by {step.slack}, which is not negative" if step.slack else ""
    return "; ".join(part for part in (as_typed(step.note), slack) if part)


def _wrapped(words: str, indent: str) -> list[str]:
    further = indent + " " * 4
    return textwrap.wrap(words, PAGE, initial_indent=indent, subsequent_indent=further, break_long_words=False)
