"""Index notation as data: sums, over bound indices, of products of entries, functions, powers, deltas and predicates.

Everything is immutable and written canonically: two values are equal when, and only when, their texts are. Bound
indices are named by how deep they stand, so that what is free in a part never bears the name of what it binds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import count, permutations, product
from typing import TypeAlias

ZERO, ONE = Fraction(0), Fraction(1)

LABELLINGS = 720
"""How many orders of bound indices that look alike are tried for the canonical one; beyond, any order is taken."""


class Index:
    """An index that counts from 0, and how many values it takes.

    >>> Index("r", one()).name
    'r'
    """

    __slots__ = ("length", "name")

    def __init__(self, name: str, length: Expression) -> None:
        self.name = name
        self.length = length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return self.name


Renaming: TypeAlias = Mapping[Index, Index]

FRESH = count()


def fresh(length: Expression) -> Index:
    """An index that no other value mentions."""
    return Index(f"#{next(FRESH)}", length)


class Factor:
    """One factor of a product.

    ``kind`` says what it is: an ``entry`` of a named matrix, a ``size``, a ``constant`` such as pi, the number that an
    ``index`` is, ``apply`` of a function, the ``base`` of a power, a ``number`` under a root, ``delta`` (1 where its
    part is 0), ``holds`` (1 where its part, a whole number, is not negative), ``compare`` (1 where its part is as the
    head says), ``nonzero`` (1 where its part is not 0), the ``greatest`` of its parts, the ``place`` where a
    permutation sends a position, or a binder: ``largest`` and ``threshold`` over a bound index.
    """

    __slots__ = ("bound", "free", "head", "height", "kind", "parts", "text")

    text: str
    height: int

    def __init__(self, kind: str, head: str, parts: tuple[Expression, ...] = (), bound: tuple[Index, ...] = ()) -> None:
        self.kind, self.head, self.parts, self.bound = kind, head, parts, bound
        self.height = max((part.height for part in parts), default=0) + len(bound)
        free = frozenset().union(*(part.free for part in parts)) if parts else frozenset[Index]()
        self.free: frozenset[Index] = free.difference(bound) if bound else free
        over = "".join(f"{index.name}<{index.length.text}:" for index in bound)
        inside = ",".join([part.text for part in parts])
        self.text = f"{kind}.{head}[{over}{inside}]"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Factor) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text


Powers: TypeAlias = tuple[tuple[Factor, Fraction], ...]


class Product:
    """A sum over bound indices of one product of powers; made by :func:`canonical` alone."""

    __slots__ = ("bound", "factors", "free", "height", "text")

    text: str
    height: int

    def __init__(self, bound: tuple[Index, ...], factors: Powers) -> None:
        self.bound, self.factors = bound, factors
        self.height = max((factor.height for factor, _ in factors), default=0) + len(bound)
        free = frozenset().union(*(factor.free for factor, _ in factors)) if factors else frozenset[Index]()
        self.free: frozenset[Index] = free.difference(bound) if bound else free
        over = "".join([f"{index.name}<{index.length.text} " for index in bound])
        self.text = over + "*".join([f.text if e == 1 else f"{f.text}^{e}" for f, e in factors])

    def __repr__(self) -> str:
        return self.text


class Expression:
    """A sum of products with rational coefficients, in canonical order; no coefficient is 0."""

    __slots__ = ("free", "height", "terms", "text")

    text: str
    height: int

    def __init__(self, terms: tuple[tuple[Product, Fraction], ...]) -> None:
        self.terms = terms
        self.height = max((term.height for term, _ in terms), default=0)
        self.free: frozenset[Index] = frozenset().union(*(term.free for term, _ in terms)) if terms else frozenset()
        self.text = "(" + "+".join([f"{c}*{term.text}" for term, c in terms]) + ")"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text

    @property
    def is_zero(self) -> bool:
        return not self.terms

    @property
    def number(self) -> Fraction | None:
        """The rational number that it is, if it is one."""
        if not self.terms:
            return ZERO
        if len(self.terms) == 1 and not self.terms[0][0].factors and not self.terms[0][0].bound:
            return self.terms[0][1]
        return None

    @property
    def single_index(self) -> Index | None:
        """The index that it is, if it is one and nothing else."""
        factor = self.single_factor
        return next(iter(factor.free)) if factor is not None and factor.kind == "index" else None

    @property
    def single_factor(self) -> Factor | None:
        """The factor that it is, if it is one, to the first power."""
        if len(self.terms) != 1 or self.terms[0][1] != 1:
            return None
        term = self.terms[0][0]
        if term.bound or len(term.factors) != 1 or term.factors[0][1] != 1:
            return None
        return term.factors[0][0]


UNIT = Product((), ())


@lru_cache(maxsize=4096)
def number(value: int | Fraction) -> Expression:
    """A rational number.

    >>> number(3)
    (3*)
    """
    value = Fraction(value)
    return Expression(((UNIT, value),)) if value else Expression(())


def zero() -> Expression:
    return number(0)


def one() -> Expression:
    return number(1)


class IndexFactor(Factor):
    """The number that an index is."""

    __slots__ = ()

    def __init__(self, index: Index) -> None:
        super().__init__("index", index.name)
        self.free = frozenset([index])


def of_factor(factor: Factor, exponent: Fraction = ONE) -> Expression:
    """One power as an expression; the caller knows that it is in normal form."""
    return Expression(((Product((), ((factor, exponent),)), ONE),))


def of_index(index: Index) -> Expression:
    """An index as an expression."""
    return of_factor(IndexFactor(index))


def of_size(name: str) -> Expression:
    """A size: a whole number from 1 on."""
    return of_factor(Factor("size", name))


def combined(terms: Iterable[tuple[Product, Fraction]]) -> Expression:
    """The sum of some products, like ones put together."""
    found: dict[str, tuple[Product, Fraction]] = {}
    for term, coefficient in terms:
        known = found.get(term.text)
        found[term.text] = (term, coefficient if known is None else known[1] + coefficient)
    return Expression(tuple(found[text] for text in sorted(found) if found[text][1]))


def added(*values: Expression) -> Expression:
    """The sum of some expressions."""
    if len(values) == 1:
        return values[0]
    return combined(term for value in values for term in value.terms)


def scaled(value: Expression, coefficient: int | Fraction) -> Expression:
    """A rational multiple of an expression."""
    if coefficient == 1:
        return value
    if not coefficient:
        return zero()
    return Expression(tuple((term, c * coefficient) for term, c in value.terms))


def negated(value: Expression) -> Expression:
    """Minus an expression."""
    return scaled(value, -1)


def subtracted(left: Expression, right: Expression) -> Expression:
    """The difference of two expressions."""
    return added(left, negated(right))


# Renaming indices, which keeps a normal form but for the order of terms and of bound indices.


def renamed(value: Expression, renaming: Renaming) -> Expression:
    """The expression with other indices in the place of free ones."""
    if renaming.keys().isdisjoint(value.free):
        return value
    return combined((renamed_product(term, renaming), coefficient) for term, coefficient in value.terms)


def renamed_factor(factor: Factor, renaming: Renaming) -> Factor:
    """The factor with other indices in the place of free ones."""
    if renaming.keys().isdisjoint(factor.free):
        return factor
    if factor.kind == "index":
        (index,) = factor.free
        return IndexFactor(renaming[index])
    if factor.kind == "delta":
        return delta_factor(renamed(factor.parts[0], renaming))
    parts = tuple(renamed(part, renaming) for part in factor.parts)
    if factor.kind == "greatest":
        return greatest_factor(parts)
    return Factor(factor.kind, factor.head, parts, factor.bound)


def renamed_product(term: Product, renaming: Renaming) -> Product:
    """The product with other indices in the place of free ones."""
    if renaming.keys().isdisjoint(term.free):
        return term
    return canonical(term.bound, tuple((renamed_factor(factor, renaming), e) for factor, e in term.factors))


def delta_factor(difference: Expression) -> Factor:
    """1 where a difference of whole numbers is 0; of the two signs, the one whose first coefficient is positive."""
    if difference.terms and difference.terms[0][1] < 0:
        difference = negated(difference)
    return Factor("delta", "", (difference,))


def greatest_factor(values: Iterable[Expression]) -> Factor:
    """The greatest of some numbers, which come in one order, each once."""
    found = {value.text: value for value in values}
    return Factor("greatest", "", tuple(found[text] for text in sorted(found)))


# The canonical order and names of bound indices.


def canonical(bound: Iterable[Index], factors: Iterable[tuple[Factor, Fraction]]) -> Product:
    """The product with its bound indices in canonical order and under canonical names.

    The order is found by what each index is used for; among indices that look alike, all orders are tried.
    """
    bound, factors = tuple(bound), tuple(factors)
    if not bound:
        return Product((), tuple(sorted(factors, key=_by_text)))
    height = max((factor.height for factor, _ in factors), default=0)
    names = [f"_{height + place + 1}" for place in range(len(bound))]
    best: Product | None = None
    for order in _orders(bound, factors):
        naming = {index: Index(name, index.length) for index, name in zip(order, names, strict=True)}
        named = sorted(((renamed_factor(factor, naming), e) for factor, e in factors), key=_by_text)
        made = Product(tuple(naming[index] for index in order), tuple(named))
        if best is None or made.text < best.text:
            best = made
    assert best is not None
    return best


def _by_text(power: tuple[Factor, Fraction]) -> str:
    return power[0].text


def _orders(bound: tuple[Index, ...], factors: Powers) -> Iterator[tuple[Index, ...]]:
    """The orders worth trying: those that respect what the indices are used for."""
    if len(bound) == 1:
        yield bound
        return
    colours = {index: index.length.text for index in bound}
    uses: dict[Index, list[tuple[Factor, Fraction]]] = {index: [] for index in bound}
    for power in factors:
        for index in power[0].free & uses.keys():
            uses[index].append(power)
    for _ in range(len(bound)):
        refined = {index: _colour(index, uses[index], colours) for index in bound}
        ranks = {text: f"?{place}" for place, text in enumerate(sorted(set(refined.values())))}
        before, colours = len(set(colours.values())), {index: ranks[refined[index]] for index in bound}
        if len(set(colours.values())) in (before, len(bound)):
            break
    classes: dict[str, list[Index]] = {}
    for index in bound:
        classes.setdefault(colours[index], []).append(index)
    tries = 1
    for members in classes.values():
        for size in range(2, len(members) + 1):
            tries *= size
    groups = [classes[colour] for colour in sorted(classes)]
    if tries > LABELLINGS:
        yield tuple(index for group in groups for index in group)
        return
    for chosen in product(*(permutations(group) for group in groups)):
        yield tuple(index for group in chosen for index in group)


def _colour(index: Index, uses: Iterable[tuple[Factor, Fraction]], colours: Mapping[Index, str]) -> str:
    """What an index is used for, the other bound indices shown by their colours alone."""

    def shown(factor: Factor) -> str:
        naming = {other: Index(colours[other], other.length) for other in factor.free & colours.keys()}
        return renamed_factor(factor, {**naming, index: Index("*", index.length)}).text

    texts = sorted(f"{shown(factor)}^{exponent}" for factor, exponent in uses)
    return f"{colours[index]}|{index.length.text}|{'|'.join(texts)}"


def opened(term: Product) -> tuple[tuple[Index, ...], Powers]:
    """The product's bound indices under names that nothing else bears, and its factors with them."""
    if not term.bound:
        return (), term.factors
    naming = {index: fresh(index.length) for index in term.bound}
    return tuple(naming.values()), tuple((renamed_factor(factor, naming), e) for factor, e in term.factors)
