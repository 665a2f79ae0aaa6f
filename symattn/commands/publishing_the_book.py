"""``symattn book``: the chapters, one of them, or all of them written to a directory."""

from __future__ import annotations

import os

import click

from symattn import book
from symattn.book.edition import SUFFIXES, edition
from symattn.book.said import LANGUAGES
from symattn.commands.options import OUTPUT, chosen_format, deliver, with_options
from symattn.commands.progress import Progress, note
from symattn.errors import InputError, OutputError
from symattn.writing import check_target, write_text

FORMATS = tuple(SUFFIXES)

BOTH = "all"


@click.command("book")
@with_options(
    click.argument("chapter", required=False),
    click.option(
        "--lang",
        "language",
        type=click.Choice([*LANGUAGES, BOTH]),
        help="English, Chinese, or both for --to.  [default: en; with --to: all]",
    ),
    click.option(
        "--format",
        "formats",
        multiple=True,
        type=click.Choice(FORMATS),
        help="May be given several times with --to.  [default: text; with --to: markdown and latex]",
    ),
    click.option("--to", "directory", metavar="DIR", help="Write all chapters, with an index for each language."),
    OUTPUT,
    click.option("--standalone", is_flag=True, help="A whole LaTeX document or HTML page."),
)
def command(
    chapter: str | None,
    language: str | None,
    formats: tuple[str, ...],
    directory: str | None,
    path: str | None,
    standalone: bool,
) -> int:
    """List the chapters of the book, print one, or write all of them.

    A chapter is prose, in English or Chinese, around derivations of which every line is checked as it is loaded.

    \b
    symattn book
    symattn book softmax-jacobian
    symattn book softmax-jacobian --lang zh -o chapter.html
    symattn book --to derivations
    """
    if directory is not None:
        if chapter is not None or path is not None:
            raise InputError("--to writes all chapters; it takes no CHAPTER and no -o.")
        written(directory, LANGUAGES if language in (None, BOTH) else (language or "",), formats)
        return 0
    if len(formats) > 1 or language == BOTH:
        raise InputError("one chapter is printed in one language and one format; --to DIR writes several.")
    if chapter is None:
        width = max(map(len, book.names()))
        lines = (f"{name:<{width}}  {book.named(name).title.of(language or 'en')}" for name in book.in_order())
        deliver("\n".join(lines), path)
        return 0
    format, standalone = chosen_format(formats[0] if formats else None, path, standalone, FORMATS)
    deliver(book.named(chapter).present(language or "en").to(format, standalone=standalone), path)
    return 0


def written(directory: str, languages: tuple[str, ...], formats: tuple[str, ...]) -> None:
    """All files of an edition, each put in its place whole; nothing is written before everything is printed.

    Errors: ``OutputError`` where the directory cannot be made or written.
    """
    with Progress() as progress:
        files = dict(edition(languages, formats or ("markdown", "latex"), progress))
    for path in files:
        target = os.path.join(directory, path)
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
        except OSError as error:
            raise OutputError(f"--to {directory!r} is no directory that can be written: {error.strerror}.") from None
        check_target(target)
    for path, text in files.items():
        write_text(os.path.join(directory, path), text)
    note(f"{len(files)} files in {directory}")
