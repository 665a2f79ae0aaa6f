"""Every row of the cotangent table against central differences of the node's own code, for each of its arguments."""

import numpy as np
import pytest
from sympy import Integer, Le, MatrixSymbol, Rational, Symbol, Transpose

import symattn.nodes as nodes
from symattn import lambdify
from symattn.calculus import COTANGENT, cotangents_of
from symattn.errors import MissingRowError
from symattn.nodes import shape_of

A, B = MatrixSymbol("A", 3, 4), MatrixSymbol("B", 3, 4)
SQUARE, TALL = MatrixSymbol("S", 4, 4), MatrixSymbol("T", 5, 4)
COLUMN, ROW = MatrixSymbol("u", 3, 1), MatrixSymbol("v", 1, 4)
NUMBER, MASK = Symbol("c", real=True), MatrixSymbol("M", 3, 4)
ROW_INDEX, COLUMN_INDEX = nodes.index("i"), nodes.index("j")

UNARY = [node for node in COTANGENT if issubclass(node, (nodes.ElementwiseFunction, nodes.Reduction))]
PAIRS = [(A, B), (A, COLUMN), (ROW, A), (COLUMN, ROW), (NUMBER, A), (A, NUMBER)]
BINARY = [nodes.ElementwiseSum, nodes.ElementwiseDifference, nodes.ElementwiseProduct, nodes.ElementwiseQuotient]

CASES = [
    *(node(A) for node in (*UNARY, nodes.Negation)),
    *(node(*pair) for node in BINARY for pair in PAIRS),
    *(nodes.ElementwisePower(A, exponent) for exponent in (2, 3, Rational(1, 2), NUMBER)),
    nodes.MatrixProduct(A, SQUARE),
    nodes.MatrixProduct(COLUMN, ROW),
    Transpose(A),
    *(node(A, *more) for node in (nodes.Softmax, nodes.Hardmax) for more in ((), (MASK,))),
    nodes.LogSumExp(A),
    nodes.LogSumExp(A, nodes.IndexCondition(Le(COLUMN_INDEX, ROW_INDEX), ROW_INDEX, COLUMN_INDEX, 3, 4)),
    *(nodes.Entmax(A, alpha, *more) for alpha in (Rational(4, 3), Rational(3, 2), 2, 3) for more in ((), (MASK,))),
    nodes.HorizontalStack(A, COLUMN, B),
    nodes.VerticalStack(A, ROW, TALL),
    nodes.Column(A, 2),
    nodes.Row(A, 1),
    nodes.Block(A, 1, 1, 2, 2),
    nodes.Scatter(A, (ROW_INDEX + COLUMN_INDEX) % 4, COLUMN_INDEX - 1, ROW_INDEX, COLUMN_INDEX, 4, 2),
]
"""Nodes over plain names: what is differentiated stands in them directly."""

KINKED = (nodes.Hardmax, nodes.Step, nodes.Sign)


def filled(generator, symbol):
    """Positive numbers away from 0, so that roots and logarithms have slopes; of a set, zeros and ones."""
    shape = tuple(map(int, shape_of(symbol)))
    if symbol == MASK:
        return np.array([[1.0, 0, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1]])
    return generator.uniform(0.3, 1.7, shape)


def by_differences(function, values, place, upstream):
    """The gradient of <upstream, function> in one argument, by central differences."""
    gradient, step = np.zeros(values[place].shape), 1e-6
    for at in np.ndindex(gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = [np.array(value, dtype=float) for value in values]
            moved[place][at] += sign * step
            ends.append(float((upstream * np.asarray(function(*moved))).sum()))
        gradient[at] = (ends[0] - ends[1]) / (2 * step)
    return gradient


def wrong_by(node, row):
    """The largest error of a row's cotangents, over all arguments that it gives one for."""
    symbols = list(dict.fromkeys(part for part in node.args if part in (A, B, SQUARE, TALL, COLUMN, ROW, NUMBER, MASK)))
    generator = np.random.default_rng(5)
    values = [filled(generator, symbol) for symbol in symbols]
    function = lambdify(symbols, node)
    upstream = generator.normal(size=np.asarray(function(*values)).shape)
    cotangent = MatrixSymbol("G", *node.shape)
    errors = []
    for part, made in zip(node.args, row(node, cotangent, node), strict=True):
        if part not in symbols or made is None:
            continue
        found = np.asarray(lambdify([*symbols, cotangent], made)(*values, upstream))
        expected = by_differences(function, values, symbols.index(part), upstream)
        assert tuple(made.shape) == (shape_of(part) or (1, 1))
        errors.append(np.abs(found.reshape(expected.shape) - expected).max())
    return max(errors, default=0.0)


def label(value):
    return str(value).replace(" ", "")[:40]


@pytest.mark.parametrize("node", CASES, ids=label)
def test_a_row_gives_the_gradient(node):
    assert wrong_by(node, COTANGENT[type(node)]) < 1e-7


@pytest.mark.parametrize("node", [case for case in CASES if not isinstance(case, KINKED)], ids=label)
def test_a_row_that_is_wrong_by_its_sign_is_found(node):
    def wrong(*arguments):
        return tuple(made and nodes.Negation(made) for made in COTANGENT[type(node)](*arguments))

    assert wrong_by(node, wrong) > 1e-3


def concrete_nodes():
    """Every node that can stand in a formula, but for names."""
    bases = (nodes.Node, nodes.Arithmetic, nodes.ElementwiseFunction, nodes.OverAllowedKeys, nodes.Reduction)
    offered = (getattr(nodes, name) for name in nodes.__all__)
    found = (node for node in offered if isinstance(node, type) and issubclass(node, nodes.Node))
    return [node for node in found if node not in (*bases, nodes.OverAnIndex, nodes.ByRowAndColumn)]


@pytest.mark.parametrize("node", concrete_nodes(), ids=lambda node: node.__name__)
def test_every_node_has_a_row(node):
    by_lookup, by_name = nodes.IndexedMatrix, nodes.Member
    assert node in COTANGENT or node in (by_lookup, by_name)


def test_a_node_without_a_row_names_the_table():
    class Unknown(nodes.Negation):
        pass

    with pytest.raises(MissingRowError, match=r"Unknown has no cotangent; add a row to calculus/cotangents\.py"):
        cotangents_of(Unknown(A), B)


def test_a_row_of_weights_without_keys_has_no_gradient():
    P, dP = MatrixSymbol("P", 2, 3), MatrixSymbol("dP", 2, 3)
    for node in (nodes.Softmax(MASK, MASK), nodes.Entmax(MASK, 2, MASK), nodes.Entmax(MASK, 3, MASK)):
        made = COTANGENT[type(node)](node, dP, P)[0]
        found = lambdify([P, dP], made)([[0, 0, 0], [1, 0, 0]], [[1, 2, 3], [4, 5, 6]])
        assert np.array_equal(found[0], [0, 0, 0]), node


def test_an_entry_of_a_concatenation_comes_from_its_block():
    h = nodes.index("h")
    term = nodes.Member(nodes.FamilySymbol("F", 3, 2, Integer(4)), h)
    made = cotangents_of(nodes.Concatenation(term, h, 4), MatrixSymbol("G", 3, 8))[0]
    assert made == nodes.Block(MatrixSymbol("G", 3, 8), 0, 2 * h, 3, 2)
