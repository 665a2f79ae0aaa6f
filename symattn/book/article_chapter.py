"""A chapter of the article's own path: prose, with what the engine computes between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from symattn import theorems
from symattn.book.chinese import WORDS
from symattn.book.engine import Made
from symattn.book.said import Said
from symattn.book.written import Written, evidence_row
from symattn.deriving import Derivation
from symattn.deriving.claim import Setting
from symattn.deriving.wording import Wording
from symattn.errors import UnknownNameError
from symattn.publishing.document import Block, Heading
from symattn.verdicts import weakest


@dataclass(frozen=True)
class Section:
    """A heading, and below it prose and what the engine makes, in order."""

    heading: Said
    parts: tuple[Said | Made, ...]


@dataclass(frozen=True)
class Check:
    """Something computed: what it says, how it is found out, and the kind of evidence that it is if it holds."""

    statement: Said
    how: Said
    holds: Callable[[], bool]
    kind: str = "exact"

    @property
    def evidence(self) -> str:
        """The kind of evidence, or that it is refuted."""
        return self.kind if self.holds() else "refuted"


@dataclass(frozen=True, kw_only=True)
class ArticleChapter(Written):
    """Sections of prose and computed blocks; ``place`` is its place in the article's path, from 1 on.

    ``rests_on`` names derivations of theorems, by the theorem's name; ``checks`` are done when the chapter is printed.
    ``pieces`` are the Python of its notebook.
    """

    place: int
    sections: tuple[Section, ...]
    rests_on: Mapping[str, tuple[str, ...]]
    checks: tuple[Check, ...]
    origin: str
    pieces: tuple[str, ...]

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        """The derivations that it rests on.

        Errors: ``UnknownNameError`` for a title that no derivation of the theorem has.
        """
        found = []
        for name, titles in self.rests_on.items():
            parts = {part.title: part for part in theorems.named(name).parts}
            for title in titles:
                if title not in parts:
                    raise UnknownNameError(
                        f"the theorem {name} has no derivation {title!r}; {', '.join(parts)} it has."
                    )
                found.append(parts[title])
        return tuple(found)

    @property
    def evidence(self) -> str:
        """The weakest of the derivations and the checks."""
        return weakest([*(part.evidence for part in self.derivations), *(check.evidence for check in self.checks)])

    @property
    def source(self) -> str:
        """Where the article's path comes from."""
        return self.origin

    @property
    def program(self) -> tuple[str, ...]:
        """The pieces, after the import that they need."""
        return ("import symattn as sa", *self.pieces)

    def middle(self, language: str, setting: Setting, wording: Wording) -> Iterator[Block]:
        """The sections."""
        for section in self.sections:
            yield Heading(section.heading.of(language))
            for part in section.parts:
                if isinstance(part, Said):
                    yield part.paragraph(language, setting)
                else:
                    yield from part(language)

    def grounds(self, language: str, wording: Wording) -> Iterator[tuple[str, str, str]]:
        """A row a derivation with its rules, then a row a check with how it was done."""
        for part in self.derivations:
            yield evidence_row(part, wording)
        for check in self.checks:
            yield wording.title(check.statement.of(language)), wording.said(check.evidence), check.how.of(language)

    def to_translate(self) -> set[str]:
        """The texts that the chapter needs in Chinese: titles and rules, as its derivations are not printed."""
        found = {part.title for part in self.derivations}
        return found | {step.rule.name for part in self.derivations for step in part.steps} - set(WORDS)
