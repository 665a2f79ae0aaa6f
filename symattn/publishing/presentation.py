"""Presentation: a document that prints itself in every format, and to which more blocks can be added."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symattn.publishing.document import Block, Document
from symattn.publishing.formats import files, render


@dataclass(frozen=True)
class Presentation(Document):
    """A document that can be printed in every format: a title, blocks in order, and its stages for a machine.

    >>> from symattn.publishing.document import Formula
    >>> print(Presentation("one line", (Formula(1, "=", 1),)).to("text"), end="")
    one line
    ========
    <BLANKLINE>
    1 = 1
    """

    def followed_by(self, *blocks: Block) -> Presentation:
        """The same document with more blocks at its end."""
        return replace(self, blocks=(*self.blocks, *blocks))

    def to(self, format: str = "text", *, digits: int = 10, standalone: bool = False, width: int = 100) -> str:
        """The document as text, LaTeX, MathML, Markdown or JSON, or as an HTML page that needs no network.

        ``digits`` are the significant decimal digits, ``width`` the characters of a line of text; ``standalone`` asks
        for a whole file (a LaTeX document, an HTML page) instead of a piece to paste.
        Errors: ``InputError`` for an unknown format, ``LimitError`` for too many digits.
        """
        return render(self, format, digits=digits, standalone=standalone, width=width)

    def files(self, format: str) -> dict[str, bytes]:
        """The files that the document refers to in a format, by their names: its figures, where it cannot hold them.

        Errors: ``InputError`` for an unknown format; ``MissingExtraError`` for figures as PDF without matplotlib.
        """
        return files(self, format)

    def __str__(self) -> str:
        return self.to("text")

    def _repr_html_(self) -> str:
        return self.to("mathml")
