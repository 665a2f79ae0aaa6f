"""How high our own LaTeX will be, in ems, a little on the safe side: for dividing a text among slides."""

from __future__ import annotations

from functools import lru_cache

from symattn.publishing.measure import TOKEN

LINE = 1.25
"""From one line of text to the next."""

GAP = 0.45
"""The space that ``\\\\[4pt]`` adds, about."""

LIMITS = {"\\sum": 1.9, "\\max": 0.5}
"""What stands below and above these signs, and how much higher than a line they are."""


@lru_cache(maxsize=4096)
def height(latex: str) -> float:
    """The height of a formula in display, in ems of its type.

    >>> height("x") < height("\\\\frac{a}{b}") < height("\\\\begin{array}{c} 1 \\\\\\\\ 2 \\\\\\\\ 3 \\\\end{array}")
    True
    """
    return _Measure(TOKEN.findall(latex)).whole()


class _Measure:
    """Reads tokens once, from left to right; what stands beside each other is as high as the highest of it."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.tables = 0
        """How many tables are open: in one, fractions are set as small as in a line of text."""

    def whole(self) -> float:
        total = self.row()
        while self.at < len(self.tokens):
            self.at += 1
            total = max(total, self.row())
        return total

    def row(self) -> float:
        """The height of what stands before the end of a group, a cell or a line of a table, which is left unread."""
        highest = LINE
        while self.at < len(self.tokens) and self.tokens[self.at] not in ("&", "\\\\", "}", "\\end"):
            highest = max(highest, self.one())
        return highest

    def one(self) -> float:
        """The height of the next token, or of the group or table that it begins."""
        token = self.tokens[self.at]
        self.at += 1
        if token == "{":
            inside = self.row()
            while self.at < len(self.tokens) and self.tokens[self.at] != "}":
                self.at += 1
                inside = max(inside, self.row())
            self.at += 1
            return inside
        if token == "\\frac":
            both = self.one_after_space() + self.one_after_space()
            return (0.75 if self.tables else 1.0) * both + 0.1
        if token == "\\sqrt":
            return self.one_after_space() + 0.2
        if token == "\\begin":
            return self.table()
        if token in ("^", "_"):
            return 0.75 * self.one_after_space() + 0.65
        return LINE + LIMITS.get(token, 0.0)

    def one_after_space(self) -> float:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return self.one() if self.at < len(self.tokens) else LINE

    def table(self) -> float:
        """All rows, each as high as its highest cell."""
        self.one_after_space()
        self.tables += 1
        total, highest = 0.0, 0.0
        while self.at < len(self.tokens):
            highest = max(highest, self.row())
            token = self.tokens[self.at] if self.at < len(self.tokens) else "\\end"
            self.at += 1
            if token in ("\\\\", "\\end"):
                fractions = highest > 1.4 * LINE
                total += highest + (GAP if fractions else 0.1)
                highest = 0.0
            if token == "\\end":
                self.one_after_space()
                break
        self.tables -= 1
        return total + 0.2
