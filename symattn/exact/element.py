"""Element: one exact number, a quotient of sums of powers of e; equality and order are decided, never guessed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from mpmath import iv
from sympy import Expr

from symattn import limits
from symattn.counts import count
from symattn.errors import ExactnessError, InputError
from symattn.exact import deciding, enclosures, printing, reading, sums
from symattn.exact.constants import Atom, Constant, Number, check_bits, check_terms, common_denominator, size_in_bits
from symattn.exact.lowest_terms import lowest_terms
from symattn.exact.sums import UNIT, Sum, add, atoms_of, multiply, scale

if TYPE_CHECKING:
    from collections.abc import Callable


class Term(NamedTuple):
    """``coefficient * e**exponent``, both SymPy expressions."""

    coefficient: Expr
    exponent: Expr


class Element:
    """An exact real number: ``(sum of c * e**a) / (sum of c * e**a)``, in lowest terms whenever it is looked at.

    The ``c`` and ``a`` are sums of rational multiples of square roots (and of atoms such as tanh(1), which stand for
    themselves). Immutable and hashable. Arithmetic is ``+ - * /`` and ``**`` with a whole exponent; functions such as
    exp and sqrt are in :mod:`symattn.exact.functions`. Comparisons raise ``ExactnessError`` if atoms leave them
    undecided; a division by zero and whatever is not a real number raise it too.

    >>> half = Element.of("0.5")
    >>> half + half == 1, half < 1, half.decimal(3)
    (True, True, Decimal('0.500'))
    """

    __slots__ = ("_hash", "_key", "_proved", "_seen", "d", "n")

    def __init__(self, n: Sum, d: Sum = UNIT, coprime: bool = False, normal: bool = False) -> None:
        """A quotient of two sums, the lower one known to be nonzero.

        ``coprime`` says that they are known to have no common factor, ``normal`` that they are in normal form.
        """
        self.n = n
        self.d = d
        self._proved = coprime
        self._seen = normal

    @classmethod
    def of(cls, number: Any) -> Element:
        """The element that a number stands for: int, Fraction, Decimal, SymPy number, text or float (0.1 is 1/10).

        Errors: ``InputError`` for anything else, for nan and for infinity; ``LimitError`` for too many digits.

        >>> Element.of("1/3") + Element.of(2)
        Element(7/3)
        """
        if isinstance(number, Element):
            return number
        value = reading.rational(number)
        if value is None:
            shown = ascii(number)
            shown = shown if len(shown) <= 60 else shown[:57] + "..."
            raise InputError(f"{shown} ({type(number).__name__}) is not a number; give int, Fraction, Decimal or text.")
        return cls.constant(value)

    @classmethod
    def constant(cls, number: Number) -> Element:
        """The element of a constant of the field."""
        if type(number) is int:
            return cls({0: number} if number else {}, UNIT, True)
        below = common_denominator([number])
        above = number.numerator if isinstance(number, Fraction) else number * below
        return cls({0: above} if above else {}, UNIT if below == 1 else {0: below})

    # Lowest terms, found when first looked at.

    def reduced(self) -> Element:
        """The same element, in lowest terms from here on."""
        if not self._seen:
            self.n, self.d, self._proved = lowest_terms(self.n, self.d, self._proved)
            self._seen = True
        return self

    @property
    def in_lowest_terms(self) -> bool:
        """Whether lowest terms are proved; False only for powers so high that the search is beyond ``GCD_BITS``."""
        return self.reduced()._proved

    @property
    def terms(self) -> int:
        """How many powers of e stand above and below, a lone 1 below not counted."""
        self.reduced()
        return len(self.n) + (0 if self.d == UNIT else len(self.d))

    @property
    def numerator(self) -> tuple[Term, ...]:
        """The terms above, in ascending order of their exponents; empty for zero."""
        return tuple(Term(*term) for term in printing.terms(self.reduced().n))

    @property
    def denominator(self) -> tuple[Term, ...]:
        """The terms below, in ascending order of their exponents; ``(Term(1, 0),)`` if there is no denominator."""
        return tuple(Term(*term) for term in printing.terms(self.reduced().d))

    def to_sympy(self) -> Expr:
        """The number as SymPy writes it, e.g. ``(1 + 4*exp(2))/(1 + 2*exp(2))``."""
        self.reduced()
        return printing.fraction(self.n, self.d)

    @property
    def key(self) -> str:
        """The normal form as text, the same in every run: equal keys mean equal numbers."""
        try:
            return self._key
        except AttributeError:
            self.reduced()
            self._key: str = f"{printing.written(self.n)}/{printing.written(self.d)}"
            return self._key

    @property
    def signs(self) -> int:
        """How many characters :attr:`key` has."""
        self.reduced()
        return printing.length(self.n) + len("/") + printing.length(self.d)

    @property
    def atoms(self) -> list[Atom]:
        """The atoms in exponents and coefficients."""
        return atoms_of(part for terms in (self.n, self.d) for term in terms.items() for part in term)

    # What kind of number it is.

    @property
    def is_zero(self) -> bool:
        """Whether this is 0, decided."""
        return deciding.is_zero(self.n)

    @property
    def is_rational(self) -> bool:
        """Whether the normal form is a rational number; a value written with atoms is not taken for one."""
        self.reduced()
        return deciding.rational_value(self.n, self.d) is not None

    def as_fraction(self) -> Fraction:
        """The value as a fraction. Errors: ``ExactnessError`` unless it is rational."""
        self.reduced()
        rational = deciding.rational_value(self.n, self.d)
        if rational is None:
            raise ExactnessError(f"asked for a fraction, found {self.to_sympy()}.")
        return Fraction(*rational)

    @property
    def sign(self) -> int:
        """-1, 0 or 1, decided."""
        return deciding.sign(self.n, self.d)

    def enclosure(self, precision: int = 53) -> Any:
        """A rigorous interval, mpmath's ``iv.mpf``, computed with so many bits."""
        return iv.make_mpf(enclosures.of_fraction(self.n, self.d, precision))

    def decimal(self, digits: int = 20) -> Decimal:
        """The value correctly rounded, half to even, to so many significant digits; zero is ``Decimal(0)``.

        Errors: ``InputError`` or ``LimitError`` for a number of digits that is not possible.

        >>> Element({0: 1, 2: 4}, {0: 1, 2: 2}).decimal(20)
        Decimal('1.9366210616669623818')
        """
        return deciding.decimal(self.n, self.d, count(digits, "digits", 1, limits.DECIMAL_DIGITS))

    # Arithmetic.

    def __add__(self, other: Any) -> Element:
        if not isinstance(other, Element):
            if not isinstance(other, (int, Fraction)):
                return NotImplemented
            other = Element.constant(other)
        if not self.n:
            return other
        if not other.n:
            return self
        if self.d is other.d:
            return Element(add(self.n, other.n), self.d)
        multiples = sums.common_multiple(self.d, other.d)
        if multiples is None and len(self.d) > 1 and len(other.d) > 1:
            self.reduced(), other.reduced()  # common factors are taken out before they multiply
            multiples = sums.common_multiple(self.d, other.d)
        if multiples is not None:
            a, b = multiples
            return _made(add(scale(self.n, a), scale(other.n, b)), scale(self.d, a))
        total = add(multiply(self.n, other.d), multiply(other.n, self.d))
        return _made(total, multiply(self.d, other.d))

    __radd__ = __add__

    def __neg__(self) -> Element:
        return Element({exponent: -coefficient for exponent, coefficient in self.n.items()}, self.d)

    def __pos__(self) -> Element:
        return self

    def __sub__(self, other: Any) -> Element:
        if not isinstance(other, (Element, int, Fraction)):
            return NotImplemented
        return self + (-other)

    def __rsub__(self, other: Any) -> Element:
        return (-self) + other

    def __mul__(self, other: Any) -> Element:
        if isinstance(other, (int, Fraction)):
            other = Element.constant(other)
        elif not isinstance(other, Element):
            return NotImplemented
        if not self.n or not other.n:
            return ZERO
        if len(self.d) > 1 and len(other.n) > 1:
            self.reduced()
        if len(other.d) > 1 and len(self.n) > 1:
            other.reduced()
        return _made(multiply(self.n, other.n), multiply(self.d, other.d))

    __rmul__ = __mul__

    def inverse(self) -> Element:
        """One over this number. Errors: ``ExactnessError`` for zero, or if it may be zero."""
        if self.is_zero:
            raise ExactnessError("division by zero.")
        self.reduced()
        found = Element(self.d, self.n, self._proved)
        return found.reduced() if len(found.d) == 1 else found  # 1/sqrt(2) has no root below, so that sums share 2

    def __truediv__(self, other: Any) -> Element:
        if isinstance(other, (int, Fraction)):
            other = Element.constant(other)
        elif not isinstance(other, Element):
            return NotImplemented
        return self * other.inverse()

    def __rtruediv__(self, other: Any) -> Element:
        return self.inverse() * other

    def __pow__(self, exponent: Any) -> Element:
        if isinstance(exponent, bool) or not isinstance(exponent, int):
            return NotImplemented
        if exponent < 0:
            return self.inverse() ** -exponent
        self.reduced()
        if len(self.n) <= 1 and len(self.d) <= 1:
            check_bits(max(map(size_in_bits, [*self.n.values(), *self.d.values()]), default=0) * exponent)
        else:
            check_terms(max(len(self.n) - 1, len(self.d) - 1) * exponent)
        result, square = ONE, self
        while exponent:
            if exponent & 1:
                result = result * square
            exponent >>= 1
            if exponent:
                square = square * square
        return result

    def __abs__(self) -> Element:
        return -self if self.sign < 0 else self

    # Comparison.

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, (int, Fraction)):
            other = Element.constant(other)
        if not isinstance(other, Element):
            return NotImplemented
        if self.d is other.d and self.n == other.n:
            return True
        return deciding.is_zero(self._minus(other))

    def _minus(self, other: Element) -> Sum:
        """The numerator of the difference."""
        return (self - other).n

    def _compared(self, other: Any, test: Callable[[int], bool]) -> bool:
        if not isinstance(other, (Element, int, Fraction)):
            return NotImplemented
        return test((self - other).sign)

    def __lt__(self, other: Any) -> bool:
        return self._compared(other, lambda sign: sign < 0)

    def __le__(self, other: Any) -> bool:
        return self._compared(other, lambda sign: sign <= 0)

    def __gt__(self, other: Any) -> bool:
        return self._compared(other, lambda sign: sign > 0)

    def __ge__(self, other: Any) -> bool:
        return self._compared(other, lambda sign: sign >= 0)

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            # Equal numbers may be written differently, tanh(1) and (e^2 - 1)/(e^2 + 1): their decimals agree, and what
            # is rational once tanh is written out has the hash of the fraction that it equals.
            plain = self.reduced()
            if self.atoms and not self.is_zero:
                plain = Element(*deciding.with_tanh_written_out(self.n, self.d)).reduced()
            self._hash: int = hash(plain.as_fraction()) if plain.is_rational else hash(self.decimal(12))
            return self._hash

    def __bool__(self) -> bool:
        return not self.is_zero

    def __repr__(self) -> str:
        return f"Element({self.to_sympy()})"

    def __str__(self) -> str:
        return str(self.to_sympy())

    def __reduce__(self) -> tuple:
        self.reduced()
        return Element, (self.n, self.d, self._proved, True)


def _made(n: Sum, d: Sum) -> Element:
    """An element from sums that were multiplied out: squares of square roots are replaced by what is under them."""
    if any(type(c) is Constant for c in n.values()) or any(type(c) is Constant for c in d.values()):
        n, d = without_squared_roots(n, d)
    return Element(n, d)


def without_squared_roots(n: Sum, d: Sum) -> tuple[Sum, Sum]:
    """The fraction with the square of every square-root atom replaced by its argument."""
    for atom in atoms_of([*n.values(), *d.values()]):
        if atom.function == "sqrt":
            above, more = sums.replace_atom(n, atom, 2, atom.argument.n, atom.argument.d)
            below, extra = sums.replace_atom(d, atom, 2, atom.argument.n, atom.argument.d)
            if above is not n or below is not d:
                return without_squared_roots(multiply(above, extra), multiply(below, more))
    return n, d


ZERO = Element({}, UNIT, True)
ONE = Element(UNIT, UNIT, True)
