"""Frames: pieces of LaTeX put one below another until a slide is full, and chains that build up on it step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symattn.publishing.languages import CURRENT

LINE = 36.0
"""Width of a line in ems of type of 11 points: a slide of 16 by 9 less its margins."""

ROOM = 21.0
"""Height below a frame's title, in the same ems."""

GAP = 0.45
"""Between two pieces."""

SIZES = (("", 1.0), (r"\small", 1.09), (r"\footnotesize", 1.2), (r"\scriptsize", 1.4))
"""Smaller type, and how much more of it a line holds; what is wider yet is made smaller as a picture is."""


@dataclass(frozen=True)
class Piece:
    """LaTeX that ends its paragraph, and its height in ems."""

    text: str
    height: float


@dataclass(frozen=True)
class Row:
    """A line of a chain: what is kept when the chain goes on in another frame, and what stands under it for once."""

    kept: Piece
    once: Piece | None = None

    @property
    def height(self) -> float:
        """Of both."""
        return self.kept.height + (self.once.height if self.once else 0.0)


class Deck:
    """Frames in the making: a title, and pieces until the next one would not fit."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.title = ""
        self._pieces: list[str] = []
        self._used = 0.0
        self.shown = False
        """Whether the title has been seen, above something or alone."""
        self._continued = False

    def begin(self, title: str) -> None:
        """A new frame with a title of its own; a title under which nothing came has a frame to itself."""
        self.end()
        if self.title and not self.shown:
            self.alone(self.title)
        self.title, self.shown, self._continued = title, False, False

    def alone(self, text: str, section: str = "") -> None:
        """A frame with nothing but a few large words, which may begin a section."""
        self.end()
        before = f"\\section{{{section}}}\n" if section else ""
        body = f"\\vfill\n\\begin{{center}}\\Large {text}\\end{{center}}\n\\vfill"
        self.frames.append(f"{before}\\begin{{frame}}\n{body}\n\\end{{frame}}")

    def add(self, piece: Piece) -> None:
        """A piece, on this frame or on the next."""
        self._make_room(piece.height)
        self._put(piece.text, piece.height)

    def build_up(self, rows: Sequence[Row]) -> None:
        """A chain: each row appears with the next press, the earlier ones stay; on a new frame the last one stays."""
        if not rows:
            return
        step, previous = 1, rows[0]
        self._make_room(min(previous.height + (rows[1].height if len(rows) > 1 else 0.0), ROOM))
        self._put(_whole(previous), previous.height)
        for row in rows[1:]:
            if self._used + GAP + row.height > ROOM:
                self.end()
                step = 1
                if previous.kept.height + GAP + row.height <= ROOM:
                    self._put(previous.kept.text, previous.kept.height)
            if self._pieces:
                step += 1
            shown = _whole(row)
            self._put(f"\\uncover<{step}->{{{shown}}}" if step > 1 else shown, row.height)
            previous = row
        self.end()

    def end(self) -> None:
        """Close the frame, if there is something on it."""
        if not self._pieces:
            return
        title = self.title
        if title and self._continued:
            title += rf" {{\small {CURRENT.get().continued}}}"
        body = "\n".join(self._pieces)
        self.frames.append(f"\\begin{{frame}}[t]\n\\frametitle{{{title}}}\n{body}\n\\end{{frame}}")
        self._pieces, self._used, self.shown, self._continued = [], 0.0, True, True

    def finished(self) -> list[str]:
        """All frames."""
        self.begin("")
        return self.frames

    def _make_room(self, height: float) -> None:
        if self._pieces and self._used + GAP + height > ROOM:
            self.end()

    def _put(self, text: str, height: float) -> None:
        self._pieces.append(text)
        self._used += height + GAP


def _whole(row: Row) -> str:
    return row.kept.text + (f"\n{row.once.text}" if row.once else "")


def fitted(formula: str, natural: float, high: float, room: float = LINE, beside: str = "") -> Piece:
    """A formula in a line: in smaller type where it is wide, and made smaller by TeX itself where that is not enough.

    ``natural`` and ``high`` are its width and height in ems, ``beside`` is what stands in the same line after it.
    """
    size, factor = next((row for row in SIZES if natural <= room * row[1]), SIZES[-1])
    share = f"{room / LINE:.2f}\\linewidth"
    scaled = rf"\ifdim\wd0>{share}\setbox0=\hbox{{\resizebox{{{share}}}{{!}}{{\box0}}}}\fi"
    lowered = (
        r"\ifdim\dimexpr\ht0+\dp0\relax>0.7\textheight"
        r"\setbox0=\hbox{\resizebox*{!}{0.7\textheight}{\box0}}\fi"
    )
    text = f"{{{size}\\setbox0=\\hbox{{$\\displaystyle {formula}$}}{scaled}{lowered}\\noindent\\box0{beside}\\par}}"
    return Piece(text, min(high / max(factor, natural / room), ROOM))
