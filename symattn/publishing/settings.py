"""How a document is to be printed, and the steps of a formula as they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symattn.publishing.document import Formula, Rounded, Substituted, Words
from symattn.publishing.numbers import all_whole, ends_within, short_enough, too_long


@dataclass(frozen=True)
class Settings:
    """``digits``: significant decimal digits; ``standalone``: a whole file; ``width``: characters of a line of text."""

    digits: int = 10
    standalone: bool = False
    width: int = 100


def shown_steps(formula: Formula, digits: int) -> Iterator[tuple[str, Any]]:
    """The signs and parts after the first part; decimals that are the value itself follow ``=``, not ``≈``.

    The decimals of whole numbers are left out where the numbers stand before them, and exact numbers that are too long
    where decimals follow.
    """
    before = formula.parts[0]
    for sign, part in zip(formula.relations, formula.parts[1:], strict=True):
        reason = too_long(part)
        if reason is not None:
            yield sign, Words(reason)
            before = part
            continue
        if isinstance(part, Substituted):
            part = Substituted(part.value, short_enough(part.numbers))
        if isinstance(part, Rounded) and sign == "≈":
            if part.value == before and all_whole(part.value):
                continue
            if part.value == before and ends_within(part.value, part.digits or digits):
                sign = "="
        yield sign, part
        before = part
