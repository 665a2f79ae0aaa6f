"""A count that a caller asks for, such as digits or instances: a whole number within its bounds."""

from __future__ import annotations

from symattn.errors import InputError, LimitError


def count(value: object, name: str, least: int, most: int) -> int:
    """The number that was asked for under a name.

    >>> count(20, "digits", 1, 10_000)
    20

    Errors: ``InputError`` unless it is a whole number of at least ``least``, ``LimitError`` above ``most``.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} = {value!r}: {name} are a whole number of at least {least}.")
    if value > most:
        raise LimitError(f"{name} = {value}: the most is {most}.")
    return value
