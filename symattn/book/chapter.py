"""Chapter: prose around the derivations of a theorem, as a document in either language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from symattn import theorems
from symattn.book.chinese import WORDS, chinese
from symattn.book.programs import program_of
from symattn.book.said import Said
from symattn.deriving import Theorem
from symattn.deriving.claim import Setting
from symattn.deriving.presenting import derivation_blocks
from symattn.deriving.step import Chain
from symattn.deriving.wording import ENGLISH, Wording
from symattn.publishing import Presentation
from symattn.publishing.document import Block, Heading, Paragraph, Table

HEADINGS = {
    "lemmas": Said("Lemmas that these use", "以上所用的引理"),
    "proved": Said("What was proved, and how", "证明了什么，怎样证明"),
    "misconceptions": Said("Misconceptions", "常见误解"),
}
COLUMNS = Said("statement|evidence|rules", "命题|证据|所用规则")
NOT_COVERED = Said("Not covered: {remark}.", "未涵盖：{remark}。")
SOURCE = Said("Source: {source}.", "出处：{source}。")


@dataclass(frozen=True)
class Misconception:
    """What is often believed, and what is right."""

    belief: Said
    answer: Said


@dataclass(frozen=True)
class Chapter:
    """Prose around the derivations of a theorem.

    ``names`` gives the names in the prose their shapes. ``before`` holds what is said before each derivation, by its
    title. ``chinese`` has the titles, notes, conditions and remarks of the derivations in Chinese.
    """

    title: Said
    theorem: str
    opening: tuple[Said, ...]
    before: Mapping[str, Said]
    misconceptions: tuple[Misconception, ...]
    chinese: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def proved(self) -> Theorem:
        """The theorem, every step of it checked as it is loaded."""
        return theorems.named(self.theorem)

    def word(self, text: str, language: str) -> str:
        """The name of a rule, a kind of evidence or a text of a derivation in a language."""
        return self._wording(language).said(text)

    def _wording(self, language: str) -> Wording:
        return ENGLISH if language == "en" else chinese(self.chinese)

    def present(self, language: str = "en") -> Presentation:
        """The chapter as a document, to be printed in every format.

        Errors: ``InputError`` for a language that the book does not have, ``UnknownNameError`` for a text of a
        derivation without a translation.
        """
        title = self.title.of(language)
        blocks = tuple(self._blocks(language, self._wording(language)))
        return Presentation(title, blocks, language=language, program=program_of(self.theorem))

    def _blocks(self, language: str, wording: Wording) -> Iterator[Block]:
        setting, theorem = Setting(self.names), self.proved
        for said in self.opening:
            yield said.paragraph(language, setting)
        for part in theorem.parts:
            heading, *chain = derivation_blocks(part, wording=wording)
            yield heading
            yield self.before[part.title].paragraph(language, setting)
            yield from chain
        if theorem.lemmas:
            yield Heading(HEADINGS["lemmas"].of(language))
            for lemma in theorem.lemmas:
                yield from derivation_blocks(lemma, level=3, wording=wording)
        yield Heading(HEADINGS["proved"].of(language))
        yield self._evidence(language, wording)
        for remark in theorem.remarks:
            yield Paragraph(NOT_COVERED.of(language).format(remark=wording.said(remark)))
        if theorem.source:
            yield Paragraph(SOURCE.of(language).format(source=theorem.source))
        if self.misconceptions:
            yield Heading(HEADINGS["misconceptions"].of(language))
        for each in self.misconceptions:
            yield each.belief.paragraph(language, setting)
            yield each.answer.paragraph(language, setting)

    def _evidence(self, language: str, wording: Wording) -> Table:
        """A row a derivation: what it shows, its evidence, the rules of its steps."""
        theorem = self.proved
        rows = []
        for chain in (*theorem.parts, *theorem.lemmas):
            rules = dict.fromkeys(wording.said(step.rule.name) for step in chain.steps)
            title = wording.title(wording.said(chain.title))
            rows.append((title, wording.said(chain.evidence), wording.comma.join(rules)))
        return Table(COLUMNS.of(language).split("|"), rows)


def texts_to_translate(theorem: Theorem) -> set[str]:
    """Titles, notes, remarks and rules of its own of a theorem: what a chapter needs in Chinese, besides conditions."""
    chains: tuple[Chain, ...] = (*theorem.parts, *theorem.lemmas)
    found = {chain.title for chain in chains} | set(theorem.remarks)
    for chain in chains:
        found |= {step.note for step in chain.steps if step.note}
        found |= {step.rule.name for step in chain.steps} - set(WORDS)
        found |= {used.title for step in chain.steps for used in step.using}
    return found
