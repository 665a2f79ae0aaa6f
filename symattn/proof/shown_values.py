"""Two values as a counterexample shows them: exact where that is short, with decimals that tell them apart."""

from __future__ import annotations

from decimal import Decimal

from symattn import publishing
from symattn.errors import SymattnError
from symattn.exact import Element
from symattn.exact.infinity import NEGATIVE_INFINITY
from symattn.proof.intervals import Interval
from symattn.publishing.numbers import too_long

LONGEST = 60
"""Characters of an exact value that is written out; a longer one is left to its decimals."""

DIGITS = (6, 12, 24, 48)
"""Significant digits of the decimals, as many as tell both values apart."""


def shown_pair(left: Element | Interval, right: Element | Interval) -> tuple[str, str]:
    """Both values as text.

    >>> shown_pair(Element({0: 2}, {0: 1, 1: 1}), Element.of("1/2"))
    ('2/(1 + e) (0.537883)', '1/2 (0.5)')
    """
    for digits in DIGITS:
        decimals = _decimal(left, digits), _decimal(right, digits)
        if decimals[0] != decimals[1]:
            break
    return _shown(left, decimals[0]), _shown(right, decimals[1])


def _shown(value: Element | Interval, decimal: str) -> str:
    if isinstance(value, Interval):
        return decimal
    exact = publishing.text(value) if too_long(value) is None else ""
    if not exact or len(exact) > LONGEST:
        return decimal
    alone = value is NEGATIVE_INFINITY or exact.replace("−", "-") == decimal
    return exact if alone else f"{exact} ({decimal})"


def _decimal(value: Element | Interval, digits: int) -> str:
    try:
        found = value.decimal(digits)
    except SymattnError:  # too near the middle of two decimals to be rounded
        return ""
    return _plain(found)


def _plain(number: Decimal) -> str:
    """A decimal without zeros at its end.

    >>> _plain(Decimal("0.500000")), _plain(Decimal("3.00000")), _plain(Decimal("1.2E-9"))
    ('0.5', '3', '1.2e-9')
    """
    return str(number.normalize()).replace("E", "e") if abs(number.adjusted()) > 8 else f"{number.normalize():f}"
