"""Entries over allowed sets: the right number at every place, decided conditions folded, undecided ones kept."""

import math
import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from closed_form_cases import all_entries, as_number, at_place, random_inputs, softmax_where, system
from sympy import And, MatrixSymbol, Ne, Piecewise, Sum, Symbol, exp

from symattn import nodes
from symattn.closed_form import FRACTIONS, decimals, entry, entry_blocks, scalar_graph
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError
from symattn.nodes import index
from symattn.nodes.written import SumOfCases

i, j = index("i"), index("j")
INPUTS = {"Q": "n d", "K": "m d", "V": "m c", "M": "n m", "padding": "1 m"}
MASK = np.array([[0, 0, 0], [1, 0, -2], [1, 1, 1], [0, 1, 0]])
PADDING = np.array([[1, 0, 1]])

SETS = {
    "causal": lambda n, m: np.tri(n, m),
    "causal_lower_right": lambda n, m: np.tri(n, m, m - n),
    "window(2, 0)": lambda n, m: np.tri(n, m) * (1 - np.tri(n, m, -3)),
    "padding & causal": lambda n, m: np.tri(n, m) * PADDING,
    "M": lambda n, m: MASK[:n],
    "M & padding & causal_lower_right": lambda n, m: np.tri(n, m, m - n) * MASK[:n] * PADDING,
}
SIZES = [{"n": 2, "m": 3, "d": 2, "c": 1}, {"n": 4, "m": 3, "d": 1, "c": 2}, {"n": 3, "m": 3, "d": 2, "c": 2}]


def attention(where):
    return system(INPUTS, f"S = Q @ K.T\nP = softmax(S, where={where})\nO = P @ V")


def numbers(case):
    values = random_inputs(case)
    n = len(values["Q"])
    return {**values, "M": MASK[:n], "padding": PADDING}


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("where", SETS)
class TestEveryEntryIsNumpysNumber:
    def expected(self, where, values):
        scores = values["Q"] @ values["K"].T
        return softmax_where(scores, SETS[where](*scores.shape)) @ values["V"]

    def test_written_out_to_the_inputs(self, where, sizes):
        case = attention(where).with_sizes(**sizes)
        values = numbers(case)
        found = all_entries(case, "O", values, expand=True)
        np.testing.assert_allclose(found, self.expected(where, values), rtol=1e-13, atol=1e-15)

    def test_in_the_graph(self, where, sizes):
        case = attention(where).with_sizes(**sizes)
        values = numbers(case)
        graph = scalar_graph(case, "O")
        np.testing.assert_allclose(graph.evaluate(values), self.expected(where, values), rtol=1e-13)
        fifty = graph.evaluate({name: array.tolist() for name, array in values.items()}, decimals(50))
        np.testing.assert_allclose(np.array(fifty, dtype=float), self.expected(where, values), rtol=1e-13)

    def test_as_sums_over_indices(self, where, sizes):
        case = attention(where)
        values = numbers(case.with_sizes(**sizes))
        expected = self.expected(where, values)
        written = entry(case, "O", i, j, expand=True)
        for place in ((0, 0), (sizes["n"] - 1, sizes["c"] - 1)):
            found = as_number(at_place(written, sizes, i, j, place), values)
            assert found == pytest.approx(expected[place], rel=1e-13, abs=1e-15)


def test_a_wrong_alignment_would_be_seen():
    case = attention("causal").with_sizes(n=2, m=3, d=2, c=1)
    values = numbers(case)
    scores = values["Q"] @ values["K"].T
    wrong = softmax_where(scores, np.tri(2, 3, 1)) @ values["V"]
    assert not np.allclose(scalar_graph(case, "O").evaluate(values), wrong)


# What an entry looks like


def test_for_any_size_the_condition_stands_in_the_entry():
    S = MatrixSymbol("S", *attention("causal").shape("S"))
    written = entry(attention("causal"), "P", i, j)
    ((quotient, condition), (zero, _)) = written.args
    assert condition == (j <= i) and zero == 0
    total = quotient.args[1].base
    assert quotient.args[0] == exp(S[i, j]) and isinstance(total, Sum)
    r = total.limits[0][0]
    assert tuple(total.function.args[0]) == (exp(S[i, r]), r <= i)


def test_a_causal_row_has_only_its_allowed_terms():
    case = attention("causal").with_sizes(n=3, m=3, d=1, c=1)
    S, P, V = MatrixSymbol("S", 3, 3), MatrixSymbol("P", 3, 3), MatrixSymbol("V", 3, 1)
    assert entry(case, "P", 1, 1).args[1].base.args == (exp(S[1, 0]), exp(S[1, 1]))
    assert entry(case, "P", 0, 0) == 1
    assert entry(case, "P", 0, 1) == 0
    assert entry(case, "O", 0, 0) == P[0, 0] * V[0, 0]
    assert [term.args for term in entry(case, "O", 1, 0).args] == [(P[1, k], V[k, 0]) for k in range(2)]
    assert entry(case, "O", 0, 0, expand=True) == V[0, 0]


def test_what_only_numbers_decide_stays_a_condition():
    case = attention("M & causal").with_sizes(n=2, m=2, d=1, c=1)
    S, M = MatrixSymbol("S", 2, 2), MatrixSymbol("M", 2, 2)
    assert entry(case, "P", 0, 1) == 0
    written = entry(case, "P", 1, 1)
    assert written.args[0].cond == Ne(M[1, 1], 0)
    kept = [nodes.Cases((exp(S[1, k]), Ne(M[1, k], 0)), (0, True)) for k in range(2)]
    assert list(written.args[0].expr.args[1].base.args) == kept


def test_joined_sets_are_one_condition():
    case = attention("M & padding").with_sizes(n=2, m=2, d=1, c=1)
    M, padding = MatrixSymbol("M", 2, 2), MatrixSymbol("padding", 1, 2)
    assert entry(case, "P", 1, 0).args[0].cond == And(Ne(M[1, 0], 0), Ne(padding[0, 0], 0))


def test_a_set_stands_as_a_matrix_of_0_and_1_too():
    M = MatrixSymbol("M", 2, 3)
    causal = nodes.IndexCondition(j <= i, i, j, 2, 3)
    both = nodes.Intersection(M, causal)
    case = EquationSystem("sets", (M,), (Equation("A", causal), Equation("B", both), Equation("C", both.T)), "C")
    assert scalar_graph(case, "C").evaluate({"M": MASK[1:3]}) == [[1, 1], [0, 1], [0, 0]]
    assert [entry(case, "A", 0, k) for k in range(3)] == [1, 0, 0]
    assert entry(case, "B", 1, 0) == nodes.Cases((1, Ne(M[1, 0], 0)), (0, True))
    assert entry(case, "B", 0, 1) == 0


# The graph


def test_the_graph_holds_nothing_that_no_output_rests_on():
    case = attention("causal").with_sizes(n=3, m=3, d=1, c=1)
    graph = scalar_graph(case, "O")
    inputs = {graph.node(id).detail for id in range(len(graph)) if graph.node(id).operation == "input"}
    assert {str(detail[0]) for detail in inputs} == {"Q", "K", "V"}
    operations = [graph.node(id).operation for id in range(len(graph))]
    assert operations.count("exp") == 5 and "where" not in operations
    assert (MatrixSymbol("Q", 3, 1), 0, 0) not in inputs  # the first query has one key: its weight is 1
    ids = {id: graph.node(id).operands for id in range(len(graph))}
    assert all(operand < id for id, operands in ids.items() for operand in operands)
    used = {operand for operands in ids.values() for operand in operands} | {id for row in graph.outputs for id in row}
    assert used == set(ids)


def test_a_masked_score_may_be_beyond_floats():
    case = system({"S": "n m", "M": "n m", "V": "m c"}, "P = softmax(S, where=M)\nO = P @ V").with_sizes(n=2, m=2, c=1)
    graph = scalar_graph(case, "O")
    values = {"S": [[1.0, 1e6], [1e6, -1e6]], "M": [[True, False], [False, False]], "V": [[3.0], [5.0]]}
    assert graph.evaluate(values) == [[3.0], [0.0]]
    with pytest.raises(ExactnessError, match="exp has no value in floats here: math range error"):
        graph.evaluate({**values, "M": [[1, 0], [1, 0]]})


def test_fractions_reach_what_is_allowed_of_them():
    case = system({"A": "1 2", "M": "1 2"}, "B = softmax(A, where=M)").with_sizes()
    graph = scalar_graph(case, "B")
    assert graph.evaluate({"A": [[Fraction(1, 2), 1]], "M": [[0, 0]]}, FRACTIONS) == [[0, 0]]
    with pytest.raises(ExactnessError, match="exp of a fraction"):
        graph.evaluate({"A": [[Fraction(1, 2), 1]], "M": [[1, 0]]}, FRACTIONS)


def test_a_set_that_does_not_exist_is_an_error():
    case = system({"A": "1 2"}, "B = softmax(A, where=log(A))")
    with pytest.raises(ExactnessError, match="log has no value"):
        scalar_graph(case, "B").evaluate({"A": [[-1, 2]]})


def test_blocks_with_conditions_cost_the_same_for_any_size_and_pickle():
    case = attention("causal & (i - j < 2)")
    huge = entry_blocks(case.with_sizes(**dict.fromkeys(("n", "m", "d", "c"), 10**6)), "O")
    assert huge["P"].shape == (10**6, 10**6)
    small = pickle.loads(pickle.dumps(entry_blocks(case.with_sizes(n=3, m=3, d=1, c=1), "O")))
    assert small.entry("P", 2, 0) == 0 and small.entry("P", 0, 0) == 1


# SymPy's sums


def test_conditions_on_an_inner_index_stay_inside_its_sum():
    case = system({"S": "n m"}, "C = colsum(softmax(S, where=causal))\nE = (C + rowsum(elu(S) @ S.T))")
    written = entry(case, "E", i, j, expand=True)
    sizes = {"n": 3, "m": 2}
    S = np.array([[1.0, -2], [0.5, 1], [0.25, -0.5]])
    weights = softmax_where(S, np.tri(3, 2)).sum(axis=0)
    elu = np.where(S > 0, S, np.expm1(S))
    found = as_number(at_place(written, sizes, i, j, (1, 1)), {"S": S})
    assert found == pytest.approx(weights[1] + (elu @ S.T)[1].sum(), rel=1e-13)


def test_sympys_own_sum_loses_the_index_of_a_condition():
    """Why entries have a sum of their own; if this fails, SymPy has mended it."""
    r, c, n = (Symbol(name, integer=True) for name in "rcn")
    inner = Piecewise((1, c < r), (0, True))
    theirs = Sum(exp(Sum(inner, (c, 0, 1))), (r, 0, n)).subs(n, 1)
    ours = SumOfCases(exp(SumOfCases(inner, (c, 0, 1))), (r, 0, n)).subs(n, 1)
    assert c in theirs.free_symbols and not ours.free_symbols
    assert float(ours.doit()) == pytest.approx(1 + math.e)
    assert mpmath.almosteq(ours.doit().evalf(30), 1 + mpmath.e)
