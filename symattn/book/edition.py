"""An edition of the book: the files of all chapters in some languages and formats, with an index for each language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from symattn import book
from symattn.book.said import LANGUAGES, Said
from symattn.publishing import Presentation
from symattn.publishing.render_markdown import escape
from symattn.writing import FORMAT_OF_SUFFIX

SUFFIXES = {format: suffix for suffix, format in FORMAT_OF_SUFFIX.items()}
"""The suffix of a chapter's file in each format; of several the last one, which for MathML is that of a page."""

TITLE = Said("The mathematics of attention", "注意力的数学")
ABOUT = Said(
    "Every derivation here is checked line by line before it is printed; each chapter ends with what was proved and how. "
    "This directory is generated: `symattn book --to derivations` writes it.",
    "这里的每个推导在印出之前都逐行检验过；每章末尾说明证明了什么、怎样证明。本目录由命令生成：`symattn book --to derivations`。",
)

Progress = Callable[[int, int, str], None]


def edition(
    languages: Sequence[str] = LANGUAGES,
    formats: Sequence[str] = ("markdown", "latex"),
    progress: Progress | None = None,
) -> Iterator[tuple[str, str]]:
    """The path below the directory of the book, and the text, of every file; the index of a language comes last."""
    total, done = len(languages) * len(book.names()), 0
    for language in languages:
        lines = [f"# {TITLE.of(language)}", ABOUT.of(language)]
        rows = []
        for place, name in enumerate(book.in_order(), 1):
            if progress is not None:
                progress(done, total, f"{language}/{name}")
            done += 1
            chapter = book.named(name)
            document = chapter.present(language)
            for format in formats:
                yield f"{language}/{file_name(place, name, format)}", printed(document, format)
            if "markdown" in formats:
                title, evidence = escape(chapter.title.of(language)), chapter.word(chapter.evidence, language)
                rows.append(f"{place}. [{title}]({file_name(place, name, 'markdown')}) ({evidence})")
        if rows:
            yield f"{language}/README.md", "\n\n".join([*lines, "\n".join(rows)]) + "\n"


def file_name(place: int, name: str, format: str) -> str:
    """The name of a chapter's file; numbered, so that a directory is in the order of reading.

    >>> file_name(3, "softmax-jacobian", "markdown")
    '03-softmax-jacobian.md'
    """
    return f"{place:02}-{name}{SUFFIXES[format]}"


def printed(document: Presentation, format: str) -> str:
    """A chapter as a whole file."""
    return document.to(format, standalone=format in ("latex", "mathml"))
