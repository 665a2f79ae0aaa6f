"""Equality: a step between equal sides, checked by the prover for all sizes."""

from __future__ import annotations

from dataclasses import replace

from symattn.deriving.claim import LEFT, RIGHT, Claim
from symattn.deriving.conditions import freed, stated
from symattn.deriving.instances import exactly
from symattn.deriving.marked import as_typed
from symattn.proof.proving import decide
from symattn.proof.statement import Statement
from symattn.verdicts import Verdict

SECONDS = 60.0
"""What the prover may take for one step."""


def equal(claim: Claim) -> Verdict:
    """What the prover says of an equality, as far as the conditions of the derivation admit its counterexample.

    Where it does not hold, or is not seen to, for all numbers, inputs that a condition keeps above a number are
    written as what is above it: ``T = exp(T_free)`` for ``T > 0``.

    Errors: those of the language, and ``ShapeError`` for sides of different shapes.
    """
    verdict = _decided(claim)
    conditions = claim.setting.conditions
    if verdict.kind == "proved" or not conditions:
        return verdict
    free = freed(claim.setting)
    if len(free.conditions) < len(conditions):
        under_them = _decided(Claim(claim.before, claim.relation, claim.after, free))
        if under_them.kind == "proved":
            used = tuple(text for text in conditions if text not in free.conditions)
            return replace(under_them, conditions=used)
        if under_them.kind == "refuted" and not free.conditions:
            return under_them
    if verdict.kind == "refuted" and not _within_conditions(claim, verdict):
        reason = f"it does not hold without the conditions {', '.join(map(as_typed, conditions))}"
        return Verdict("unknown", str(claim), reason)
    return verdict


def _decided(claim: Claim) -> Verdict:
    return decide(Statement(claim.system, LEFT, RIGHT, str(claim)), SECONDS)


def _within_conditions(claim: Claim, verdict: Verdict) -> bool:
    """Whether the numbers of a counterexample satisfy the conditions, which the prover does not know."""
    conditions = claim.setting.conditions
    if len(stated(conditions)) < len(conditions) or verdict.counterexample is None:
        return False
    return exactly(claim, [verdict.counterexample.inputs]).kind == "refuted"
