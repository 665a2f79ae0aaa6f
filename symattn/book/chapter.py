"""Chapter: prose around the derivations of a theorem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symattn import theorems
from symattn.book.chinese import WORDS
from symattn.book.programs import program_of
from symattn.book.said import Said
from symattn.book.written import Written, evidence_row, once, texts_to_translate
from symattn.deriving import Theorem
from symattn.deriving.claim import Setting
from symattn.deriving.presenting import derivation_blocks
from symattn.deriving.saying import with_formulas
from symattn.deriving.wording import Wording
from symattn.publishing.document import Block, Heading, Paragraph

LEMMAS = Said("Lemmas that these use", "以上所用的引理")
NOT_COVERED = Said("Not covered: {remark}.", "未涵盖：{remark}。")


@dataclass(frozen=True, kw_only=True)
class Chapter(Written):
    """Prose around the derivations of a theorem; ``before`` holds what is said before each, by its title."""

    theorem: str
    before: Mapping[str, Said]

    @property
    def proved(self) -> Theorem:
        """The theorem, every step of it checked as it is loaded."""
        return theorems.named(self.theorem)

    @property
    def evidence(self) -> str:
        """That of the theorem."""
        return self.proved.evidence

    @property
    def source(self) -> str:
        """Those of the theorem, of its derivations and of the lemmas, each once."""
        return once([self.proved.source, *(chain.source for chain in (*self.proved.parts, *self.proved.lemmas))])

    @property
    def program(self) -> tuple[str, ...]:
        """The proofs anew, then numbers."""
        return program_of(self.theorem)

    def middle(self, language: str, setting: Setting, wording: Wording) -> Iterator[Block]:
        """The derivations, something said before each, and the lemmas that they use."""
        for part in self.proved.parts:
            heading, *chain = derivation_blocks(part, wording=wording)
            yield heading
            yield self.before[part.title].paragraph(language, setting)
            yield from chain
        if self.proved.lemmas:
            yield Heading(LEMMAS.of(language))
            for lemma in self.proved.lemmas:
                yield from derivation_blocks(lemma, level=3, wording=wording)

    def grounds(self, language: str, wording: Wording) -> Iterator[tuple[str, str, str]]:
        """A row a derivation: what it shows, its evidence, the rules of its steps."""
        for chain in (*self.proved.parts, *self.proved.lemmas):
            yield evidence_row(chain, wording)

    def not_covered(self, language: str, wording: Wording) -> Iterator[Block]:
        """What the theorem does not cover."""
        for remark in self.proved.remarks:
            said = NOT_COVERED.of(language).format(remark=wording.said(remark))
            yield Paragraph(*with_formulas(self.proved.setting, said))

    def to_translate(self) -> set[str]:
        """The texts that the chapter needs in Chinese, besides conditions."""
        found = texts_to_translate((*self.proved.parts, *self.proved.lemmas), WORDS)
        return found | set(self.proved.remarks)
