"""The formats a document can be printed in: one renderer a format, found by its name."""

from __future__ import annotations

from collections.abc import Callable

from symattn import limits
from symattn.counts import count
from symattn.errors import InputError
from symattn.language.names import suggestion
from symattn.publishing.document import Document, Figure
from symattn.publishing.languages import written_in
from symattn.publishing.printer import among
from symattn.publishing.render_html import render_html
from symattn.publishing.render_json import render_json
from symattn.publishing.render_latex import render_latex
from symattn.publishing.render_markdown import render_markdown
from symattn.publishing.render_mathml import render_mathml
from symattn.publishing.render_notebook import render_notebook
from symattn.publishing.render_slides import render_slides
from symattn.publishing.render_text import render_text
from symattn.publishing.settings import Settings
from symattn.writing import FORMATS

RENDERERS: dict[str, Callable[[Document, Settings], str]] = {
    "text": render_text,
    "latex": render_latex,
    "mathml": render_mathml,
    "html": render_html,
    "markdown": render_markdown,
    "json": render_json,
    "notebook": render_notebook,
    "slides": render_slides,
}
"""One row a format; a new format is a new file and a row here."""

BESIDE = {"latex": "pdf", "slides": "pdf", "markdown": "svg"}
"""The formats that hold no pictures, and the kind of the files that stand beside them."""


def files(document: Document, format: str) -> dict[str, bytes]:
    """The files that a document in a format refers to, by their names; none for most formats.

    Errors: ``InputError`` for an unknown format; those of drawing, such as ``MissingExtraError`` without matplotlib.
    """
    _check(format)
    if format not in BESIDE:
        return {}
    kind, made = BESIDE[format], dict[str, bytes]()
    for block in document.blocks:
        if isinstance(block, Figure):
            drawn = block.svg if kind == "svg" else block.drawing.to(kind)
            made[block.file(kind)] = drawn.encode("utf-8") if isinstance(drawn, str) else drawn
    return made


def whole(format: str) -> bool:
    """Whether a file of its own is asked for with ``standalone``, because a piece of the format is no file.

    >>> whole("latex"), whole("markdown"), whole("json")
    (True, False, False)
    """
    return FORMATS[format].whole and format != "json"


def _check(format: str) -> None:
    if format not in RENDERERS:
        hint = suggestion(str(format), RENDERERS)
        raise InputError(f"there is no format {format!a}.{hint} There are: {', '.join(RENDERERS)}.")


def render(document: Document, format: str, *, digits: int, standalone: bool, width: int) -> str:
    """The document in a format.

    Errors: ``InputError`` for an unknown format, an unknown language, a width below 20, digits below 1; ``LimitError``
    for too many digits.
    """
    _check(format)
    if isinstance(width, bool) or not isinstance(width, int) or width < 20:
        raise InputError(f"width = {width!r}: a line of text has at least 20 characters.")
    settings = Settings(count(digits, "digits", 1, limits.DECIMAL_DIGITS), bool(standalone), width)
    names = (stage.name.rpartition(": ")[2] for stage in document.stages)
    with written_in(document.language), among(names):
        return RENDERERS[format](document, settings)
