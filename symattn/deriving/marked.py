"""Marks around the formulas of a sentence: a backquote on each side, as in a text for a forge."""

from __future__ import annotations

from collections.abc import Iterator

from symattn.errors import LanguageError

MARK = "`"


def pieces(sentence: str) -> Iterator[tuple[bool, str]]:
    """What stands between the marks of a sentence, in order, and whether it is a formula.

    >>> list(pieces("every row of `P` sums to 1"))
    [(False, 'every row of '), (True, 'P'), (False, ' sums to 1')]

    Errors: ``LanguageError`` for a mark without its fellow.
    """
    found = sentence.split(MARK)
    if len(found) % 2 == 0:
        raise LanguageError(f"formulas in a sentence stand between two backquotes; {sentence!r} has an odd number.")
    for place, piece in enumerate(found):
        if piece or place % 2:
            yield bool(place % 2), piece


def as_typed(sentence: str) -> str:
    """A sentence with its formulas as they are typed, without the marks around them.

    >>> as_typed("`S.T` is the transpose")
    'S.T is the transpose'
    """
    return sentence.replace(MARK, "")
