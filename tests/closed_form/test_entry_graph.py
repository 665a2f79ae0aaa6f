"""Blocks and graph: every entry of everything is there, shared, counted, and the right number."""

import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from closed_form_cases import (
    ADDITIVE,
    CROSS,
    GENERIC,
    GENERIC_OUTPUT,
    GENERIC_SIZES,
    MECHANISMS,
    NODE_CASES,
    NODE_INPUTS,
    NODE_NUMBERS,
    NODE_SIZES,
    as_number,
    random_inputs,
    system,
)
from sympy import Integer, Matrix, MatrixSymbol, Rational, Symbol

from symattn import closed_form, nodes
from symattn.closed_form import FRACTIONS, decimals, entry, entry_blocks, scalar_graph
from symattn.closed_form.counting import operations
from symattn.closed_form.operations import COMPARISONS, OPERATIONS
from symattn.closed_form.rows import NODES
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, InputError, LimitError, MissingRowError, ShapeError, UnknownNameError
from symattn.nodes import Node
from symattn.nodes.written import names_in

GENERIC_CASE = CROSS.with_sizes(**GENERIC_SIZES)


def node_case(text):
    return system(NODE_INPUTS, "Z = " + text).with_sizes(**NODE_SIZES)


def concrete_nodes(kind=Node):
    children = [child for part in kind.__subclasses__() for child in concrete_nodes(part)]
    abstract = {
        nodes.Arithmetic,
        nodes.ElementwiseFunction,
        nodes.ByRowAndColumn,
        nodes.OverAllowedKeys,
        nodes.OverAnIndex,
        nodes.Reduction,
        Node,
    }
    return children + ([kind] if kind not in abstract and kind.__module__.startswith("symattn.nodes") else [])


class Cube(nodes.ElementwiseFunction):
    """A node that no table knows."""


# The table


@pytest.mark.parametrize("node", concrete_nodes(), ids=lambda kind: kind.__name__)
def test_every_node_has_a_row(node):
    assert node in NODES


def test_every_node_has_a_case():
    tried = {type(part) for text in NODE_CASES for part in node_case(text)["Z"].atoms(Node)}
    assert set(concrete_nodes()) <= tried


def test_a_node_without_a_row_is_named_with_its_table():
    A = MatrixSymbol("A", 2, 2)
    case = EquationSystem("case", (A,), (Equation("B", nodes.Softmax(Cube(A))),), "B")
    message = r"closed_form cannot write out Cube, inside Softmax; add a row to closed_form/rows\.py"
    with pytest.raises(MissingRowError, match=message):
        scalar_graph(case, "B")


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"copy", "dot", "both", "if"}))
def test_an_operation_is_counted_as_it_is_written(name):
    row = OPERATIONS[name]
    two = {"subtract", "divide", "power", "remainder", "threshold", *COMPARISONS}
    count = 3 if row.count(3) != row.count(2) else (2 if name in two else 1)
    operands = [Symbol(letter) for letter in "xyz"[:count]]
    if name in ("power", "threshold"):
        operands[1] = Integer(2)
    written = row.write(*operands)
    assert operations(written) == row.count(count)
    assert sum(operations(written, {x.name: 1000}) - operations(written) for x in operands if x.is_Symbol) == (
        1000 * row.repeats * sum(x.is_Symbol for x in operands)
    )


# Blocks


def entries_by_blocks(blocks, name, values):
    rows, columns = blocks[name].shape
    return np.array([[as_number(blocks.entry(name, i, j), values) for j in range(columns)] for i in range(rows)])


@pytest.mark.parametrize(("case", "sizes", "by_hand"), MECHANISMS.values(), ids=MECHANISMS)
def test_every_entry_comes_out_of_the_blocks(case, sizes, by_hand):
    blocks = entry_blocks(case.with_sizes(**sizes), "O")
    values = random_inputs(blocks.system)
    known = dict(values)
    for name in blocks.names:
        known[name] = entries_by_blocks(blocks, name, known)
    np.testing.assert_allclose(known["O"], by_hand(**values), rtol=1e-13)


def test_an_entry_of_a_block_is_over_the_blocks_before_it():
    blocks = entry_blocks(GENERIC_CASE, "O")
    assert names_in([blocks.entry("O", 1, 1)]) == {"P", "V"}
    assert names_in([blocks.entry("O", 1, 1, expand=True)]) == set(GENERIC)


def test_blocks_say_what_they_hold():
    blocks = entry_blocks(GENERIC_CASE, "O")
    assert blocks.names == ("Q", "K", "V", "S", "P", "O") and len(blocks) == 6
    assert blocks.shape == (2, 2) and blocks["P"].shape == (2, 3)
    products = 2 * 4 * 5 + 3 * 4 * 3 + 3 * 2 * 3
    assert blocks.operations == products + 2 * 3 * 7 + 6 + (6 + 2 * 2 + 6) + 2 * 2 * 5
    assert blocks.operations == scalar_graph(GENERIC_CASE, "O").operations


def test_the_numbers_of_the_entries_are_all_different_and_refer_to_earlier_ones():
    blocks = entry_blocks(GENERIC_CASE, "O")
    seen = set()
    for block in blocks:
        for step in block.steps:
            own = step.ids
            assert not seen & set(own.flat)
            seen |= set(own.flat)
            assert all(array.max() < own.min() for array in step.references())


def evaluate_arrays(blocks, values):
    """The output from nothing but the arrays of entry numbers, as an interpreter of them would."""
    steps = blocks._program.steps
    numbers = np.empty(blocks._program.size)
    for step in steps:
        read = [numbers[array] for array in step.references()]
        if step.operation == "input":
            result = np.asarray(values[step.detail.name])
        elif step.operation == "number":
            result = float(step.detail)
        elif step.operation == "dot":
            result = (read[0] * read[1]).sum(axis=-1)
        elif step.operation == "sum":
            result = read[0].sum(axis=-1)
        else:
            unary = {"exp": np.exp, "tanh": np.tanh}
            binary = {"divide": np.divide, "add": np.add, "multiply": np.multiply}
            result = {**unary, **binary}[step.operation](*read)
        numbers[step.ids] = result
    return numbers[blocks[blocks.name].ids]


def test_the_arrays_alone_give_the_output():
    np.testing.assert_allclose(evaluate_arrays(entry_blocks(GENERIC_CASE, "O"), GENERIC), GENERIC_OUTPUT, rtol=1e-14)
    case, sizes, by_hand = MECHANISMS["additive"]
    blocks = entry_blocks(case.with_sizes(**sizes), "O")
    values = random_inputs(blocks.system)
    np.testing.assert_allclose(evaluate_arrays(blocks, values), by_hand(**values), rtol=1e-13)


def test_blocks_of_any_size_cost_the_same():
    sizes = dict.fromkeys(("n", "m", "d", "c", "d_k", "d_v"), 10**6)
    blocks = entry_blocks(CROSS.with_sizes(**sizes), "O")
    assert blocks.operations > 10**18
    assert blocks["P"].shape == (10**6, 10**6)
    with pytest.raises(LimitError, match="a block of 1000000000000 entries"):
        blocks["P"].ids  # noqa: B018
    with pytest.raises(LimitError, match="keep the blocks"):
        blocks.graph()


def test_an_equation_that_only_renames_has_entries_of_its_own():
    case = system({"A": "2 3"}, "B = A.T\nC = A\nD = B @ C\nE = B @ C")
    blocks = entry_blocks(case, "E")
    A = np.arange(6.0).reshape(2, 3)
    assert names_in([blocks.entry("B", 0, 1)]) == {"A"}
    assert names_in([blocks.entry("E", 0, 1)]) == {"B", "C"}
    assert scalar_graph(case, "E").evaluate({"A": A}) == (A.T @ A).tolist()


def test_blocks_refuse_symbolic_sizes_and_unknown_names():
    with pytest.raises(ShapeError, match=r"n, d, m, c, d_k, d_v not yet: as in at\(n=3"):
        entry_blocks(CROSS, "O")
    with pytest.raises(UnknownNameError):
        entry_blocks(GENERIC_CASE, "Z")
    with pytest.raises(UnknownNameError):
        entry_blocks(GENERIC_CASE, "O")["X"]
    with pytest.raises(ShapeError):
        entry_blocks(GENERIC_CASE, "O").entry("O", 2, 0)


# Graph


@pytest.mark.parametrize(("text", "expected"), NODE_CASES.items(), ids=NODE_CASES)
def test_the_graph_of_a_node_is_numpys_number(text, expected):
    graph = scalar_graph(node_case(text), "Z")
    np.testing.assert_allclose(graph.evaluate(NODE_NUMBERS), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("text", NODE_CASES)
def test_an_expanded_node_of_the_graph_is_the_entry(text):
    case = node_case(text)
    graph = scalar_graph(case, "Z")
    last = graph.outputs[-1][-1]
    place = len(graph.outputs) - 1, len(graph.outputs[0]) - 1
    expected = np.asarray(NODE_CASES[text])[place]
    assert as_number(graph.expand(last), NODE_NUMBERS) == pytest.approx(expected, rel=1e-14, abs=1e-15)
    assert graph.expand(last) == entry(case, "Z", *place, expand=True)


def test_a_wrong_row_is_caught(monkeypatch):
    monkeypatch.setitem(NODES, nodes.ElementwiseDifference, NODES[nodes.ElementwiseSum])
    found = scalar_graph(node_case("r - C"), "Z").evaluate(NODE_NUMBERS)
    assert not np.allclose(found, NODE_CASES["r - C"])


def test_the_generic_example_on_the_graph():
    graph = scalar_graph(GENERIC_CASE, "O")
    np.testing.assert_allclose(graph.evaluate(GENERIC), GENERIC_OUTPUT, rtol=1e-14)
    sharp = graph.evaluate(GENERIC, decimals(40))
    with mpmath.workdps(40):
        w = mpmath.exp(mpmath.mpf(1) / 2)
        assert abs(mpmath.mpf(sharp[0][0]) - (3 * w**2 + 2 * w + 2) / (w**2 + w + 1)) < mpmath.mpf(10) ** -38


def test_fractions_stay_fractions():
    case = system({"A": "2 2", "b": "scalar"}, "B = A @ A / 3 + b\nC = B ** 2 - A")
    A, b = [[Fraction(1, 2), 1], [Rational(1, 3), "1/5"]], Fraction(1, 7)
    exact = scalar_graph(case, "C").evaluate({"A": A, "b": b}, FRACTIONS)
    assert exact[0][0] == ((Fraction(1, 4) + Fraction(1, 3)) / 3 + b) ** 2 - Fraction(1, 2)
    assert all(isinstance(number, Fraction) for row in exact for number in row)


@pytest.mark.parametrize(
    ("text", "values", "kind"),
    [("exp(A)", [[1]], FRACTIONS), ("sqrt(A)", [[2]], FRACTIONS), ("1 / A", [[0]], closed_form.FLOATS),
     ("exp(A)", [[1000]], closed_form.FLOATS), ("A * sqrt(2)", [[1]], FRACTIONS)],
)  # fmt: skip
def test_what_has_no_value_is_an_error(text, values, kind):
    graph = scalar_graph(system({"A": "1 1"}, "B = " + text), "B")
    with pytest.raises(ExactnessError):
        graph.evaluate({"A": values}, kind)


def test_missing_and_misshapen_numbers_are_refused():
    graph = scalar_graph(GENERIC_CASE, "O")
    with pytest.raises(InputError, match="no numbers for W_Q"):
        graph.evaluate({name: value for name, value in GENERIC.items() if name != "W_Q"})
    with pytest.raises(InputError, match="X is 2 by 3, found 2 rows of 2, 2 numbers"):
        graph.evaluate({**GENERIC, "X": [[1, 2], [3, 4]]})


def test_no_two_nodes_are_equal_and_operands_come_first():
    graph = scalar_graph(ADDITIVE.with_sizes(**MECHANISMS["additive"][1]), "O")
    every = [graph.node(id) for id in range(len(graph))]
    assert len(set(every)) == len(every)
    assert all(operand < id for id, node in enumerate(every) for operand in node.operands)


def test_equal_terms_are_one_node():
    graph = scalar_graph(system({"A": "2 3"}, "B = exp(A)\nC = exp(A) + exp(A)\nD = B * C - exp(A)"), "D")
    assert [graph.node(id).operation for id in range(len(graph))].count("exp") == 6
    assert graph.operations == 6 + 6 + 6 + 6


def test_zeros_and_ones_change_nothing_and_leave_no_trace():
    case = system({"A": "3 3"}, "B = eye(3) @ A + zeros(3, 3)")
    graph = scalar_graph(case, "B")
    assert all(graph.node(id).operation == "input" for row in graph.outputs for id in row)
    assert entry(case, "B", 1, 2, expand=True) == MatrixSymbol("A", 3, 3)[1, 2]


def test_the_size_of_a_tree_is_counted_on_the_graph_and_is_what_expand_builds():
    graph = scalar_graph(GENERIC_CASE, "O")
    corner = graph.outputs[0][0]
    count = graph.tree_operations(corner)
    assert count == operations(graph.expand(corner))
    with pytest.raises(LimitError, match=f"takes {count} operations; the limit is {count - 1}"):
        graph.expand(corner, limit=count - 1)
    assert graph.tree_operations(corner) > graph.operations / 2


def test_trees_too_large_to_write_are_counted_exactly():
    deep = system({"A": "1 2"}, "\n".join(["B0 = A + A", *(f"B{k} = B{k - 1} + B{k - 1}" for k in range(1, 100))]))
    graph = scalar_graph(deep, "B99")
    assert graph.tree_operations(graph.outputs[0][0]) == 2**100 - 1
    assert graph.operations == 200
    assert graph.evaluate({"A": [[1, 3]]}) == [[2.0**100, 3 * 2.0**100]]


def test_a_node_that_is_not_there_is_refused():
    graph = scalar_graph(GENERIC_CASE, "O")
    for id in (-1, len(graph)):
        with pytest.raises(InputError, match="the graph has nodes 0 to"):
            graph.node(id)


def test_graph_and_blocks_pickle():
    graph = pickle.loads(pickle.dumps(scalar_graph(GENERIC_CASE, "O")))
    np.testing.assert_allclose(graph.evaluate(GENERIC), GENERIC_OUTPUT, rtol=1e-14)
    blocks = pickle.loads(pickle.dumps(entry_blocks(GENERIC_CASE, "O")))
    assert blocks.entry("P", 0, 0) == entry_blocks(GENERIC_CASE, "O").entry("P", 0, 0)


def test_arrays_and_sympy_matrices_are_taken_as_numbers():
    case = system({"A": "2 2"}, "B = A @ A")
    rows = [[1, 2], [3, 4]]
    for given in (rows, np.array(rows), Matrix(rows)):
        assert scalar_graph(case, "B").evaluate({"A": given}) == [[7.0, 10.0], [15.0, 22.0]]


def test_a_stable_sigmoid_has_no_overflow():
    graph = scalar_graph(system({"A": "1 2"}, "B = sigmoid(A)"), "B")
    assert graph.evaluate({"A": [[-1000, 1000]]}) == [[0.0, 1.0]]
