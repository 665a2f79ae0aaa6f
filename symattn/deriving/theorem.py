"""Theorem: a statement in words and the derivations that show it, as strong as the weakest of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symattn.deriving.derivation import Derivation
from symattn.deriving.grounds import Grounds, grounds_of
from symattn.verdicts import weakest


@dataclass(frozen=True, eq=False)
class Theorem:
    """A statement with its derivations; ``remarks`` say what they do not cover.

    ``label`` orders them: ``D1`` and on for single theorems, ``G1`` and on for derivations from one to the next.
    """

    label: str
    title: str
    statement: str
    parts: tuple[Derivation, ...]
    source: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def evidence(self) -> str:
        """The weakest evidence of the parts and of everything they use."""
        return weakest(part.evidence for part in self.parts)

    def rests_on(self) -> Grounds:
        """All rules, derivations and claimed steps of the parts, each once, through all levels."""
        return grounds_of(self.parts)

    def to_dict(self) -> dict[str, Any]:
        """The theorem as data; the derivations that its parts use come along, each once."""
        used = [one for one in self.rests_on().derivations if one not in self.parts]
        return {
            "label": self.label,
            "title": self.title,
            "statement": self.statement,
            "evidence": self.evidence,
            "parts": [part.to_dict() for part in self.parts],
            "lemmas": [one.to_dict() for one in used],
            "source": self.source,
            "remarks": list(self.remarks),
        }

    def __str__(self) -> str:
        head = f"{self.label} · {self.title} ({self.evidence})"
        parts = [f"{head}\n{'=' * len(head)}", self.statement, *map(str, self.parts)]
        return "\n\n".join([*parts, *(f"Not covered: {remark}" for remark in self.remarks)])
