"""An edition of the book: the files of all chapters in some languages and formats, or all chapters as one document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from symattn import book
from symattn.book.said import LANGUAGES, Said
from symattn.book.written import once
from symattn.publishing import Block, Contents, Paragraph, Presentation, References, Title
from symattn.publishing.formats import whole
from symattn.publishing.render_markdown import escape
from symattn.writing import FORMATS

SUFFIXES = {format: row.ending for format, row in FORMATS.items()}
"""How a chapter's file ends in each format."""

TITLE = Said("The mathematics of attention", "注意力的数学")
ABOUT = Said(
    "Every derivation here is checked line by line before it is printed; each chapter ends with what was proved and how.",
    "这里的每个推导在印出之前都逐行检验过；每章末尾说明证明了什么、怎样证明。",
)
MADE_BY = Said(
    "This directory is generated: `symattn book --to derivations` writes it.",
    "本目录由命令生成：`symattn book --to derivations`。",
)
BETWEEN = Said(" ", "")
"""Between two sentences."""

Progress = Callable[[int, int, str], None]


def edition(
    languages: Sequence[str] = tuple(LANGUAGES),
    formats: Sequence[str] = ("markdown", "latex"),
    progress: Progress | None = None,
) -> Iterator[tuple[str, str | bytes]]:
    """The path below the directory of the book, and what it holds, of every file; the index of a language comes last."""
    total, done = len(languages) * len(book.names()), 0
    for language in languages:
        about = BETWEEN.of(language).join([ABOUT.of(language), MADE_BY.of(language)])
        lines, rows = [f"# {TITLE.of(language)}", about], []
        for place, name in enumerate(book.in_order(), 1):
            if progress is not None:
                progress(done, total, f"{language}/{name}")
            done += 1
            chapter = book.named(name)
            document = chapter.present(language)
            for format in formats:
                yield f"{language}/{file_name(place, name, format)}", printed(document, format)
                for beside, data in document.files(format).items():
                    yield f"{language}/{beside}", data
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
    return document.to(format, standalone=whole(format))


def whole_book(language: str = "en", progress: Progress | None = None) -> Presentation:
    """All chapters in order as one document, with contents before them and their sources at the end.

    A notebook of it computes what every chapter computes, in order.
    Errors: ``InputError`` for a language that there is not.
    """
    names, blocks = book.in_order(), list[Block]()
    titles = [Title(book.named(name).title.of(language), anchor=name) for name in names]
    program: list[str] = []
    for place, (name, title) in enumerate(zip(names, titles, strict=True)):
        if progress is not None:
            progress(place, len(names), f"{language}/{name}")
        chapter = book.named(name).present(language)
        blocks += [title, *chapter.blocks]
        program += chapter.program
    sources = filter(None, once(book.named(name).source for name in names).split("; "))
    return Presentation(
        TITLE.of(language),
        (Paragraph(ABOUT.of(language)), Contents(titles), *blocks, References(sources)),
        language=language,
        program=tuple(dict.fromkeys(program)),
    )
