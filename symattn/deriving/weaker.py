"""Weaker evidence: what a step may be kept with where there is no proof, if its author asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from symattn.deriving.claim import Claim
from symattn.deriving.instances import exactly, sampled
from symattn.deriving.rules import Rule
from symattn.verdicts import Verdict

PROVED, EXACT, SAMPLED, CITED = EVIDENCE_ASKED = ("proved", "exact", "sampled", "cited")
"""What a step may ask for: a proof or nothing, or else exact instances, or else samples, or the word of a source."""


def weaker(claim: Claim, found: Verdict, asked: str, rule: Rule, at: list[Mapping[str, Any]]) -> Verdict:
    """The evidence of the kind asked for, for a claim of which the check made first knows nothing.

    The answer says why there is no proof. Exact instances may refute the claim; the word of a source shows nothing,
    so that its verdict is ``unknown``.
    """
    why = f"no proof: {found.reason}"
    if asked == CITED:
        where = f"cited: {rule.source}" if rule.source else "cited without a source"
        return replace(found, reason=f"{where}; {why}")
    if asked == PROVED or claim.relation == "->":
        return found
    verdict = exactly(claim, at)
    if asked == SAMPLED and verdict.kind == "unknown":
        verdict = sampled(claim)
    return verdict if verdict.kind == "refuted" else replace(verdict, reason=f"{verdict.reason}; {why}")
