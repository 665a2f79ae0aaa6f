"""Theorem: a statement in words and the derivations that show it, as strong as the weakest of them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from symattn.deriving.derivation import Derivation
from symattn.deriving.grounds import Grounds, grounds_of
from symattn.deriving.presenting import derivation_blocks
from symattn.deriving.printing import PAGE
from symattn.deriving.step import Chain
from symattn.publishing import Presentation
from symattn.publishing.document import Block, Heading, Paragraph
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

    @property
    def lemmas(self) -> tuple[Chain, ...]:
        """The derivations that the parts use and that are none themselves, each once, what is used before what uses."""
        return tuple(one for one in self.rests_on().derivations if one not in self.parts)

    def rests_on(self) -> Grounds:
        """All rules, derivations and claimed steps of the parts, each once, through all levels."""
        return grounds_of(self.parts)

    def present(self) -> Presentation:
        """The theorem as a document, to be printed by ``.to("latex")`` and in the other formats."""
        blocks: list[Block] = [Paragraph(self.statement), Paragraph(f"Evidence: {self.evidence}.")]
        for part in self.parts:
            blocks += derivation_blocks(part)
        if self.lemmas:
            blocks.append(Heading("Lemmas that these use"))
            for lemma in self.lemmas:
                blocks += derivation_blocks(lemma, level=3)
        blocks += [Paragraph(f"Not covered: {remark}.") for remark in self.remarks]
        return Presentation(f"{self.label} · {self.title}", tuple(blocks), source=self.source)

    def to_dict(self) -> dict[str, Any]:
        """The theorem as data; the derivations that its parts use come along, each once."""
        return {
            "label": self.label,
            "title": self.title,
            "statement": self.statement,
            "evidence": self.evidence,
            "parts": [part.to_dict() for part in self.parts],
            "lemmas": [lemma.to_dict() for lemma in self.lemmas],
            "source": self.source,
            "remarks": list(self.remarks),
        }

    def __str__(self) -> str:
        head = f"{self.label} · {self.title} ({self.evidence})"
        paragraphs = [f"{head}\n{'=' * len(head)}", textwrap.fill(self.statement, PAGE), *map(str, self.parts)]
        if self.lemmas:
            paragraphs += ["Lemmas that these use\n---------------------", *map(str, self.lemmas)]
        paragraphs += [textwrap.fill(f"Not covered: {remark}.", PAGE) for remark in self.remarks]
        return "\n\n".join([*paragraphs, *([f"Source: {self.source}"] if self.source else [])])
