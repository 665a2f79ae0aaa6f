"""Picture: panels under a title that draw themselves, as SVG for a page or as PDF and PNG for a paper."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from symattn.errors import InputError, OutputError
from symattn.pictures.describing import description
from symattn.pictures.marks import Panel
from symattn.pictures.paper import to_paper
from symattn.pictures.svg import to_svg
from symattn.writing import check_target, write_bytes


@dataclass(frozen=True)
class Picture:
    """Heat maps and charts side by side, ``columns`` of them in a row, or as many as fit, with words in a language.

    A picture is data: ``panels`` hold the numbers, and nothing is drawn before :meth:`to` or :meth:`save`.

    >>> from symattn.examples import worked_example
    >>> picture = worked_example().plot("weights")
    >>> picture.panels[0].cells[0][0].text, picture.to("svg")[:4]
    ('0.0634', '<svg')
    """

    title: str
    panels: tuple[Panel, ...]
    columns: int | None = None
    language: str = "en"

    @cached_property
    def description(self) -> str:
        """The picture in words, with every number of a heat map."""
        return description(self.panels)

    def to(self, format_name: str = "svg") -> str | bytes:
        """The picture as ``"svg"`` (text), ``"pdf"`` or ``"png"`` (bytes).

        Errors: ``InputError`` for another format; ``MissingExtraError`` for PDF and PNG without matplotlib.
        """
        if format_name not in RENDERERS:
            raise InputError(
                f"a picture is drawn as {', '.join(RENDERERS)}; found the format {ascii(format_name)[:40]}."
            )
        return RENDERERS[format_name](self)

    def save(self, path: str | os.PathLike[str], format_name: str | None = None) -> None:
        """Draw into a file, in the format of its suffix unless one is named; a file is replaced only as a whole.

        Errors: ``OutputError`` for a file that cannot be written and another suffix; as for :meth:`to`.
        """
        target = os.fspath(path)
        format_name = format_name or format_of(target)
        check_target(target)
        drawn = self.to(format_name)
        write_bytes(target, drawn.encode("utf-8") if isinstance(drawn, str) else drawn)

    def _repr_svg_(self) -> str:
        return _svg(self)


def format_of(path: str) -> str:
    """The format that a file's suffix stands for. Errors: ``OutputError`` for another suffix.

    >>> format_of("weights.SVG")
    'svg'
    """
    suffix = os.path.splitext(path)[1].lower().removeprefix(".")
    if suffix not in RENDERERS:
        found = f"the suffix {suffix!r}" if suffix else "no suffix"
        raise OutputError(
            f"-o {path!r} has {found}; a picture is drawn as {', '.join('.' + name for name in RENDERERS)}."
        )
    return suffix


def _svg(picture: Picture) -> str:
    return to_svg(picture.title, picture.description, picture.panels, picture.columns, picture.language)


def _paper(format_name: str) -> Callable[[Picture], bytes]:
    def draw(picture: Picture) -> bytes:
        return to_paper(picture.title, picture.panels, picture.columns, format_name)

    return draw


RENDERERS: dict[str, Callable[[Picture], str | bytes]] = {"svg": _svg, "pdf": _paper("pdf"), "png": _paper("png")}
"""How a picture is drawn in each format."""
