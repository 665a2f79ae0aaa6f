"""Conditions on indices as a paper writes them: counted from 1, the key on the left, two bounds in one chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sympy import Add, Expr, MatrixSymbol, Mul, Piecewise, Rational, S, Symbol, expand, igcd, ilcm
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.nodes.base import SUMMATION_LETTERS, is_index
from symattn.nodes.cases import Cases
from symattn.nodes.written import multiplied
from symattn.publishing.counting import counted

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}
UPPER, LOWER = ("<", "<="), (">", ">=")

LATER_LAST = f"i{SUMMATION_LETTERS}j"
"""Letters in the order of what they count: rows first, keys last."""


class Comparison(NamedTuple):
    """``left sign right``, or with two bounds ``lower sign left sign right``; indices in it count from 1.

    ``raw``: it speaks of entries, and is to be printed as it is, the positions in it still counted from 0.
    """

    left: Expr
    sign: str
    right: Expr
    lower: tuple[Expr, str] | None = None
    raw: bool = False


def parts_of(condition: Boolean) -> tuple[Boolean, ...]:
    """The relations that all have to hold."""
    return And.make_args(condition)


def key_of(condition: Boolean) -> Symbol | None:
    """The index that a condition is said to be about: the key rather than the query, ``None`` if it has no index.

    >>> from sympy import Le
    >>> i, j = (Symbol(name, integer=True, nonnegative=True) for name in "ij")
    >>> key_of(Le(i, j))
    j
    """
    indices = [symbol for symbol in condition.free_symbols if is_index(symbol)]
    return max(indices, key=lambda symbol: (LATER_LAST.find(symbol.name), symbol.name), default=None)


def comparisons(condition: Boolean, about: Symbol | None = None) -> list[Comparison]:
    """The comparisons of a condition, solved for one index where they can be, its two bounds made one chain.

    >>> from sympy import Le, Lt
    >>> i, j = (Symbol(name, integer=True, nonnegative=True) for name in "ij")
    >>> (found,) = comparisons(And(Le(0, i - j), Lt(i - j, 3)))
    >>> found.lower, found.left, found.sign, found.right
    ((i - 3, '<'), j, '<=', i)
    >>> comparisons(Lt(j, 4))[0][:3]
    (j, '<=', 4)
    """
    about = key_of(condition) if about is None else about
    found = [compared(part, about) for part in parts_of(condition) if isinstance(part, Relational)]
    return chained(sorted(found, key=lambda each: _place(each, about)))


def _place(found: Comparison, about: Symbol | None) -> tuple[bool, bool, bool, list[str]]:
    """The comparisons of the index with other things come first, with numbers next, those of entries last."""
    names = sorted(symbol.name for symbol in found.left.atoms(MatrixSymbol)) if found.raw else []
    return found.raw, found.left != about, isinstance(found.right, Rational), names


def compared(relation: Relational, about: Symbol | None) -> Comparison:
    """One relation, solved for the index it is about, or for the one index that it has."""
    if relation.has(MatrixElement):
        return Comparison(relation.lhs, relation.rel_op, relation.rhs, raw=True)
    if about not in relation.free_symbols or not is_index(about):
        about = key_of(relation)
    left, right, sign = counted(relation.lhs), counted(relation.rhs), relation.rel_op
    solved = None if about is None else _solved(expand(left - right), sign, about)
    if solved is not None:
        return solved
    if about in right.free_symbols and about not in left.free_symbols:
        left, sign, right = right, FLIPPED[sign], left
    return Comparison(left, sign, right)


def _solved(difference: Expr, sign: str, about: Symbol) -> Comparison | None:
    """``difference sign 0`` with a whole multiple of the index alone on the left; nothing if it is not linear in it."""
    terms = Add.make_args(difference)
    coefficients = [term.as_coeff_Mul()[0] for term in terms]
    slope = next((number for number, term in zip(coefficients, terms, strict=True) if term == number * about), None)
    if slope is None or not all(isinstance(number, Rational) for number in coefficients):
        return None
    scale = Rational(ilcm(1, *(number.q for number in coefficients)))
    scale /= igcd(*(number * scale for number in coefficients))
    rest = expand((slope * about - difference) * scale)
    if about in rest.free_symbols:
        return None
    if slope < 0:
        rest, sign = -rest, FLIPPED[sign]
    return _of_whole_numbers(abs(slope * scale), about, sign, rest)


def _of_whole_numbers(slope: Expr, about: Symbol, sign: str, bound: Expr) -> Comparison:
    """The comparison in the form that has no needless number: below 5 is at most 4."""
    if isinstance(bound, Rational) and sign in (*UPPER, *LOWER):
        bound /= slope
        if sign in UPPER:
            return Comparison(about, "<=", bound.floor() if sign == "<=" else bound.ceiling() - 1)
        return Comparison(about, ">=", bound.ceiling() if sign == ">=" else bound.floor() + 1)
    number = bound.as_coeff_Add()[0]
    if bound.is_integer and (sign, number) in (("<", 1), (">", -1)):
        bound, sign = bound - number, sign + "="
    return Comparison(slope * about, sign, bound)


def chained(found: Sequence[Comparison]) -> list[Comparison]:
    """A lower and an upper bound of the same thing made one, where the first of the two stands."""
    made: list[Comparison] = []
    for each in found:
        partner = next((place for place, other in enumerate(made) if _enclose(other, each)), None)
        if partner is None:
            made.append(each)
            continue
        upper, lower = (each, made[partner]) if each.sign in UPPER else (made[partner], each)
        made[partner] = upper._replace(lower=(lower.right, FLIPPED[lower.sign]))
    return made


def _enclose(one: Comparison, other: Comparison) -> bool:
    """Whether two comparisons bound the same thing from both sides."""
    if one.raw or other.raw or one.lower or other.lower or one.left != other.left:
        return False
    return one.sign in (LOWER if other.sign in UPPER else UPPER if other.sign in LOWER else ())


def guarded(term: Expr, symbol: Symbol, absent: Expr = S.Zero) -> tuple[Boolean, Expr]:
    """The condition on an index outside of which a term is 0, or what is ``absent``, and the term where it holds.

    >>> from sympy import Le
    >>> r = Symbol("r", integer=True, nonnegative=True)
    >>> guarded(Cases.of(Le(r, 2), r + 1) * r, r)
    (r <= 2, r*(r + 1))
    """
    if isinstance(term, Mul) and absent is S.Zero:
        pairs = [guarded(factor, symbol) for factor in term.args]
        condition = And(*(each for each, _ in pairs))
        if condition is S.false:
            return S.true, S.Zero
        return (condition, term) if condition is S.true else (condition, multiplied(*(factor for _, factor in pairs)))
    if isinstance(term, Piecewise) and len(term.args) == 2 and tuple(term.args[1]) == (absent, S.true):
        inside = [part for part in parts_of(term.args[0].cond) if symbol in part.free_symbols]
        outside = [part for part in parts_of(term.args[0].cond) if symbol not in part.free_symbols]
        further, rest = guarded(term.args[0].expr, symbol, absent)
        return And(*inside, further), Cases.of(And(*outside), rest, absent)
    return S.true, term
