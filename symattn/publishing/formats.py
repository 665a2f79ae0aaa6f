"""The formats a document can be printed in: one renderer a format, found by its name."""

from __future__ import annotations

from collections.abc import Callable

from symattn import limits
from symattn.counts import count
from symattn.errors import InputError
from symattn.language.names import suggestion
from symattn.publishing.document import Document
from symattn.publishing.languages import written_in
from symattn.publishing.printer import among
from symattn.publishing.render_html import render_html
from symattn.publishing.render_json import render_json
from symattn.publishing.render_latex import render_latex
from symattn.publishing.render_markdown import render_markdown
from symattn.publishing.render_mathml import render_mathml
from symattn.publishing.render_text import render_text
from symattn.publishing.settings import Settings

RENDERERS: dict[str, Callable[[Document, Settings], str]] = {
    "text": render_text,
    "latex": render_latex,
    "mathml": render_mathml,
    "html": render_html,
    "markdown": render_markdown,
    "json": render_json,
}
"""One row a format; a new format is a new file and a row here."""


def render(document: Document, format: str, *, digits: int, standalone: bool, width: int) -> str:
    """The document in a format.

    Errors: ``InputError`` for an unknown format, an unknown language, a width below 20, digits below 1; ``LimitError``
    for too many digits.
    """
    if format not in RENDERERS:
        hint = suggestion(str(format), RENDERERS)
        raise InputError(f"there is no format {format!a}.{hint} There are: {', '.join(RENDERERS)}.")
    if isinstance(width, bool) or not isinstance(width, int) or width < 20:
        raise InputError(f"width = {width!r}: a line of text has at least 20 characters.")
    settings = Settings(count(digits, "digits", 1, limits.DECIMAL_DIGITS), bool(standalone), width)
    names = (stage.name.rpartition(": ")[2] for stage in document.stages)
    with written_in(document.language), among(names):
        return RENDERERS[format](document, settings)
