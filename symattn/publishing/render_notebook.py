"""A document as a Jupyter notebook: a cell a section, Python that runs, and cells that compute the numbers anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from symattn.errors import MissingExtraError
from symattn.publishing import render_markdown as markdown
from symattn.publishing.document import Code, Document, Figure, Heading, Title, row_of
from symattn.publishing.languages import CURRENT
from symattn.publishing.latex_notation import LatexNotation
from symattn.publishing.render_markdown import BLOCKS as OF_MARKDOWN
from symattn.publishing.render_markdown import WORDS, Flavour, heading_markdown
from symattn.publishing.settings import Settings
from symattn.publishing.text_notation import plain

ESCAPED = re.compile(r"\\([\\$])")
"""A backslash or a dollar as Markdown escapes them, behind which MathJax would still see the beginning of a formula."""

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class JupyterNotation(LatexNotation):
    """LaTeX for MathJax, which reads few macros inside words."""

    def words(self, text: str) -> str:
        return rf"\text{{{plain(text).translate(WORDS)}}}"


def render_notebook(document: Document, settings: Settings) -> str:
    """The notebook as the text of its file, without any output but pictures; the same for the same document.

    Errors: ``MissingExtraError`` if nbformat is not installed.
    """
    try:
        import nbformat
    except ImportError:
        raise MissingExtraError(
            "notebooks are checked by nbformat, which is not installed: pip install 'symattn[notebooks]'."
        ) from None
    flavour = Flavour(settings, JupyterNotation, _between_dollars, _between_two_dollars, escape)
    cells = _cells(document, flavour)
    for place, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{place}"
    made = nbformat.from_dict({"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})
    nbformat.validate(made)
    return nbformat.writes(made).rstrip("\n") + "\n"


def _cells(document: Document, flavour: Flavour) -> list[dict[str, Any]]:
    """Markdown up to the next heading is one cell; code and pictures have cells of their own."""
    cells: list[dict[str, Any]] = []
    section = heading_markdown(document, flavour)
    for block in document.blocks:
        made = row_of(block, BLOCKS, "render_notebook.py")(block, flavour)
        if isinstance(made, str):
            if section and isinstance(block, (Title, Heading)):
                cells.append(_markdown(section))
                section = []
            section.append(made)
        else:
            cells += ([_markdown(section)] if section else []) + made
            section = []
    if document.program:
        section.append(f"## {escape(CURRENT.get().computing)}")
    cells += [_markdown(section)] if section else []
    return [*cells, *(_code(text) for text in document.program)]


def _markdown(parts: Sequence[str]) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": "\n\n".join(parts)}


def _code(source: str, outputs: Sequence[dict[str, Any]] = (), hidden: bool = False) -> dict[str, Any]:
    metadata = {"jupyter": {"source_hidden": True}} if hidden else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def escape(text: str) -> str:
    """Words as they are: no sign in them is Markdown, HTML or mathematics, not even for MathJax after Markdown.

    >>> print(escape("a_b costs $5"))
    a\\_b costs <span>&#36;</span>5
    """
    return ESCAPED.sub(lambda found: f"<span>&#{ord(found[1])};</span>", markdown.escape(text))


def _between_dollars(formula: str) -> str:
    return f"${formula}$"


def _between_two_dollars(lines: Sequence[str]) -> str:
    body = " \\\\\n".join(lines)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _cell_of_code(block: Code, flavour: Flavour) -> str | list[dict[str, Any]]:
    """Python in a cell that runs; other languages are to be read."""
    if block.language.lower() != "python":
        return str(OF_MARKDOWN[Code](block, flavour))
    return [_code("\n".join(plain(line) for line in block.text.rstrip("\n").split("\n")))]


def _picture(block: Figure, flavour: Flavour) -> list[dict[str, Any]]:
    """A cell that shows the picture and has shown it already, its description for those who do not see it."""
    described = "\n".join(plain(line) for line in block.drawing.description.split("\n"))
    shown = {
        "output_type": "display_data",
        "data": {"image/svg+xml": block.svg, "text/plain": described},
        "metadata": {},
    }
    source = f"from IPython.display import SVG, display\n\ndisplay(SVG({block.svg!r}))"
    caption = flavour.line(block.caption)
    return [_code(source, [shown], hidden=True), *([_markdown([caption])] if caption else [])]


BLOCKS: dict[type, Callable[[Any, Flavour], str | list[dict[str, Any]]]] = {
    **OF_MARKDOWN,
    Code: _cell_of_code,
    Figure: _picture,
}
"""One row a block, which gives Markdown or cells; the rows that are not here are those of Markdown."""
