"""Printing: a derivation as aligned lines, each with its rule and its evidence behind it."""

from __future__ import annotations

from symattn.deriving.step import Chain

WIDEST = 76
"""Characters of a formula beyond which its label goes to a line of its own."""


def lines_of(derivation: Chain) -> list[str]:
    """The title, what is given, then a line a step: relation, formula, ``[by rule; evidence]``."""
    indent, lines = "  ", [derivation.title]
    setting = derivation.setting
    if setting.inputs:
        shapes = (f"{name} ({shape})" if shape else name for name, shape in setting.inputs.items())
        lines.append(f"{indent}for {', '.join(shapes)}")
    lines += [f"{indent}with {line.strip()}" for line in setting.given.splitlines() if line.strip()]
    lines += [f"{indent}where {condition}" for condition in setting.conditions]
    formulas = [f"{step.relation:>2} {step.after}" for step in derivation.steps]
    lines.append(f"{indent}   {derivation.start}")
    width = max((len(formula) for formula in formulas if len(formula) <= WIDEST), default=0)
    for formula, step in zip(formulas, derivation.steps, strict=True):
        label = f"[by {step.label}]"
        if len(formula) <= width:
            lines.append(f"{indent}{formula:<{width}}   {label}")
        else:
            lines += [f"{indent}{formula}", f"{indent}{'':<{width}}   {label}"]
    if derivation.steps:
        lines.append(f"{indent}evidence: {derivation.evidence}")
    return lines
