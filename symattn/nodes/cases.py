"""Values by cases, left as they are written, and other values put into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from sympy import Basic, Expr, Piecewise, S, Symbol, Tuple
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LanguageError
from symattn.nodes.bounded import built
from symattn.nodes.written import element, names_in


class Cases(Piecewise):
    """The first value whose condition holds; nothing is turned round or folded, only what is decided is decided.

    SymPy's own evaluation turns relations round, and never comes back from some (``n <= i + j > i``).

    >>> from sympy import Symbol
    >>> x, i = Symbol("x"), Symbol("i", integer=True)
    >>> Cases((x, i < 2), (0, True)).xreplace({i: S(1)}), Cases((x, i < 2), (0, True)).xreplace({i: S(2)})
    (x, 0)

    Errors: ``LanguageError`` if no case is left for some values.
    """

    def __new__(cls, *pairs: Any, **_: Any) -> Expr:
        kept: list[ExprCondPair] = []
        for pair in pairs:
            value, condition = pair.args if isinstance(pair, (ExprCondPair, Tuple)) else map(S, pair)
            if condition is S.false:
                continue
            # The constructor of a pair folds values by cases inside a condition into it.
            kept.append(Tuple.__new__(ExprCondPair, value, condition))
            if condition is S.true:
                break
        if not kept or kept[-1].cond is not S.true:
            raise LanguageError("values by cases need a last one, for all that is left.")
        if len(kept) == 1:
            return kept[0].expr
        if isinstance(kept[-1].expr, Cases):
            kept[-1:] = kept[-1].expr.args
        return Basic.__new__(cls, *kept)

    def _xreplace(self, rule: Mapping[Basic, Basic]) -> tuple[Any, bool]:
        """What SymPy's ``xreplace`` asks of each part of a value: here only the cases that are left are looked at."""
        if self in rule:
            return rule[self], True
        made = _cases_left(self, rule)
        return made, made != self

    @classmethod
    def of(cls, condition: Boolean, value: Expr, otherwise: Expr = S.Zero) -> Expr:
        """The value where the condition holds, else the other.

        >>> Cases.of(S.true, S.One), Cases.of(S.false, S.One)
        (1, 0)
        """
        return cls((value, condition), (otherwise, S.true))


def put_in(value: Basic, replaced: Mapping[Basic, Basic]) -> Any:
    """The value with others in the place of some symbols; of cases, only the ones that are left are looked at.

    An index bound inside is not replaced, and takes another name where what is put in would come to mean it. An entry
    outside its matrix is left standing: whether its case is ever reached may not be known yet.
    Errors: ``LimitError`` where numbers make a power too long to write out.

    >>> from sympy import MatrixSymbol, Symbol
    >>> i, A = Symbol("i", integer=True, nonnegative=True), MatrixSymbol("A", 2, 1)
    >>> put_in(Cases.of(i >= 1, A[i - 1, 0]), {i: S.Zero}), put_in(Cases.of(i >= 1, A[i - 1, 0]), {i: S.One})
    (0, A[0, 0])
    """
    if value in replaced:
        return replaced[value]
    if not value.args:
        return value
    if isinstance(value, Cases):
        return _cases_left(value, replaced)
    own = getattr(value, "bound_symbols", ())
    if own:
        replaced = {old: new for old, new in replaced.items() if old not in own}
        value = _renamed(value, own, replaced)
    arguments = tuple(put_in(part, replaced) for part in value.args)
    if arguments == value.args:
        return value
    return element(*arguments) if isinstance(value, MatrixElement) else built(value.func, arguments)


def _cases_left(value: Cases, replaced: Mapping[Basic, Basic]) -> Expr:
    kept = []
    for case in value.args:
        condition = put_in(case.cond, replaced)
        if condition is not S.false:
            kept.append((put_in(case.expr, replaced), condition))
        if condition is S.true:
            break
    return Cases(*kept)


def _renamed(value: Basic, own: Iterable[Symbol], replaced: Mapping[Basic, Basic]) -> Basic:
    """The value, its own indices renamed where they are free in what is put in."""
    free = names_in(new for old, new in replaced.items() if value.has(old))
    clashing = [symbol for symbol in own if symbol.name in free]
    if not clashing:
        return value
    taken = free | names_in([value])
    renamed: dict[Basic, Basic] = {}
    for symbol in clashing:
        name = next(name for number in count(1) if (name := f"{symbol.name}_{number}") not in taken)
        taken.add(name)
        renamed[symbol] = Symbol(name, **symbol.assumptions0)
    arguments = (put_in(part, renamed) for part in value.args)
    return value.func(*arguments)
