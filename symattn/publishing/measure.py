"""How wide our own LaTeX will be, in ems, a little on the safe side: for choosing a size before anything is typeset."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import east_asian_width

TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|[{}^_&]|\s+|.", re.DOTALL)

WORDS = {"\\operatorname", "\\mathrm", "\\text", "\\mathbf", "\\mathbb", "\\texttt"}
WIDE = {
    "\\odot": 1.25, "\\oslash": 1.25, "\\times": 1.25, "\\cdot": 0.75, "\\approx": 1.4, "\\neq": 1.4, "\\leq": 1.4,
    "\\geq": 1.4, "\\in": 1.3, "\\to": 1.6, "\\sum": 1.6, "\\max": 1.9, "\\exp": 1.6, "\\log": 1.4, "\\tanh": 2.2,
    "\\lvert": 0.3, "\\rvert": 0.3, "\\quad": 1.0, "\\cap": 1.25, "\\displaystyle": 0.0,
}  # fmt: skip
PLAIN = {
    "+": 1.25, "-": 1.25, "=": 1.4, "<": 1.4, ">": 1.4, "(": 0.4, ")": 0.4, "[": 0.3, "]": 0.3, ",": 0.45, ".": 0.3,
    "/": 0.5,
}  # fmt: skip
SCRIPT = 0.72
DELIMITER = 0.75


@lru_cache(maxsize=4096)
def width(latex: str) -> float:
    """The width of a formula in ems.

    >>> 3 < width("QK^{\\\\top}") < 4, width("\\\\frac{a}{bcd}") < width("abcd")
    (False, True)
    """
    return _Measure(TOKEN.findall(latex)).whole()


class _Measure:
    """Reads tokens once, from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.raised = 0
        """How many scripts are open: TeX sets a table in one as large as anywhere."""

    def whole(self) -> float:
        total = 0.0
        while self.at < len(self.tokens):
            total += self.row(()) + 1.0
            self.at += 1
        return max(total - 1.0, 0.0)

    def row(self, stops: tuple[str, ...]) -> float:
        """The width of what stands before the next of some tokens, which is left unread."""
        total = 0.0
        last_big = False
        scripts = 0.0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token in stops or token in ("&", "\\\\", "}", "\\end", "\\right"):
                break
            self.at += 1
            if token in "^_":
                self.raised += 1
                length = SCRIPT * self.argument()
                self.raised -= 1
                scripts = max(scripts, length)
                continue
            total += max(0.0, scripts - 1.4) if last_big else scripts
            scripts, last_big = 0.0, token in ("\\sum", "\\max")
            total += self.one(token)
        return total + (max(0.0, scripts - 1.4) if last_big else scripts)

    def argument(self) -> float:
        """The width of a group in braces, or of one token."""
        if self.at >= len(self.tokens):
            return 0.0
        token = self.tokens[self.at]
        self.at += 1
        return self.group() if token == "{" else self.one(token)

    def group(self) -> float:
        total = 0.0
        while self.at < len(self.tokens):
            total += self.row(())
            token = self.tokens[self.at] if self.at < len(self.tokens) else "}"
            self.at += 1
            if token == "}":
                break
        return total

    def one(self, token: str) -> float:
        if token == "{":
            return self.group()
        if token == "\\frac":
            return max(self.argument(), self.argument()) + 0.3
        if token == "\\sqrt":
            if self.at < len(self.tokens) and self.tokens[self.at] == "[":
                while self.tokens[self.at] != "]":
                    self.at += 1
                self.at += 1
            return self.argument() + 1.0
        if token == "\\dot":
            return self.argument()
        if token in WORDS:
            return 0.2 + 1.1 * self.argument()
        if token == "\\left":
            self.at += 1
            inside = self.row(())
            self.at += 2
            return inside + 2 * DELIMITER
        if token == "\\begin":
            return self.table()
        if token in WIDE:
            return WIDE[token]
        if token.startswith("\\"):
            return 0.7 if len(token) > 2 else 0.3
        if token.isspace():
            return 0.0
        if not token.isascii() and east_asian_width(token) in "WF":
            return 1.0
        return PLAIN.get(token, 0.85 if token.isupper() else 0.52 if token.isdigit() else 0.6)

    def table(self) -> float:
        """``array`` or ``cases``: the widest cell of each column, and the space between."""
        name = self._braced()
        if name == "array":
            self._braced()
        widths: list[float] = [0.0]
        column = 0
        while self.at < len(self.tokens):
            widths[column] = max(widths[column], self.row(()))
            token = self.tokens[self.at] if self.at < len(self.tokens) else "\\end"
            self.at += 1
            if token == "&":
                column += 1
                if column == len(widths):
                    widths.append(0.0)
            elif token == "\\\\":
                column = 0
                if self.tokens[self.at : self.at + 1] == ["["]:
                    while self.tokens[self.at] != "]":
                        self.at += 1
                    self.at += 1
            else:
                self._braced()
                break
        return (sum(widths) + len(widths) + (0.8 if name == "cases" else 0.0)) / SCRIPT**self.raised

    def _braced(self) -> str:
        self.at += 1
        start = self.at
        while self.tokens[self.at] != "}":
            self.at += 1
        self.at += 1
        return "".join(self.tokens[start : self.at - 1])
