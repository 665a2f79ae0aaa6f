"""Equality: a step between equal sides, checked by the prover for all sizes."""

from __future__ import annotations

from symattn.deriving.claim import Claim
from symattn.deriving.conditions import stated
from symattn.deriving.instances import exactly
from symattn.proof import prove
from symattn.verdicts import Verdict

SECONDS = 20.0
"""What the prover may take for one step."""


def equal(claim: Claim) -> Verdict:
    """What the prover says of an equality, as far as the conditions of the derivation admit its counterexample.

    Errors: those of the language, and ``ShapeError`` for sides of different shapes.
    """
    _ = claim.system
    setting = claim.setting
    verdict = prove(claim.before, claim.after, inputs=setting.inputs, given=setting.given, seconds=SECONDS)
    if verdict.kind == "refuted" and setting.conditions and not _within_conditions(claim, verdict):
        reason = f"it does not hold without the conditions {', '.join(setting.conditions)}"
        return Verdict("unknown", str(claim), reason)
    return verdict


def _within_conditions(claim: Claim, verdict: Verdict) -> bool:
    """Whether the numbers of a counterexample satisfy the conditions, which the prover does not know."""
    conditions = claim.setting.conditions
    if len(stated(conditions)) < len(conditions) or verdict.counterexample is None:
        return False
    return exactly(claim, [verdict.counterexample.inputs]).kind == "refuted"
