"""What queries and keys are called in a picture: words, channels or pixels, and their numbers where nothing is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symattn import limits
from symattn.errors import InputError, LimitError
from symattn.publishing.text_notation import plain


@dataclass(frozen=True)
class Labels:
    """Labels of the queries and of the keys; ``tokens`` for both where they are the same."""

    tokens: tuple[str, ...] | None = None
    queries: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None

    @classmethod
    def of(
        cls,
        tokens: Sequence[str] | None = None,
        queries: Sequence[str] | None = None,
        keys: Sequence[str] | None = None,
    ) -> Labels:
        """Labels as they are given, nothing for numbers.

        Errors: ``InputError`` for anything but texts, and for tokens beside labels of both; ``LimitError`` for a
        label that is too long.

        >>> Labels.of(tokens=["the", "cat"]).for_queries(2)
        ('the', 'cat')
        """
        if tokens is not None and queries is not None and keys is not None:
            raise InputError(
                "tokens are the labels of queries and keys, which have labels of their own; leave one out."
            )
        return cls(_read(tokens, "tokens"), _read(queries, "queries"), _read(keys, "keys"))

    def for_queries(self, count: int) -> tuple[str, ...]:
        """The labels of so many queries. Errors: ``InputError`` for another number of labels."""
        return _fitting(self.queries or self.tokens, count, "queries")

    def for_keys(self, count: int) -> tuple[str, ...]:
        """The labels of so many keys. Errors: ``InputError`` for another number of labels."""
        return _fitting(self.keys or self.tokens, count, "keys")


def _read(given: Sequence[str] | None, what: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    if isinstance(given, str) or not all(isinstance(label, str) for label in given):
        raise InputError(f'{what} are given as a list of texts, such as ["the", "cat"]; found {ascii(given)[:60]}.')
    longest = max(map(len, given), default=0)
    if longest > limits.LABEL_LENGTH:
        raise LimitError(f"a label of {what} is {longest} characters long; the most is {limits.LABEL_LENGTH}.")
    return tuple(map(plain, given))


NAMES = {"queries": ("query", "queries"), "keys": ("key", "keys")}


def many(count: int, one: str, several: str) -> str:
    """A number with its noun.

    >>> many(1, "key", "keys"), many(2, "key", "keys")
    ('1 key', '2 keys')
    """
    return f"{count} {one if count == 1 else several}"


def _fitting(given: tuple[str, ...] | None, count: int, what: str) -> tuple[str, ...]:
    if given is None:
        return tuple(str(place + 1) for place in range(count))
    if len(given) != count:
        shown = f": {', '.join(given)[:80]}" if given else ""
        raise InputError(f"there are {many(count, *NAMES[what])} and {many(len(given), 'label', 'labels')}{shown}.")
    return given
