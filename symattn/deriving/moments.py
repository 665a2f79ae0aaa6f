"""Moments: statements about expectations of polynomials in independent random numbers, decided at symbolic sizes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Integer, KroneckerDelta, Mul, S, cancel, expand

from symattn.deriving.claim import LEFT, RIGHT, Claim
from symattn.deriving.expectation import FUNCTIONS
from symattn.deriving.index_polynomials import Mean, Product, Reader, choices, partitions
from symattn.deriving.marked import as_typed
from symattn.deriving.tables import in_language
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, LimitError
from symattn.language import parse_expression
from symattn.nodes import Indices, Value, entry_of, index, is_matrix, shape_of
from symattn.verdicts import Counterexample, Verdict

MOST_INDICES = 8
"""Indices of one product, which may be the same or not in 4140 ways."""


@dataclass(frozen=True)
class IndependentEntries:
    """The moments ``E[x], E[x**2], …`` of the entries of each random matrix, all entries independent of one another.

    Called with a claim in which ``E(…)`` and ``Var(…)`` occur it decides the claim: expectations of products are pulled
    apart by independence, sums over indices are split by which indices are the same. This holds for every size.

    >>> from symattn.deriving.claim import Setting
    >>> standard = IndependentEntries({"q": ("0", "1"), "k": ("0", "1")})
    >>> vectors = Setting({"q": "d 1", "k": "d 1"})
    >>> standard(Claim("Var(q.T @ k)", "=", "d * ones(1, 1)", vectors)).kind
    'proved'
    """

    moments: Mapping[str, Sequence[str]]

    def __call__(self, claim: Claim) -> Verdict:
        try:
            system = self._system(claim)
            for one in _patterns_of_entry(system):
                values = [_Sides(self, claim, system, *one).value(side) for side in (LEFT, RIGHT)]
                if cancel(values[0] - values[1]) != 0:
                    return _refuted(claim, one, values)
        except (ExactnessError, LimitError) as error:
            return Verdict("unknown", str(claim), error.message)
        reason = "both sides have the same moments, for every size"
        return Verdict("proved", str(claim), reason, normal_form=str(values[0]), conditions=(as_typed(self.condition),))

    @cached_property
    def condition(self) -> str:
        """What is assumed of the random numbers, in words."""
        told = (f"of `{name}` have {_told(moments)}" for name, moments in self.moments.items())
        return f"all random numbers are independent; the entries {'; those '.join(told)}"

    def _system(self, claim: Claim) -> EquationSystem:
        setting = claim.setting
        sides = {LEFT: claim.before, RIGHT: claim.after}
        made = [
            Equation(name, parse_expression(in_language(text), setting.known, FUNCTIONS))
            for name, text in sides.items()
        ]
        return EquationSystem("a step", tuple(setting.symbols.values()), (*setting.definitions, *made), RIGHT)

    def moment(self, name: str, power: int, symbols: Mapping[str, Value]) -> Expr:
        """A moment of a matrix's entries, as a formula of scalars and sizes.

        Errors: ``ExactnessError`` for one that is not given.
        """
        known = self.moments[name]
        if power > len(known):
            raise ExactnessError(f"the moment of order {power} of the entries of {name} is not given.")
        return parse_expression(known[power - 1], symbols)


def _told(moments: Sequence[str]) -> str:
    names = ("mean", "second moment", "third moment", "fourth moment")
    typed = (value if value.isdigit() else f"`{value}`" for value in moments)
    return ", ".join(f"{name} {value}" for name, value in zip(names, typed, strict=False))


def _patterns_of_entry(system: EquationSystem) -> list[tuple[Expr, Expr]]:
    """The places at which the sides are compared: row and column as indices, apart and, where they may be, the same."""
    shape = shape_of(system[LEFT]) or shape_of(system[RIGHT])
    rows, columns = shape or (S.One, S.One)
    i, j = (S.Zero if length == 1 else index(name) for name, length in (("i", rows), ("j", columns)))
    return [(i, j), (i, i)] if rows == columns != 1 else [(i, j)]


class _Sides:
    """The two sides of a claim at one place."""

    def __init__(self, entries: IndependentEntries, claim: Claim, system: EquationSystem, i: Expr, j: Expr) -> None:
        self.entries, self.claim, self.system, self.i, self.j = entries, claim, system, i, j

    def value(self, side: str) -> Expr:
        """A side as a formula of sizes and of the scalars in the moments."""
        written = self.system.expression(side)
        indices = Indices(avoid=(written, self.i, self.j))
        entry = entry_of(written, self.i, self.j, indices) if is_matrix(written) else written
        if self.i != self.j:
            entry = entry.xreplace({KroneckerDelta(self.i, self.j): S.Zero})
        products = Reader(self.entries.moments).read(entry)
        return expand(sum((self._evaluated(product) for product in products), S.Zero))

    def _evaluated(self, product: Product) -> Expr:
        """A product, summed over its indices by which of them are the same as one another and as fixed places."""
        if product.entries:
            raise ExactnessError(f"random numbers stand outside E(…) in {self.claim}.")
        if len(product.bound) > MOST_INDICES:
            raise LimitError(f"a product over {len(product.bound)} indices; the most is {MOST_INDICES}.")
        lengths = self._lengths(product)
        parted = [self._groupings(length, places) for length, places in lengths.items()]
        total = S.Zero
        for groupings in itertools.product(*parted):
            same = {place: group for _, places in groupings for place, group in places.items()}
            means = (self._mean(mean, same) for mean in product.means)
            total += Mul(*(count for count, _ in groupings), *means)
        return product.coefficient * total

    def _lengths(self, product: Product) -> dict[Expr, list[Expr]]:
        """The places in a product by the length of the axis that they run over, the fixed ones too."""
        bound = dict(product.bound)
        found: dict[Expr, dict[Expr, None]] = {length: {} for length in bound.values()}
        for mean in product.means:
            for (name, i, j), _ in mean:
                for place, length in zip((i, j), self.claim.setting.symbols[name].shape, strict=True):
                    if place not in bound and not (place.is_Integer or place in (self.i, self.j)):
                        raise ExactnessError(f"the place {place} in {name} is computed.")
                    found.setdefault(length, {})[place] = None
        for place, length in bound.items():
            found[length][place] = None
        return {length: list(places) for length, places in found.items()}

    def _groupings(self, length: Expr, places: list[Expr]) -> list[tuple[Expr, dict[Expr, Expr]]]:
        """In how many ways places are the same in each way, with what stands for each place; fixed ones are apart."""
        fixed = [place for place in places if place.is_Integer or place in (self.i, self.j)]
        if len(fixed) > 1 and len({bool(place.is_Integer) for place in fixed}) > 1:
            raise ExactnessError(f"whether the places {fixed} are the same is open in {self.claim}.")
        made = []
        for groups in partitions(places):
            heads = [[place for place in group if place in fixed] for group in groups]
            if any(len(head) > 1 for head in heads):
                continue
            count = choices(length, len(fixed), sum(not head for head in heads))
            same = {place: (head or group)[0] for head, group in zip(heads, groups, strict=True) for place in group}
            made.append((count, same))
        return made

    def _mean(self, mean: Mean, same: Mapping[Expr, Expr]) -> Expr:
        """The expectation of a product of independent random numbers, once it is known which are the same."""
        powers: dict[tuple[str, Expr, Expr], int] = {}
        for (name, i, j), power in mean:
            entry = (name, same[i], same[j])
            powers[entry] = powers.get(entry, 0) + power
        symbols = self.claim.setting.symbols
        return Mul(*(self.entries.moment(name, power, symbols) for (name, _, _), power in powers.items()))


def _refuted(claim: Claim, place: tuple[Expr, Expr], values: list[Expr]) -> Verdict:
    """The smallest sizes at which the moments differ, all scalars put at small primes."""
    free = sorted({symbol for value in values for symbol in value.free_symbols}, key=str)
    sizes = [symbol for symbol in free if symbol.is_integer and symbol.is_positive]
    primes = zip((symbol for symbol in free if symbol not in sizes), (2, 3, 5, 7, 11, 13), strict=False)
    scalars = {symbol: Integer(prime) for symbol, prime in primes}
    for chosen in sorted(itertools.product(range(1, 5), repeat=len(sizes)), key=sum):
        put = {**dict(zip(sizes, map(Integer, chosen), strict=True)), **scalars}
        left, right = (value.xreplace(put) for value in values)
        if left != right:
            shown = {symbol.name: int(put[symbol]) for symbol in sizes}
            inputs = {symbol.name: str(number) for symbol, number in scalars.items()}
            where = Counterexample(shown, inputs, (), str(left), str(right))
            return Verdict("refuted", str(claim), f"the moments are {values[0]} and {values[1]}", counterexample=where)
    return Verdict("unknown", str(claim), f"the moments are {values[0]} and {values[1]}, equal at the sizes tried")
