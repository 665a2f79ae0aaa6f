"""Minus infinity: the log-sum-exp of no keys, which an exact matrix may hold beside its numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from mpmath import iv
from sympy import Expr, S

from symattn import limits
from symattn.counts import count
from symattn.errors import ExactnessError
from symattn.exact.constants import Atom
from symattn.exact.element import Element, Term


class NegativeInfinity(Element):
    """Below every number; a finite number added to it leaves it as it is, and ``exp`` of it is 0.

    All other arithmetic is refused with ``ExactnessError``. There is one, :data:`NEGATIVE_INFINITY`.

    >>> NEGATIVE_INFINITY + 3, NEGATIVE_INFINITY < Element.of(-5), NEGATIVE_INFINITY.decimal(3)
    (Element(-oo), True, Decimal('-Infinity'))
    """

    __slots__ = ()

    def __init__(self) -> None:
        """Nothing is held: there are no sums of powers of e to hold."""

    def _refused(self, *_: Any) -> NoReturn:
        raise ExactnessError(
            "asked for arithmetic with -infinity, the log-sum-exp of a row without allowed keys; "
            "only finite numbers can be added to it."
        )

    n = property(_refused)  # whatever computes with the sums of an element themselves is refused too
    d = property(_refused)
    __neg__ = __abs__ = inverse = as_fraction = _refused
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = __rsub__ = _refused

    def __add__(self, other: Any) -> Element:
        return self if isinstance(other, (Element, int, Fraction)) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Element:
        return self._refused() if other is self else self + other

    def __eq__(self, other: object) -> bool:
        return other is self

    def __hash__(self) -> int:
        return hash(self.key)

    def __lt__(self, other: Any) -> bool:
        return other is not self

    def __le__(self, other: Any) -> bool:
        return True

    def __gt__(self, other: Any) -> bool:
        return False

    def __ge__(self, other: Any) -> bool:
        return other is self

    def reduced(self) -> Element:
        return self

    in_lowest_terms = True
    terms = 1
    numerator = (Term(S.NegativeInfinity, S.Zero),)
    denominator = (Term(S.One, S.Zero),)
    key = "-oo"
    signs = len(key)
    is_zero = False
    is_rational = False
    sign = -1

    @property
    def atoms(self) -> list[Atom]:
        return []

    def to_sympy(self) -> Expr:
        return S.NegativeInfinity

    def enclosure(self, precision: int = 53) -> Any:
        return iv.mpf("-inf")

    def decimal(self, digits: int = 20) -> Decimal:
        count(digits, "digits", 1, limits.DECIMAL_DIGITS)
        return Decimal("-Infinity")

    def __reduce__(self) -> str:  # type: ignore[override]  # the name of the one there is
        return "NEGATIVE_INFINITY"


NEGATIVE_INFINITY = NegativeInfinity()

__all__ = ["NEGATIVE_INFINITY", "NegativeInfinity"]
