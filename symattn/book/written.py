"""What every chapter is: a title, prose, and the same ending, as a document in either language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symattn.book.chinese import chinese
from symattn.book.ending import evidence_table, misconception_blocks, practice_blocks
from symattn.book.said import Said
from symattn.deriving.claim import Setting
from symattn.deriving.step import Chain
from symattn.deriving.wording import ENGLISH, Wording
from symattn.publishing import Presentation
from symattn.publishing.document import Block, Heading, Paragraph

PROVED = Said("What was proved, and how", "证明了什么，怎样证明")
SOURCE = Said("Source: {source}.", "出处：{source}。")
NO_SOURCE = Said("Source: none; all is derived from the definitions.", "出处：无；全部由定义直接推导。")


@dataclass(frozen=True, kw_only=True)
class Written(ABC):
    """A chapter: its title, what opens it, what its kind has in the middle, and how every chapter ends.

    ``names`` gives the names in the prose their shapes. ``misconceptions`` answers some of the table of misconceptions,
    by name. ``practice`` names exercises, such as ``softmax-1-1``. ``chinese`` has the titles, notes, conditions and
    remarks of derivations in Chinese.
    """

    title: Said
    opening: tuple[Said, ...]
    misconceptions: Mapping[str, Said]
    practice: tuple[str, ...]
    chinese: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    @abstractmethod
    def evidence(self) -> str:
        """The weakest evidence of all that the chapter rests on."""

    @property
    @abstractmethod
    def source(self) -> str:
        """Where its mathematics comes from; empty if all is derived from definitions."""

    @property
    @abstractmethod
    def program(self) -> tuple[str, ...]:
        """The Python with which a reader computes anew what the chapter shows, in pieces."""

    @abstractmethod
    def middle(self, language: str, setting: Setting, wording: Wording) -> Iterator[Block]:
        """What stands between the opening and the ending."""

    @abstractmethod
    def grounds(self, language: str, wording: Wording) -> Iterator[tuple[str, str, str]]:
        """What was shown, the kind of evidence, and how: a row each."""

    def not_covered(self, language: str, wording: Wording) -> Iterator[Block]:
        """What a reader might expect here and does not find; nothing unless a kind of chapter says so."""
        yield from ()

    def wording(self, language: str) -> Wording:
        """The words around formulas in a language."""
        return ENGLISH if language == "en" else chinese(self.chinese)

    def word(self, text: str, language: str) -> str:
        """The name of a rule, a kind of evidence or a text of a derivation in a language."""
        return self.wording(language).said(text)

    def present(self, language: str = "en") -> Presentation:
        """The chapter as a document, to be printed in every format.

        Errors: ``InputError`` for a language that the book does not have, ``UnknownNameError`` for a text of a
        derivation without a translation, a misconception that is in no table and an exercise that there is not.
        """
        title = self.title.of(language)
        blocks = tuple(self._blocks(language, self.wording(language)))
        return Presentation(title, blocks, language=language, program=self.program)

    def _blocks(self, language: str, wording: Wording) -> Iterator[Block]:
        setting = Setting(self.names)
        for said in self.opening:
            yield said.paragraph(language, setting)
        yield from self.middle(language, setting, wording)
        yield Heading(PROVED.of(language))
        yield evidence_table(self.grounds(language, wording), language)
        yield from self.not_covered(language, wording)
        yield Paragraph((SOURCE if self.source else NO_SOURCE).of(language).format(source=self.source))
        yield from misconception_blocks(self.misconceptions, language, setting)
        yield from practice_blocks(self.practice, language)


def once(sources: Iterable[str]) -> str:
    """Sources in one line, each once.

    >>> once(["Gibbs", "Su et al. 2021; Gibbs"])
    'Gibbs; Su et al. 2021'
    """
    return "; ".join(dict.fromkeys(one for source in sources if source for one in source.split("; ")))


def evidence_row(chain: Chain, wording: Wording) -> tuple[str, str, str]:
    """What a derivation shows, its evidence, and the rules of its steps."""
    rules = dict.fromkeys(wording.said(step.rule.name) for step in chain.steps)
    return wording.title(wording.said(chain.title)), wording.said(chain.evidence), wording.comma.join(rules)


def texts_to_translate(chains: Sequence[Chain], words: Mapping[str, str]) -> set[str]:
    """Titles, notes and rules of its own of derivations: what a chapter needs in Chinese, besides conditions."""
    found = {chain.title for chain in chains}
    for chain in chains:
        found |= {step.note for step in chain.steps if step.note}
        found |= {step.rule.name for step in chain.steps} - set(words)
        found |= {used.title for step in chain.steps for used in step.using}
    return found
