"""Step: one line of a derivation, by which rule it is, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from symattn.deriving.claim import Setting
from symattn.deriving.marked import as_typed
from symattn.deriving.rules import Rule
from symattn.verdicts import Verdict, weakest


class Chain(Protocol):
    """What a step may use: a derivation, as steps, printers and grounds see it."""

    @property
    def title(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def start(self) -> str: ...

    @property
    def setting(self) -> Setting: ...

    @property
    def steps(self) -> tuple[Step, ...]: ...

    @property
    def evidence(self) -> str: ...

    def to_dict(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Step:
    """``before`` relation ``after``, by a rule, with the verdict of the check made when the step was written.

    ``using`` are the derivations that the step appeals to; ``note`` says what a reader should see; ``slack`` is what
    the larger side of a bound exceeds the smaller one by.
    """

    before: str
    relation: str
    after: str
    rule: Rule
    verdict: Verdict
    using: tuple[Chain, ...] = ()
    note: str = ""
    slack: str = ""

    @property
    def evidence(self) -> str:
        """The weakest of the check of this step and of the derivations that it uses, through all levels."""
        return weakest([self.verdict.kind, *(derivation.evidence for derivation in self.using)])

    @property
    def claimed(self) -> bool:
        """Whether the check of this step itself shows nothing."""
        return not self.verdict

    def to_dict(self) -> dict[str, Any]:
        """The step as data: both sides, rule, evidence, and what was checked."""
        return {
            "before": self.before,
            "relation": self.relation,
            "after": self.after,
            "rule": self.rule.to_dict(),
            "evidence": self.verdict.kind,
            "reason": self.verdict.reason,
            "instances": list(self.verdict.instances),
            "conditions": list(self.verdict.conditions),
            "using": [derivation.title for derivation in self.using],
            "note": as_typed(self.note),
            "slack": self.slack,
        }
