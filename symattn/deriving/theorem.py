"""Theorem: a statement in words and the derivations that show it, as strong as the weakest of them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from symattn.deriving.claim import Setting
from symattn.deriving.derivation import Derivation
from symattn.deriving.grounds import Grounds, grounds_of
from symattn.deriving.presenting import derivation_blocks
from symattn.deriving.printing import PAGE
from symattn.deriving.saying import as_data, in_text, with_formulas
from symattn.deriving.scope import scope
from symattn.deriving.step import Chain
from symattn.publishing import Presentation
from symattn.publishing.document import Block, Heading, Paragraph
from symattn.verdicts import weakest


@dataclass(frozen=True, eq=False)
class Theorem:
    """A statement with its derivations; ``remarks`` say what they do not cover.

    ``label`` orders them: ``D1`` and on for single theorems, ``G1`` and on for derivations from one to the next.
    Formulas in the statement and in remarks stand between backquotes, over the names of the derivations and those that
    ``names`` declares beside or instead of them, each with its shape.
    """

    label: str
    title: str
    statement: str
    parts: tuple[Derivation, ...]
    source: str = ""
    remarks: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def setting(self) -> Setting:
        """What the statement and the remarks are written over."""
        chains = (*self.parts, *self.lemmas)
        return scope((self.statement, *self.remarks), (chain.setting for chain in chains), self.names)

    @property
    def stated(self) -> str:
        """The statement as plain text, its formulas as a terminal shows them."""
        return in_text(self.setting, self.statement)

    @property
    def not_covered(self) -> list[str]:
        """The remarks as plain text."""
        return [in_text(self.setting, remark) for remark in self.remarks]

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
        blocks: list[Block] = [
            Paragraph(*with_formulas(self.setting, self.statement)),
            Paragraph(f"Evidence: {self.evidence}."),
        ]
        for part in self.parts:
            blocks += derivation_blocks(part)
        if self.lemmas:
            blocks.append(Heading("Lemmas that these use"))
            for lemma in self.lemmas:
                blocks += derivation_blocks(lemma, level=3)
        blocks += [Paragraph(*with_formulas(self.setting, f"Not covered: {remark}.")) for remark in self.remarks]
        return Presentation(f"{self.label} · {self.title}", tuple(blocks), source=self.source)

    def to_dict(self) -> dict[str, Any]:
        """The theorem as data; the derivations that its parts use come along, each once."""
        return {
            "label": self.label,
            "title": self.title,
            "statement": self.stated,
            "statement_parts": as_data(self.setting, self.statement),
            "evidence": self.evidence,
            "parts": [part.to_dict() for part in self.parts],
            "lemmas": [lemma.to_dict() for lemma in self.lemmas],
            "source": self.source,
            "remarks": self.not_covered,
        }

    def __str__(self) -> str:
        head = f"{self.label} · {self.title} ({self.evidence})"
        paragraphs = [f"{head}\n{'=' * len(head)}", textwrap.fill(self.stated, PAGE), *map(str, self.parts)]
        if self.lemmas:
            paragraphs += ["Lemmas that these use\n---------------------", *map(str, self.lemmas)]
        paragraphs += [textwrap.fill(f"Not covered: {remark}.", PAGE) for remark in self.not_covered]
        return "\n\n".join([*paragraphs, *([f"Source: {self.source}"] if self.source else [])])
