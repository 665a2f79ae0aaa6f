"""Audit: what is known of a claim about a mechanism, what shows that it is wrong, and which mistake explains it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from symattn.auditing.explaining import Explanation
from symattn.errors import InputError
from symattn.verdicts import Counterexample, Verdict, shown

SAME, DIFFERENT, UNKNOWN = 0, 1, 3
"""Exit statuses: 2 stands for bad input everywhere."""


def exit_status(verdict: Verdict) -> int:
    """0 where a statement holds by the evidence given, 1 where it is refuted, 3 where nothing is known.

    >>> exit_status(Verdict("proved", "A = A", "")), exit_status(Verdict("unknown", "A = B", "too large"))
    (0, 3)
    """
    return DIFFERENT if verdict.kind == "refuted" else SAME if verdict else UNKNOWN


@dataclass(frozen=True)
class Audit:
    """What an audit came to.

    ``verdict`` says whether the claim holds and by which evidence; ``explanations`` name the usual mistakes that make
    of the mechanism what is claimed, each sufficient; ``notes`` say what else was seen.
    """

    claim: str
    mechanism: str
    value: str
    verdict: Verdict
    explanations: tuple[Explanation, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the claim holds, by the evidence of the verdict; unknown is not the same."""
        return bool(self.verdict)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The name of each mistake that explains the claim; two that do so together are one name."""
        return tuple(" and ".join(explanation.names) for explanation in self.explanations)

    @property
    def exit_status(self) -> int:
        """0 the same, 1 different, 3 unknown."""
        return exit_status(self.verdict)

    def to(self, format: str = "text") -> str:
        """The audit as ``"text"`` or ``"json"``.

        Errors: ``InputError`` for another format.
        """
        if format == "text":
            return str(self)
        if format == "json":
            return json.dumps(self._as_dict(), ensure_ascii=False, indent=2)
        raise InputError(f"there is no format {format!a} of an audit; there are: text, json.")

    def __str__(self) -> str:
        lines = [OUTCOMES[self.exit_status], *str(self.verdict).splitlines()]
        if self.explanations:
            lines.append("mistake: " + str(self.explanations[0]))
            lines += [f"  or: {explanation}" for explanation in self.explanations[1:]]
        elif self.exit_status == DIFFERENT:
            lines.append("mistake: none of the usual ones explains it")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def _as_dict(self) -> dict[str, Any]:
        return {
            "claim": self.claim,
            "mechanism": self.mechanism,
            "value": self.value,
            "same": {SAME: True, DIFFERENT: False}.get(self.exit_status),
            "verdict": verdict_as_dict(self.verdict),
            "mistakes": [
                {
                    "names": list(explanation.names),
                    "statements": [mistake.statement for mistake in explanation.mistakes],
                    "sources": [mistake.source for mistake in explanation.mistakes],
                    "places": list(explanation.places),
                    "evidence": explanation.verdict.kind,
                }
                for explanation in self.explanations
            ],
            "notes": list(self.notes),
        }


OUTCOMES = {SAME: "the same", DIFFERENT: "different", UNKNOWN: "not decided"}


def verdict_as_dict(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON holds it: numbers of a counterexample are texts, since they are exact."""
    return {
        "kind": verdict.kind,
        "statement": verdict.statement,
        "reason": verdict.reason,
        "steps": list(verdict.steps),
        "normal_form": verdict.normal_form,
        "conditions": list(verdict.conditions),
        "instances": list(verdict.instances),
        "counterexample": _counterexample_as_dict(verdict.counterexample),
        "seconds": round(verdict.seconds, 3),
    }


def _counterexample_as_dict(found: Counterexample | None) -> Mapping[str, Any] | None:
    if found is None:
        return None
    return {
        "sizes": dict(found.sizes),
        "inputs": {name: _texts(values) for name, values in found.inputs.items()},
        "place": list(found.place),
        "left": found.left,
        "right": found.right,
        "evidence": found.evidence,
    }


def _texts(values: Any) -> Any:
    return [_texts(part) for part in values] if isinstance(values, (list, tuple)) else shown(values)
