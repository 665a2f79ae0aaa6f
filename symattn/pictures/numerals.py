"""Numbers as a picture prints them: exact ones as they are, others correctly rounded and short."""

from __future__ import annotations

from decimal import Decimal

from symattn.exact import Element
from symattn.publishing.numbers import superscript

FEWEST, MOST = -3, 6
"""Powers of ten between which a number is printed without one."""


def shown(value: Element, digits: int) -> tuple[Decimal, str]:
    """A value correctly rounded to so many significant digits, and its text.

    Zeros at the end say that the number was rounded; a number that ends within the digits is printed without them.

    >>> shown(Element.of("1/2"), 3)[1], shown(Element.of("1/3"), 3)[1], shown(Element.of("0.99996"), 3)[1]
    ('0.5', '0.333', '1.00')
    >>> shown(Element.of("-1/30000"), 3)[1]
    '−3.33·10⁻⁵'
    """
    rounded = value.decimal(digits)
    whole = value.is_rational and Element.of(rounded) == value
    return rounded, text_of(rounded.normalize() if whole else rounded)


def text_of(number: Decimal) -> str:
    """A decimal as it stands, with a power of ten where it would be long.

    >>> text_of(Decimal("1.20E+3")), text_of(Decimal("1E-7")), text_of(Decimal("0E-3"))
    ('1200', '10⁻⁷', '0')
    """
    if number.is_zero():
        return "0"
    power = number.adjusted()
    if FEWEST <= power < MOST:
        return f"{number:f}".replace("-", "−")
    sign, digits, _ = number.as_tuple()
    factor = f"{Decimal((sign, digits, 1 - len(digits))):f}"
    raised = f"10{superscript(str(power))}"
    return {"1": raised, "-1": f"−{raised}"}.get(factor, f"{factor}·{raised}".replace("-", "−"))
