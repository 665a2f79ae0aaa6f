"""What is too wide for a line: formulas broken before a plus or minus, columns of a table broken into lines."""

from __future__ import annotations

from collections.abc import Sequence

from symattn.publishing.measure import TOKEN, width

CLOSED_BY = {"{": "}", "\\left": "\\right", "\\begin": "\\end"}
"""What TeX does not break inside."""


def broken(latex: str, room: float) -> list[str]:
    """A formula as parts, each in its line; broken before the signs that stand in the fewest brackets.

    A formula without such a sign, and one that fits, stays whole.

    >>> broken("a + b + c", 3.0)
    ['a + b', '+ c']
    >>> broken("f(a + b)", 100.0)
    ['f(a + b)']
    """
    if width(latex) <= room:
        return [latex]
    tokens = TOKEN.findall(latex)
    places = _places(tokens)
    for depth in sorted({depth for _, depth in places}):
        cuts = [place for place, own in places if own <= depth]
        parts = _packed(["".join(tokens[a:b]).strip() for a, b in zip([0, *cuts], [*cuts, None], strict=True)], room)
        if all(width(part) <= room for part in parts):
            return parts
    return [latex]


def _places(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """The signs before which TeX may break, each with the number of brackets around it."""
    found, closing, depth = [], list[str](), 0
    for place, token in enumerate(tokens):
        if closing and token == closing[-1]:
            closing.pop()
        elif token in CLOSED_BY:
            closing.append(CLOSED_BY[token])
        elif not closing and token in "([":
            depth += 1
        elif not closing and token in ")]":
            depth -= 1
        elif not closing and token in "+-" and place and tokens[place - 1] not in ("(", "[", "^", "_", "=", ","):
            found.append((place, depth))
    return found


def _packed(parts: Sequence[str], room: float) -> list[str]:
    """Neighbours joined again as far as a line holds them."""
    lines: list[str] = []
    for part in parts:
        if lines and width(f"{lines[-1]} {part}") <= room:
            lines[-1] = f"{lines[-1]} {part}"
        else:
            lines.append(part)
    return lines


def column_widths(natural: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Widths of the columns of a table: the widest give way, none below its longest word, until the line holds all.

    >>> column_widths([10.0, 40.0], [3.0, 5.0], 30.0)
    [10.0, 20.0]
    """
    widths = list(natural)
    while sum(widths) > room:
        slack = [have - need for have, need in zip(widths, least, strict=True)]
        widest = max((at for at in range(len(widths)) if slack[at] > 0), key=lambda at: widths[at], default=None)
        if widest is None:
            break
        widths[widest] -= min(1.0, slack[widest], sum(widths) - room)
    return widths
