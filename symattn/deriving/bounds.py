"""Bounds: a step between ordered sides, shown by a slack that is seen not to be negative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symattn.deriving.claim import Claim
from symattn.deriving.instances import exactly
from symattn.deriving.sign_rows import NONNEGATIVE
from symattn.deriving.signs import Signs
from symattn.errors import LanguageError
from symattn.verdicts import Verdict


def ordered(claim: Claim, slack: str | None, equal: Callable[[Claim], Verdict]) -> Verdict:
    """What is known of ``before <= after`` or ``before >= after``, entry by entry.

    With a ``slack``, that the larger side is the smaller one plus the slack is left to the check of equalities, and
    that the slack is not negative to the signs of its parts; without one, to the signs of the two sides. Where that
    shows nothing, instances may still refute the claim.

    Errors: those of the language, and ``LanguageError`` for a slack that does not make up the difference.
    """
    smaller, larger = (claim.before, claim.after) if claim.relation == "<=" else (claim.after, claim.before)
    _ = claim.system
    refutation = exactly(claim)
    if refutation.kind == "refuted":
        return refutation
    signs = Signs.of(claim.setting, NONNEGATIVE)
    if slack is None:
        system = claim.setting.system(larger_side=larger, smaller_side=smaller)
        if signs.at_least(system["larger_side"], system["smaller_side"]):
            reason = "seen by the signs of the parts"
            return Verdict("proved", str(claim), reason, conditions=signs.conditions)
        return Verdict("unknown", str(claim), "no rule of signs shows it; a slack may")
    made_up = Claim(f"({smaller}) + ({slack})", "=", larger, claim.setting)
    verdict = equal(made_up)
    if verdict.kind == "refuted":
        raise LanguageError(f"the slack {slack} is not what the sides of {claim} differ by.").in_context(
            *str(verdict.counterexample).splitlines()
        )
    value = claim.setting.system(slack_side=slack)["slack_side"]
    if not signs.nonnegative(value):
        return Verdict("unknown", str(claim), f"no rule of signs shows that {slack} is not negative")
    steps = (*verdict.steps, f"{larger} = {smaller} + slack, where the slack {slack} is not negative")
    conditions = (*verdict.conditions, *signs.conditions)
    reason = f"the slack {slack} is a sum of products of what is not negative"
    if verdict.kind != "proved":
        reason = f"{reason}; that it is the difference: {verdict.reason}"
    return replace(verdict, statement=str(claim), reason=reason, steps=steps, conditions=conditions)
