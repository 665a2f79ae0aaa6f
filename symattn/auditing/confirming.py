"""Two values of one system: proved equal for every size, else counted at how many instances they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symattn.auditing.sampling import Difference, compared
from symattn.equations import EquationSystem
from symattn.errors import SymattnError
from symattn.proof import prove_values
from symattn.proof.counterexample import search
from symattn.verdicts import Counterexample, Verdict
from symattn.verification.instances import Instance

WITHIN = "50 · 2⁻⁵³ × conditioning scale"
"""How far apart two values may be that rounding alone has parted."""

CONFIRMING_SECONDS = 2.0
"""For the proof that a mistake makes what is claimed, once the numbers have said so."""


def equality(
    system: EquationSystem, left: str, right: str, statement: str, at: Sequence[Instance], seconds: float
) -> Verdict:
    """Whether two values of a system are equal: refuted by numbers, proved, or sampled where no proof is found."""
    agreed, apart = compared(system, left, right, at)
    if apart:
        return refuted(system, left, right, statement, apart, seconds)
    verdict = proved(system, left, right, statement, seconds)
    return verdict if verdict.kind in ("proved", "refuted") else sampled(statement, agreed, at, _not(verdict))


def confirmed(system: EquationSystem, left: str, right: str, agreed: int, at: Sequence[Instance]) -> Verdict:
    """The same for values that are known to agree at so many instances."""
    statement = f"{left} = {right}"
    verdict = proved(system, left, right, statement, CONFIRMING_SECONDS)
    return verdict if verdict.kind == "proved" else sampled(statement, agreed, at, _not(verdict))


def _not(verdict: Verdict) -> str:
    return f"not proved: {verdict.reason}"


def proved(system: EquationSystem, left: str, right: str, statement: str, seconds: float) -> Verdict:
    """What the prover says of two values; ``unknown`` where it cannot be asked."""
    try:
        return replace(prove_values(system, left, right, seconds), statement=statement)
    except SymattnError as error:
        return Verdict("unknown", statement, error.message)


def sampled(statement: str, agreed: int, at: Sequence[Instance], why: str) -> Verdict:
    """That two values agree in floating point at some instances, and why nothing stronger is known."""
    if not agreed:
        return Verdict("unknown", statement, f"no instance could be compared; {why}")
    reason = f"equal within {WITHIN} at {agreed} random instances; {why}"
    return Verdict("sampled", statement, reason, instances=tuple(instance.label for instance in at))


def refuted(
    system: EquationSystem,
    left: str,
    right: str,
    statement: str,
    apart: Sequence[tuple[Instance, Difference]],
    seconds: float,
) -> Verdict:
    """The smallest counterexample that is decided in exact numbers; else the smallest instance in floating point."""
    reason = "the mechanism (left) and the claim (right) differ at the numbers shown"
    try:
        found = search(system, left, right, seconds=seconds)
    except SymattnError as error:
        counterexample, why = None, error.message
    else:
        counterexample, why = found.counterexample, found.stopped or "no small numbers show it"
    if counterexample is None:
        instance, difference = min(apart, key=lambda pair: pair[0].volume)
        counterexample = at_instance(instance, difference)
        reason = f"floating-point values are apart by {difference.ratio:.3g} × {WITHIN}; exact numbers: {why}"
    return Verdict("refuted", statement, reason, counterexample=counterexample)


def at_instance(instance: Instance, difference: Difference) -> Counterexample:
    """An instance as a counterexample in floating point."""
    shown: dict[str, Any] = dict(instance.elements[0])
    left, right = f"{difference.left:.12g}", f"{difference.right:.12g}"
    return Counterexample(dict(instance.sizes), shown, difference.place, left, right, "sampled")
