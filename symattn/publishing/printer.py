"""What the printers share: the walk from a value to its row in a table, and scalars taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar

from sympy import Add, Basic, Expr, Integer, Mul, Number, Pow, Rational, Symbol, exp

from symattn import limits
from symattn.counts import count
from symattn.errors import MissingRowError
from symattn.nodes import Concatenation, IndexSum
from symattn.nodes.cases import put_in
from symattn.publishing.counting import counted, is_counted
from symattn.publishing.letters import marked
from symattn.publishing.notation import Notation, Piece
from symattn.publishing.numbers import each_number, is_whole, rows_of

N = TypeVar("N", bound=Notation)

WRITTEN_TERMS = 4
"""With numbers put in, a sum over an index of no more values than this is written out."""


NAMES_AROUND: ContextVar[frozenset[str]] = ContextVar("NAMES_AROUND", default=frozenset())
"""The names that the formulas around a value use: entries of ``A`` are not ``a`` where a matrix is called that."""


@contextmanager
def among(names: Iterable[str]) -> Iterator[None]:
    """Print what follows as a part of formulas that use these names."""
    before = NAMES_AROUND.set(NAMES_AROUND.get() | frozenset(names))
    try:
        yield
    finally:
        NAMES_AROUND.reset(before)


class Quotient(NamedTuple):
    """A scalar product sorted into a sign and the factors above and below the line, in the order of the arguments."""

    negative: bool
    above: list[Expr]
    below: list[Expr]


class Printer:
    """One way of printing: a table of rows by class, a notation, and the walk that finds the row of a value.

    A row takes the printer and the value and gives a piece. Subclasses say their ``rows``, ``table`` (the file that a
    missing row belongs in) and ``what`` (the printer's name in that error). ``numbers`` stand in the place of names,
    ``digits`` are those of rounded numbers, ``slash`` puts quotients on one line, ``keep_case`` leaves entries their
    large letters.
    """

    rows: Mapping[type, Callable[[Any, Any], Piece]] = {}
    table = ""
    what = ""
    euler_everywhere = False
    """Whether the exponential of a formula is a power of e; else it is written ``exp(...)``."""

    def __init__(
        self,
        notation: Notation,
        numbers: Mapping[str, Any] | None = None,
        *,
        digits: int = 10,
        keep_case: bool = False,
        slash: bool = False,
    ) -> None:
        self.notation = notation
        self.numbers = dict(numbers or {})
        self.digits = digits
        self.keep_case = keep_case
        self.slash = slash
        self.entry_names: set[str] = set()
        self._inside: list[str] = []
        self._known: dict[Any, Piece] = {}
        self._inline: Printer | None = None
        self._positions: Printer | None = None
        self._lettered: Printer | None = None
        self.index_by_letter = False

    @classmethod
    def printed(
        cls, notation: Callable[[], N], value: Any, *, digits: int = 10, numbers: Mapping[str, Any] | None = None
    ) -> tuple[str, N]:
        """A value as text in a new notation, and the notation; entries are small letters unless two would be alike.

        Errors: ``InputError`` or ``LimitError`` for a number of digits that is not possible.
        """
        digits = count(digits, "digits", 1, limits.DECIMAL_DIGITS)
        for keep_case in (False, True):
            made = notation()
            printer = cls(made, numbers, digits=digits, keep_case=keep_case)
            text = printer.piece(value).text
            if not printer.confused:
                break
        return text, made

    def with_numbers(self, numbers: Mapping[str, Any], slash: bool | None = None) -> Printer:
        """The same printer with these numbers in the place of names."""
        made = type(self)(
            self.notation,
            numbers,
            digits=self.digits,
            keep_case=self.keep_case,
            slash=self.slash if slash is None else slash,
        )
        made.entry_names = self.entry_names
        made.index_by_letter = self.index_by_letter
        return made

    @property
    def inline(self) -> Printer:
        """The same printer with quotients on one line, for exponents and subscripts."""
        if self._inline is None:
            self._inline = self if self.slash else self.with_numbers(self.numbers, slash=True)
        return self._inline

    @property
    def positions(self) -> Printer:
        """The same printer for subscripts, in which an index is its letter, already counted from 1."""
        if self._positions is None:
            self._positions = self.with_numbers({}, slash=True)
            self._positions.index_by_letter = True
        return self._positions

    @property
    def lettered(self) -> Printer:
        """The same printer for formulas in indices already counted from 1, in which an index is its letter."""
        if self.index_by_letter:
            return self
        if self._lettered is None:
            self._lettered = self.with_numbers(self.numbers)
            self._lettered.index_by_letter = True
        return self._lettered

    def fraction(self, above: Piece, below: Piece) -> Piece:
        return self.notation.fraction(above, below, self.slash)

    def number(self, value: Any) -> Piece:
        """A number, or a matrix of numbers."""
        rows = rows_of(value)
        if rows is None:
            return self.piece(value)
        return self.notation.array(each_number(rows, self.piece))

    def piece(self, value: Any) -> Piece:
        """The piece of a value; a part that occurs again is not printed again."""
        if not isinstance(value, Basic):
            return self._fresh(value)
        known = self._known.get(value)
        if known is None:
            if not self.index_by_letter and is_counted(value):
                known = self.lettered.piece(counted(value))
            else:
                known = self._fresh(value)
            self._known[value] = known
        return known

    def _fresh(self, value: Any) -> Piece:
        for kind in type(value).__mro__:
            row = self.rows.get(kind)
            if row is not None:
                self._inside.append(type(value).__name__)
                try:
                    return row(self, value)
                finally:
                    self._inside.pop()
        raise self.missing(value)

    def missing(self, value: Any) -> MissingRowError:
        """The error for a value that no row is for."""
        own = type(value).__name__
        around = self._inside[:-1] if self._inside[-1:] == [own] else self._inside
        inside = f", inside {around[-1]}" if around else ""
        return MissingRowError(f"{self.what} cannot print {type(value).__name__}{inside}; add a row to {self.table}")

    def sized(self, value: Expr) -> Expr:
        """A size, position or formula with numbers put in for the sizes that have some."""
        lengths = {
            symbol: Integer(int(self.numbers[symbol.name]))
            for symbol in value.free_symbols
            if isinstance(symbol, Symbol) and symbol.is_positive and is_whole(self.numbers.get(symbol.name))
        }
        return put_in(value, lengths) if lengths else value

    def written_terms(self, value: IndexSum | Concatenation) -> list[Expr]:
        """The terms over few values of an index, one by one, where numbers are put in; else nothing."""
        length = self.sized(value.length)
        if not self.numbers or not isinstance(length, Integer) or length > WRITTEN_TERMS:
            return []
        return [put_in(value.term, {value.symbol: Integer(place)}) for place in range(int(length))]

    def lower_case(self, name: str) -> str:
        """The name that the entries of a matrix go by: its small letter, unless that is another matrix here."""
        self.entry_names.add(name)
        whole = marked(name)
        small = whole.lower_case
        taken = name != small and not NAMES_AROUND.get().isdisjoint((small, whole.name.lower()))
        return name if len(whole.name) != 1 or self.keep_case or taken else small

    @property
    def confused(self) -> bool:
        """Whether two matrices have given their entries the same small letter."""
        names = self.entry_names
        return not self.keep_case and any(name != name.lower() and name.lower() in names for name in names)


def quotient(value: Mul) -> Quotient:
    """The factors of a scalar product, those with a negative exponent below the line.

    ``sqrt(3)/3`` is read as 1 over the root of 3: SymPy writes it the long way.

    >>> from sympy import sqrt
    >>> quotient(2 * sqrt(3) / 3)
    Quotient(negative=False, above=[2], below=[sqrt(3)])
    """
    found = Quotient(False, [], [])
    negative = _sort_factors(value, found)
    _cancel_roots(found)
    return found._replace(negative=negative)


def _sort_factors(value: Mul, found: Quotient) -> bool:
    negative = False
    for factor in value.args:
        if isinstance(factor, Mul) and factor.is_number:
            negative ^= _sort_factors(factor, found)
        elif isinstance(factor, Rational):
            negative ^= factor < 0
            if abs(factor.p) != 1:
                found.above.append(Integer(abs(factor.p)))
            if factor.q != 1:
                found.below.append(Integer(factor.q))
        elif is_reciprocal(factor):
            found.below.append(Pow(factor.base, -factor.exp))
        else:
            found.above.append(factor)
    return negative


def is_reciprocal(value: object) -> bool:
    """Whether a value is a power with a negative number for its exponent; a power of e is not."""
    if not isinstance(value, Pow) or isinstance(value, exp):
        return False
    return bool(value.exp.is_number and value.exp.is_negative)


def _cancel_roots(found: Quotient) -> None:
    for root in [factor for factor in found.above if is_root(factor)]:
        for place, number in enumerate(found.below):
            if isinstance(number, Integer) and number % root.base == 0:
                found.above.remove(root)
                rest = number // root.base
                found.below[place : place + 1] = [root] if rest == 1 else [rest, root]
                break


def is_root(value: object) -> bool:
    """Whether a value is the square root of a whole number."""
    return isinstance(value, Pow) and isinstance(value.base, Integer) and value.exp == Rational(1, 2)


def sum_terms(value: Add) -> list[tuple[bool, Expr]]:
    """The terms of a scalar sum with their signs, in the order of the arguments.

    SymPy puts a number first; where it is negative it goes last: ``d_k - 1``. A sum of numbers alone, whose order is
    SymPy's own, begins with what is positive.

    >>> sum_terms(Symbol("n") - 1)
    [(False, n), (True, 1)]
    """
    terms = [signed(term) for term in value.args]
    if value.is_number:
        return sorted(terms, key=lambda term: term[0])
    if isinstance(value.args[0], Number) and terms[0][0] and not all(negative for negative, _ in terms):
        terms.append(terms.pop(0))
    return terms


def signed(term: Expr) -> tuple[bool, Expr]:
    """A term without its minus sign, and whether it had one."""
    if isinstance(term, Number) and term < 0:
        return True, -term
    if isinstance(term, Mul) and isinstance(term.args[0], Number) and term.args[0] < 0:
        coefficient = -term.args[0]
        rest = term.args[1:]
        if coefficient == 1:
            return True, rest[0] if len(rest) == 1 else Mul(*rest, evaluate=False)
        return True, Mul(coefficient, *rest, evaluate=False)
    return False, term
