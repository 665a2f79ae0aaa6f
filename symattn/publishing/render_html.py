"""A document as one HTML page that works without a network: native MathML, its own mathematical letters, two themes."""

from __future__ import annotations

from dataclasses import replace

from symattn.publishing.document import Document
from symattn.publishing.languages import CURRENT
from symattn.publishing.render_mathml import render_mathml
from symattn.publishing.settings import Settings
from symattn.publishing.text_notation import plain
from symattn.publishing.web_page import web_page


def render_html(document: Document, settings: Settings) -> str:
    """The document as a page; its formulas are those of the MathML, which is checked."""
    inside = render_mathml(document, replace(settings, standalone=False))
    title = plain(document.title) or "symattn"
    return web_page(f'<main class="page">\n{inside}</main>', title=title, tag=CURRENT.get().tag)
