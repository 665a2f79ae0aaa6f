"""A claimed formula against a mechanism: proved, refuted, or equal at so many instances."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from symattn.auditing.claims import Claim, joined
from symattn.auditing.confirming import confirmed, equality
from symattn.auditing.explaining import Explanation, explain
from symattn.auditing.outcome import Audit
from symattn.auditing.sampling import instances_of, values_at
from symattn.equations import EquationSystem
from symattn.verdicts import Verdict
from symattn.verification.instances import Instance


def audit_formula(claim: Claim, instances: int, seed: int, seconds: float) -> Audit:
    """The audit of a claim beside its mechanism; ``seconds`` bound the proof, and each search.

    Errors: ``MissingRowError`` for a node that floating point does not know.
    """
    at = instances_of(claim.mechanism, [claim.left], instances, seed)
    statement = f"{claim.left} of {claim.mechanism.name}: {claim.text}"
    verdict = equality(claim.system, claim.left, claim.right, statement, at, seconds)
    sizes = [f"{one} = {other}" for one, other in claim.equal.items()]
    notes = tuple(f"the formula conforms only where {equal}" for equal in sizes)
    explanations: tuple[Explanation, ...] = ()
    if verdict.kind == "refuted" and at:
        found = [values_at(instance, claim.system)[claim.right] for instance in at]
        confirm = partial(_confirmed, claim, at)
        explanations = explain(claim.mechanism, claim.left, found, at, confirm, seconds)
    return Audit(claim.text, claim.mechanism.name, claim.left, verdict, explanations, notes)


def _confirmed(claim: Claim, at: Sequence[Instance], mistaken: EquationSystem, agreed: int) -> Verdict:
    both, names = joined(claim.system, mistaken.needed(claim.left), "mistaken")
    return confirmed(both, claim.right, names[claim.left], agreed, at)
