"""Equality: a step between equal sides, checked by the prover for all sizes."""

from __future__ import annotations

from symattn.deriving.claim import Claim
from symattn.verdicts import Verdict

SECONDS = 20.0
"""What the prover may take for one step."""


def equal(claim: Claim) -> Verdict:
    """What the prover says of an equality.

    Errors: those of the language, and ``ShapeError`` for sides of different shapes.
    """
    from symattn.proof import prove

    _ = claim.system
    return prove(claim.before, claim.after, inputs=claim.setting.inputs, given=claim.setting.given, seconds=SECONDS)
