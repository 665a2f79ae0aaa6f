"""``symattn plot``: a picture of a mechanism with numbers, printed as SVG or written to a file."""

from __future__ import annotations

import click

from symattn import pictures
from symattn.commands.options import LANGUAGE, deliver, with_options
from symattn.commands.subjects import Subject, Subjects, about_subjects
from symattn.errors import InputError
from symattn.pictures.picture import RENDERERS, format_of
from symattn.pictures.plotting import KINDS, MOST_DIGITS, check_value
from symattn.writing import check_target


@click.command("plot")
@about_subjects
@with_options(
    click.option("--kind", type=click.Choice(tuple(KINDS)), default="weights", show_default=True, help="What to draw."),
    click.option("--value", metavar="NAME", help="Another matrix than the weights, for the heat maps."),
    click.option("--tokens", metavar="WORDS", help="Labels of queries and keys alike, with spaces between them."),
    click.option("--queries", metavar="WORDS", help="Labels of the queries."),
    click.option("--keys", metavar="WORDS", help="Labels of the keys."),
    click.option(
        "--format",
        "format_name",
        type=click.Choice(tuple(RENDERERS)),
        help="Unless given, what the suffix of -o stands for, or svg.",
    ),
    click.option(
        "-o", "path", metavar="FILE", help="Write to a file (.svg .pdf .png); - is standard output, for SVG alone."
    ),
    click.option(
        "--digits",
        type=click.IntRange(1, MOST_DIGITS),
        default=3,
        show_default=True,
        metavar="N",
        help="Significant digits of the decimals.",
    ),
    LANGUAGE,
)
def command(
    subjects: Subjects,
    kind: str,
    value: str | None,
    tokens: str | None,
    queries: str | None,
    keys: str | None,
    format_name: str | None,
    path: str | None,
    digits: int,
    language: str,
) -> None:
    """Draw a picture: attention weights as a heat map, curves, and sweeps, from exact numbers.

    Without NAME: the worked example with scaling, or with --unscaled without it; --set changes its numbers.

    \b
    symattn plot -o weights.svg
    symattn plot masked --tokens 'the cat sat' -o weights.pdf
    symattn plot masked --lang zh -o weights.svg
    symattn plot dot --kind temperature --set Q='1 0' --set K='1 0; 1/2 1' --set V='1; 2' -o sweep.svg
    """
    format_name = chosen(format_name, path)
    subject = subjects()[-1]
    picture = drawn(
        subject,
        kind,
        digits=digits,
        language=language,
        value=value,
        tokens=words(tokens),
        queries=words(queries),
        keys=words(keys),
    )
    if path is None or path == "-":
        result = picture.to(format_name)
        assert isinstance(result, str)
        deliver(result, path)
    else:
        picture.save(path, format_name)


def chosen(format_name: str | None, path: str | None) -> str:
    """The format asked for by name or by the suffix of the output, which is refused here if it cannot be written.

    Errors: ``OutputError``; ``InputError`` for bytes that standard output would have to print.
    """
    if path is not None and path != "-":
        check_target(path)
        return format_name or format_of(path)
    if format_name not in (None, "svg"):
        raise InputError(f"a picture as {format_name} is no text and is not printed; give -o FILE.")
    return "svg"


def drawn(
    subject: Subject,
    kind: str,
    language: str,
    *,
    digits: int,
    value: str | None = None,
    **labels: list[str] | None,
) -> pictures.Picture:
    """The picture of a subject, from its equations alone where it has no numbers and the kind needs none."""
    if subject.bound is None and kind == "saturation":
        check_value(kind, value)
        return subject.system.plot(kind, language=language)
    return subject.numbers.plot(kind, language=language, digits=digits, value=value, **labels)


def words(text: str | None) -> list[str] | None:
    """Labels as they stand on the command line.

    >>> words("the cat  sat"), words(None)
    (['the', 'cat', 'sat'], None)
    """
    return None if text is None else text.split()
