"""Random formulas in index notation as plain trees: built with the algebra, and computed with loops and numbers alone.

A tree is a tuple: what it is, and its parts. Whole numbers (positions) and real numbers are generated apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

from evaluating import UndefinedHereError, is_zero

from symattn.proof import normal_form
from symattn.proof.terms import (
    Expression,
    Factor,
    Index,
    added,
    fresh,
    negated,
    number,
    of_factor,
    of_index,
    of_size,
    subtracted,
)

SIZES = ("n", "m", "w")
LENGTHS: dict[str, tuple[tuple[str, ...], int]] = {
    # Each length: the sizes that it is a product of, and the number that is added.
    "n": (("n",), 0),
    "m": (("m",), 0),
    "n w": (("n", "w"), 0),
    "w": (("w",), 0),
    "n + 1": (("n",), 1),
    "2": ((), 2),
    "3": ((), 3),
}


def length_expression(name: str) -> Expression:
    sizes, plus = LENGTHS[name]
    made = normal_form.multiplied(*map(of_size, sizes)) if sizes else number(0)
    return added(made, number(plus))


def length_value(name: str, sizes: Mapping[str, int]) -> int:
    names, plus = LENGTHS[name]
    return (math.prod(sizes[name] for name in names) if names else 0) + plus


KINDS = (
    *("plus", "plus", "minus", "times", "times", "sum", "sum", "sum", "where", "where", "power", "apply"),
    *("largest", "softmax", "softmax", "whole", "truth", "root", "same", "quotient"),
)


class Grower:
    """Grows random trees; ``free`` are the indices that the whole may mention, name to length."""

    def __init__(self, random: Random, free: Mapping[str, str]) -> None:
        self.random, self.count = random, 0
        self.scope = dict(free)

    def whole(self, depth: int) -> tuple[Any, ...]:
        pick = self.random.choice
        if depth <= 0 or self.random.random() < 0.35:
            if self.random.random() < 0.75 and self.scope:
                return ("index", pick(sorted(self.scope)))
            return pick([("whole", pick([0, 1, 2, -1])), ("size", pick(SIZES))])
        kind = pick(["plus", "minus", "minus", "blocks", "floor", "mod", "twice", "end", "product"])
        if kind == "blocks":
            return ("plus", ("times", self.whole(depth - 1), ("size", "w")), self.whole(depth - 1))
        if kind in ("floor", "mod"):
            return (kind, self.whole(depth - 1), pick([("size", "w"), ("whole", 2), ("whole", 3), ("size", "n")]))
        if kind == "twice":
            return ("times", ("whole", pick([2, 3, -1])), self.whole(depth - 1))
        if kind == "end":
            return ("minus", ("minus", ("size", pick(SIZES)), ("whole", 1)), self.whole(depth - 1))
        names = {"plus": "plus", "minus": "minus", "product": "times"}
        return (names[kind], self.whole(depth - 1), self.whole(depth - 1))

    def truth(self, depth: int) -> tuple[Any, ...]:
        pick = self.random.choice
        kind = pick(["holds", "holds", "holds", "delta", "delta", "compare", "not", "both"])
        if kind == "holds":
            return (kind, self.whole(depth))
        if kind == "delta":
            return (kind, self.whole(depth), self.whole(depth))
        if kind == "compare":
            return (kind, pick([">", "!="]), self.entry(1) if self.random.random() < 0.6 else self.real(depth - 1))
        if kind == "not":
            return (kind, self.truth(depth - 1))
        return (kind, self.truth(depth - 1), self.truth(depth - 1))

    def entry(self, depth: int) -> tuple[Any, ...]:
        name = self.random.choice(["A", "A", "B", "c"])
        return ("entry", name, *(self.whole(depth - 1) for _ in range({"A": 2, "B": 1, "c": 0}[name])))

    def real(self, depth: int) -> tuple[Any, ...]:
        pick = self.random.choice
        if depth <= 0:
            return pick([self.entry(1), self.entry(1), self.entry(1), ("whole", pick([1, 2, -1])), self.whole(0)])
        kind = pick(KINDS)
        if kind in ("plus", "minus", "times"):
            return (kind, self.real(depth - 1), self.real(depth - 1))
        if kind in ("sum", "largest"):
            return (kind, *self.bound(lambda: self.real(depth - 1)))
        if kind == "where":
            return (kind, self.truth(1), self.real(depth - 1), self.real(depth - 2))
        if kind == "power":
            return (kind, self.real(depth - 1), Fraction(pick([2, 3, -1, -1, -2, 0])))
        if kind == "root":
            inside = self.real(depth - 1)
            return ("power", ("times", inside, inside) if self.random.random() < 0.5 else inside, Fraction(1, 2))
        if kind == "apply":
            return (kind, pick(["exp", "exp", "log", "tanh", "sin", "cos", "erf", "relu", "abs"]), self.real(depth - 1))
        if kind == "softmax":
            name, length, (allowed, score) = self.bound(lambda: (self.truth(1), self.real(depth - 2)))
            keys = [("index", other) for other, known in sorted(self.scope.items()) if known == length]
            return (kind, name, length, allowed, score, pick([*keys, ("whole", 0)]))
        if kind == "whole":
            return self.whole(2)
        if kind == "truth":
            return ("where", self.truth(2), ("whole", 1), ("whole", 0))
        if kind == "quotient":
            return ("times", self.real(depth - 1), ("power", self.real(depth - 1), Fraction(-1)))
        # The same value twice in one formula gives the rules something to cancel.
        part = self.real(depth - 1)
        return pick(
            [
                ("times", part, ("power", ("plus", part, self.real(depth - 2)), Fraction(-1))),
                ("minus", ("plus", part, self.real(depth - 2)), part),
                ("times", ("plus", part, self.entry(1)), ("power", ("plus", part, self.entry(1)), Fraction(-1))),
            ]
        )

    def bound(self, inside: Any) -> tuple[Any, ...]:
        self.count += 1
        name = f"b{self.count}"
        length = self.random.choice(sorted(LENGTHS))
        self.scope[name] = length
        made = inside()
        del self.scope[name]
        return (name, length, made)


# With the algebra.


def built(tree: tuple[Any, ...], places: Mapping[str, Index]) -> Expression:
    """The tree as an expression in normal form."""
    kind, *rest = tree
    if kind == "whole":
        return number(rest[0])
    if kind == "size":
        return of_size(rest[0])
    if kind == "index":
        return of_index(places[rest[0]])
    if kind == "entry":
        return of_factor(Factor("entry", rest[0], tuple(built(part, places) for part in rest[1:])))
    if kind in ("sum", "largest", "softmax"):
        own = fresh(length_expression(rest[1]))
        inner = {**places, rest[0]: own}
        if kind == "softmax":
            allowed = built(rest[2], inner)
            weight = normal_form.multiplied(allowed, normal_form.applied("exp", built(rest[3], inner)))
            below = normal_form.total(own, weight)
            above = normal_form.substituted(weight, {own: built(rest[4], places)})
            return normal_form.multiplied(above, normal_form.power(below, Fraction(-1)))
        return (normal_form.total if kind == "sum" else normal_form.largest)(own, built(rest[2], inner))
    if kind == "power":
        return normal_form.power(built(rest[0], places), rest[1])
    if kind == "apply":
        inside = built(rest[1], places)
        above = normal_form.compare(">", inside)
        if rest[0] == "relu":
            return normal_form.multiplied(inside, above)
        if rest[0] == "abs":
            return normal_form.multiplied(inside, subtracted(above, normal_form.compare(">", negated(inside))))
        return normal_form.applied(rest[0], inside)
    if kind == "compare":
        return normal_form.compare(rest[0], built(rest[1], places))
    parts = [built(part, places) for part in rest]
    return BUILT[kind](*parts)


def _remainder(left: Expression, right: Expression) -> Expression:
    return subtracted(left, normal_form.multiplied(right, _whole_part(left, right)))


def _whole_part(left: Expression, right: Expression) -> Expression:
    return normal_form.floored(normal_form.multiplied(left, normal_form.power(right, Fraction(-1))))


BUILT: dict[str, Any] = {
    "plus": added,
    "minus": subtracted,
    "times": normal_form.multiplied,
    "floor": _whole_part,
    "mod": _remainder,
    "holds": normal_form.holds,
    "delta": normal_form.delta,
    "not": normal_form.complement,
    "both": normal_form.multiplied,
    "where": lambda truth, a, b: added(
        normal_form.multiplied(truth, a), normal_form.multiplied(normal_form.complement(truth), b)
    ),
}


# With numbers.


class Direct:
    """The value of a tree by its meaning, for concrete sizes and entries."""

    def __init__(self, sizes: Mapping[str, int], entries: Any) -> None:
        self.sizes, self.entries = sizes, entries

    def value(self, tree: tuple[Any, ...], at: Mapping[str, int]) -> Any:
        kind, *rest = tree
        if kind == "whole":
            return Fraction(rest[0])
        if kind == "size":
            return Fraction(self.sizes[rest[0]])
        if kind == "index":
            return Fraction(at[rest[0]])
        if kind == "entry":
            return self.entries(rest[0], tuple(int(self.value(part, at)) for part in rest[1:]))
        if kind in ("sum", "largest"):
            found = [self.value(rest[2], {**at, rest[0]: v}) for v in range(length_value(rest[1], self.sizes))]
            return sum(found, Fraction(0)) if kind == "sum" else max(found)
        if kind == "softmax":
            name, length, allowed, score, position = rest
            keys = range(length_value(length, self.sizes))
            own = int(self.value(position, at))

            def weight(c: int) -> Any:
                inner = {**at, name: c}
                return self.exponential(self.value(score, inner)) if self.value(allowed, inner) else Fraction(0)

            total, above = sum((weight(c) for c in keys), Fraction(0)), weight(own)
            return above / total if total else Fraction(0)
        if kind == "where":
            return self.value(rest[1] if self.value(rest[0], at) else rest[2], at)
        if kind == "both":
            return Fraction(bool(self.value(rest[0], at)) and bool(self.value(rest[1], at)))
        if kind == "power":
            return self.power(self.value(rest[0], at), rest[1])
        if kind == "apply":
            return self.applied(rest[0], self.value(rest[1], at))
        if kind == "compare":
            value = self.value(rest[1], at)
            if not isinstance(value, Fraction) and abs(value) < 1e-6:
                raise UndefinedHereError("too near to call")
            return Fraction(value > 0 if rest[0] == ">" else value != 0)
        parts = [self.value(part, at) for part in rest]
        return NUMBERS[kind](*parts)

    @staticmethod
    def exponential(value: Any) -> float:
        if value > 50:
            raise UndefinedHereError("too large")
        return math.exp(value)

    @staticmethod
    def power(value: Any, exponent: Fraction) -> Any:
        if exponent <= 0 and value and abs(value) < 1e-6:
            raise UndefinedHereError("too near to 0")
        if exponent == 0:
            return Fraction(1)
        if exponent < 0 and not value:
            raise UndefinedHereError("a division by 0")
        if exponent.denominator == 1:
            return value ** int(exponent)
        if value < 0:
            raise UndefinedHereError("a root of a negative number")
        return math.sqrt(value)

    def applied(self, function: str, value: Any) -> Any:
        if function == "relu":
            return max(value, Fraction(0))
        if function == "abs":
            return abs(value)
        if function == "exp":
            return self.exponential(value)
        if function == "log" and value <= 1e-6:
            raise UndefinedHereError("the logarithm of a number that is not positive")
        return getattr(math, function)(value)


NUMBERS: dict[str, Any] = {
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "times": lambda a, b: a * b,
    "floor": lambda a, b: Fraction(a // b),
    "mod": lambda a, b: a - b * (a // b),
    "holds": lambda a: Fraction(a >= 0),
    "delta": lambda a, b: Fraction(a == b),
    "not": lambda a: 1 - a,
}


class Entries:
    """Entries drawn once and remembered, at every position, in range or not.

    Small fractions with 0 and equal ones among them; ``generic`` ones are such that nothing is 0 or equal by chance.
    """

    def __init__(self, random: Random, generic: bool = False) -> None:
        self.random, self.generic, self.known = random, generic, dict[Any, Fraction]()

    def __call__(self, name: str, position: tuple[int, ...]) -> Fraction:
        if (name, position) not in self.known:
            above, below = self.random.randint(-6, 6), self.random.choice([1, 2, 3, 4])
            shift = Fraction(self.random.randint(1, 10**6), 10**7 + 19) if self.generic else 0
            self.known[name, position] = Fraction(above, below) + shift
        return self.known[name, position]


def close(left: Any, right: Any) -> bool:
    """Whether two values are equal up to rounding."""
    return is_zero(left - right) or abs(left - right) <= 1e-7 * max(abs(left), abs(right))
