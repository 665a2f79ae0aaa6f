"""``symattn book``: the chapters, one of them, all of them in one document, or each written to a directory."""

from __future__ import annotations

import os

import click

from symattn import book
from symattn.book.edition import edition, whole_book
from symattn.book.said import LANGUAGES
from symattn.commands.options import FORMATS, OUTPUT, chosen_format, deliver, with_options
from symattn.commands.progress import Progress, note
from symattn.errors import InputError, OutputError
from symattn.publishing import Presentation
from symattn.publishing.formats import whole as has_whole
from symattn.writing import check_target, clear_unfinished, write_bytes

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
    click.option("--whole", is_flag=True, help="All chapters in order as one document, with a table of contents."),
    OUTPUT,
    click.option("--standalone", is_flag=True, help="A whole LaTeX document, slides or HTML page of one chapter."),
)
def command(
    chapter: str | None,
    language: str | None,
    formats: tuple[str, ...],
    directory: str | None,
    whole: bool,
    path: str | None,
    standalone: bool,
) -> int:
    """List the chapters of the book, print one, or write all of them.

    A chapter is prose, in English or Chinese, around derivations of which every line is checked as it is loaded.

    \b
    symattn book
    symattn book softmax-jacobian
    symattn book softmax-jacobian --lang zh -o chapter.html
    symattn book softmax-jacobian --format slides --standalone -o slides.tex
    symattn book --whole -o book.tex
    symattn book --to derivations
    """
    if directory is not None:
        if chapter is not None or path is not None or whole:
            raise InputError("--to writes each chapter to its file; it takes no CHAPTER, no --whole and no -o.")
        written(directory, tuple(LANGUAGES) if language in (None, BOTH) else (language or "",), formats)
        return 0
    if len(formats) > 1 or language == BOTH:
        raise InputError("a document is printed in one language and one format; --to DIR writes several.")
    if whole:
        if chapter is not None:
            raise InputError("--whole prints all chapters; it takes no CHAPTER.")
        format, _ = chosen_format(formats[0] if formats else None, path, standalone, FORMATS)
        with Progress() as progress:
            document = whole_book(language or "en", progress)
        delivered(document, format, has_whole(format), path)
        return 0
    if chapter is None:
        width = max(map(len, book.names()))
        lines = (f"{name:<{width}}  {book.named(name).title.of(language or 'en')}" for name in book.in_order())
        deliver("\n".join(lines), path)
        return 0
    format, standalone = chosen_format(formats[0] if formats else None, path, standalone, FORMATS)
    delivered(book.named(chapter).present(language or "en"), format, standalone, path)
    return 0


def delivered(document: Presentation, format: str, standalone: bool, path: str | None) -> None:
    """Print a document, or write it to its file and its figures beside it.

    Errors: ``OutputError``.
    """
    text = document.to(format, standalone=standalone)
    if path is not None and path != "-":
        for name, data in document.files(format).items():
            write_bytes(os.path.join(os.path.dirname(path), name), data)
    deliver(text, path)


def written(directory: str, languages: tuple[str, ...], formats: tuple[str, ...]) -> None:
    """All files of an edition, each put in its place whole; nothing is written before everything is printed.

    What an earlier build was writing when it was killed is cleared away.

    Errors: ``OutputError`` where the directory cannot be made or written.
    """
    folders = [os.path.join(directory, language) for language in languages]
    for folder in folders:
        _check_folder(directory, folder)
    with Progress() as progress:
        files = dict(edition(languages, formats or ("markdown", "latex"), progress))
    try:
        for folder in folders:
            os.makedirs(folder, exist_ok=True)
            clear_unfinished(folder)
        for path in files:
            check_target(os.path.join(directory, path))
        for path, made in files.items():
            write_bytes(os.path.join(directory, path), made if isinstance(made, bytes) else made.encode("utf-8"))
    except OutputError as error:
        raise OutputError(f"--to {directory!r}: {error.message.removeprefix('-o ')}") from None
    except OSError as error:
        raise OutputError(f"--to {directory!r} could not be made: {error.strerror}.") from None
    note(f"{len(files)} files in {directory}")


def _check_folder(directory: str, folder: str) -> None:
    """Refuse a folder that could not be made or written, before the work is done whose result it is to hold.

    Errors: ``OutputError``.
    """
    try:
        os.lstat(folder)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:  # a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"--to {directory!r} could not be made: {reason}.") from None
    there = os.path.realpath(folder)
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        raise OutputError(f"--to {directory!r}: {there!r} is a file, where a directory is needed.")
    if not os.access(there, os.W_OK):
        raise OutputError(f"--to {directory!r}: the directory {there!r} may not be written; its permissions forbid it.")
