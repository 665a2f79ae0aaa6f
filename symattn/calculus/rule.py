"""A rule of simplifying: what it is called, which nodes it looks at, what it makes of them, cases that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sympy import MatrixSymbol, Symbol

from symattn.nodes import FamilySymbol, Value, index
from symattn.shapes import size


@dataclass(frozen=True)
class Rule:
    """``apply`` gives an equal value, or nothing where the rule has nothing to say; ``cases`` are left sides of it."""

    name: str
    nodes: tuple[type, ...]
    apply: Callable[[Any], Value | None]
    cases: Callable[[], Iterable[Value]]


class Sample:
    """Matrices of every shape that the cases of rules are written with.

    >>> sample = Sample()
    >>> sample.A.shape, sample.column.shape, sample.scalar
    ((n, m), (n, 1), c)
    """

    def __init__(self) -> None:
        n, m, d, p, count = (size(name) for name in ("n", "m", "d", "p", "H"))
        self.n, self.m, self.d, self.p, self.count = n, m, d, p, count
        self.A, self.B, self.C = (MatrixSymbol(name, n, m) for name in "ABC")
        self.right, self.more = MatrixSymbol("R", m, d), MatrixSymbol("M", n, p)
        self.below = MatrixSymbol("L", p, m)
        self.column, self.row = MatrixSymbol("u", n, 1), MatrixSymbol("v", 1, m)
        self.scalar, self.other = Symbol("c", real=True), Symbol("t", real=True)
        self.index = index("h")
        self.family, self.others = FamilySymbol("F", n, m, count), FamilySymbol("G", n, m, count)
