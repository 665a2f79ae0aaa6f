"""Rules of simplifying: each is an equality in numbers, and together they leave what a person would publish."""

import numpy as np
import pytest
from sympy import Integer, MatrixSymbol, OneMatrix, S, Symbol, Transpose, ZeroMatrix, sqrt

from symattn import code
from symattn.calculus.rule import Sample
from symattn.calculus.simplifying import RULES_AT_ONE_ENTRY, Simplifier, instances, simplified
from symattn.equations import Equation, EquationSystem
from symattn.lowering import lambdify_system
from symattn.nodes import (
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    IndexSum,
    MatrixProduct,
    Member,
    Negation,
    RowSum,
    full_shape,
    index,
)
from symattn.nodes.cases import put_in

INSTANCES = list(instances())
SIZES = {"n": 2, "m": 3, "d": 4, "p": 5, "H": 2}


def value_of(expression):
    """The value at random numbers, the same ones for every formula over the same names."""
    s = Sample()
    expression = put_in(expression, {index("a"): S.One, index("b"): Integer(2)})
    scalars = {s.scalar, s.other} & expression.atoms(Symbol)
    inputs = tuple(sorted(expression.atoms(MatrixSymbol) | scalars, key=lambda symbol: symbol.name))
    anchor = MatrixSymbol("anchor", *(Symbol(name, integer=True, positive=True) for name in "nm"))
    more = MatrixSymbol("more", *(Symbol(name, integer=True, positive=True) for name in "dp"))
    most = MatrixSymbol("most", Symbol("H", integer=True, positive=True), 1)
    system = EquationSystem("rule", (*inputs, anchor, more, most), (Equation("value", expression),), "value")
    known = {name: value for name, value in SIZES.items() if name in {symbol.name for symbol in system.sizes}}
    made = system.with_sizes(**known)
    given = {}
    for name, symbol in made.inputs.items():
        generator = np.random.default_rng(sum(map(ord, name)))
        given[name] = generator.uniform(0.5, 2.0, tuple(map(int, full_shape(symbol))))
    return np.asarray(lambdify_system(made)(**given))


@pytest.mark.parametrize("rule, left, right", INSTANCES, ids=[f"{name}: {left}"[:60] for name, left, _ in INSTANCES])
def test_a_rule_leaves_the_value_as_it_is(rule, left, right):
    assert left.shape == right.shape
    assert np.allclose(*np.broadcast_arrays(value_of(left), value_of(right)), rtol=1e-12, atol=0)


def test_a_wrong_rule_would_be_found():
    s = Sample()
    left, wrong = (
        RowSum(ElementwiseProduct(s.column, s.A)),
        ElementwiseProduct(s.column, RowSum(ElementwiseProduct(s.A, s.A))),
    )
    assert not np.allclose(value_of(left), value_of(wrong))


def test_every_rule_shows_itself():
    assert {name for name, _, _ in INSTANCES} == {rule.name for rule in RULES_AT_ONE_ENTRY}
    assert len({rule.name for rule in RULES_AT_ONE_ENTRY}) == len(RULES_AT_ONE_ENTRY)


@pytest.mark.parametrize("rule, left, right", INSTANCES, ids=[f"{name}: {left}"[:60] for name, left, _ in INSTANCES])
def test_what_is_simple_stays_as_it_is(rule, left, right):
    simplify = Simplifier(RULES_AT_ONE_ENTRY)
    once = simplify(left)
    assert Simplifier(RULES_AT_ONE_ENTRY)(once) == once


def published(value):
    return code(simplified(value))


def test_scalars_stand_in_front_and_behind():
    s, d_k = Sample(), Symbol("d_k", integer=True, positive=True)
    scores = ElementwiseQuotient(s.A, sqrt(d_k))
    assert published(MatrixProduct(scores, s.right)) == "A @ R / sqrt(d_k)"
    assert published(Transpose(MatrixProduct(scores, s.right))) == "R.T @ A.T / sqrt(d_k)"
    both = ElementwiseProduct(s.scalar, ElementwiseQuotient(ElementwiseProduct(2, s.A), s.scalar))
    assert published(both) == "2 * A"
    assert published(MatrixProduct(Negation(ElementwiseProduct(s.scalar, s.A)), s.right)) == "-(c * (A @ R))"


def test_terms_stand_from_left_to_right():
    s = Sample()
    value = ElementwiseSum(s.A, ElementwiseDifference(Negation(s.B), ElementwiseSum(s.C, ZeroMatrix(s.n, s.m))))
    assert published(value) == "A - B - C"


def test_heads_are_summed_once():
    s = Sample()
    F, G = (Member(family, s.index) for family in (s.family, s.others))
    value = ElementwiseSum(IndexSum(F, s.index, s.count), IndexSum(Negation(G), s.index, s.count))
    assert published(value) == "sum(h, F[h] - G[h])"


def test_what_broadcasting_does_needs_no_ones():
    s = Sample()
    value = ElementwiseSum(s.A, ElementwiseProduct(s.column, OneMatrix(s.n, s.m)))
    assert published(value) == "A + u"
