"""Equations and systems of them: immutable data with sizes that are checked."""

import pickle

import pytest
from sympy import MatrixSymbol

from symattn.defining import mechanism
from symattn.equations import Equation, EquationSystem
from symattn.errors import LimitError, ShapeError, UnknownNameError
from symattn.language import parse_equations
from symattn.nodes import IndexSum, MatrixProduct, Softmax
from symattn.shapes import broadcast, same_size, size

n, m, d_k, d_v = (size(name) for name in ("n", "m", "d_k", "d_v"))
INPUTS = {"Q": MatrixSymbol("Q", n, d_k), "K": MatrixSymbol("K", m, d_k), "V": MatrixSymbol("V", m, d_v)}


def system(text, inputs=INPUTS, output=None):
    equations = tuple(Equation(*each) for each in parse_equations(text, inputs))
    return EquationSystem("a test", tuple(inputs.values()), equations, output or equations[-1].name)


ATTENTION = system("S = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V")


def test_a_value_is_the_right_side_over_named_values():
    assert ATTENTION["O"] == MatrixProduct(MatrixSymbol("P", n, m), INPUTS["V"])
    assert ATTENTION["Q"] == INPUTS["Q"]


def test_inlined_it_mentions_only_inputs():
    assert ATTENTION.expression().atoms(MatrixSymbol) == set(INPUTS.values())
    assert ATTENTION.expression("P") == Softmax(ATTENTION["S"])


def test_inlining_keeps_the_indices_of_two_sums_apart():
    twice = system("A = sum(a, Q[:, a] @ Q[:, a].T)\nB = sum(a, A[:, a] @ A[:, a].T)")
    inlined = twice.expression()
    assert len({part.symbol for part in inlined.atoms(IndexSum)}) == 2


def test_it_is_hashable_picklable_and_equal_by_content():
    again = pickle.loads(pickle.dumps(ATTENTION))
    assert again == ATTENTION == system("S=Q@K.T/sqrt(d_k)\nP=softmax(S)\nO=P@V") and len({again, ATTENTION}) == 1
    assert system("S = Q @ K.T\nP = softmax(S)\nO = P @ V") != ATTENTION


def test_it_cannot_be_changed():
    with pytest.raises(AttributeError):
        ATTENTION.output = "P"
    ATTENTION.inputs.clear()
    assert list(ATTENTION.inputs) == ["Q", "K", "V"]


def test_concrete_sizes_reach_every_equation():
    small = ATTENTION.with_sizes(n=3, m=2, d_k=4, d_v=5)
    assert [equation.shape for equation in small] == [(3, 2), (3, 2), (3, 5)]
    assert small.sizes == ()
    assert ATTENTION.with_sizes(n=3).sizes == (d_k, m, d_v)


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "3", None])
def test_a_size_is_a_positive_whole_number(value):
    with pytest.raises(ShapeError):
        ATTENTION.with_sizes(n=value)


def test_a_huge_size_and_an_unknown_one_are_refused():
    with pytest.raises(LimitError):
        ATTENTION.with_sizes(n=10**9)
    with pytest.raises(UnknownNameError, match="Did you mean d_k"):
        ATTENTION.with_sizes(dk=3)


def test_an_unknown_value_lists_what_there_is():
    with pytest.raises(UnknownNameError, match="It has: Q, K, V, S, P, O"):
        ATTENTION["R"]


def test_only_what_a_value_rests_on_is_needed():
    assert [equation.name for equation in ATTENTION.needed("P")] == ["S", "P"]


def test_sizes_conform_only_if_they_do_so_always():
    assert same_size(2 * n, n + n) and not same_size(n, m) and not same_size(n, n * m)
    assert broadcast((n, 1), (1, m)) == (n, m) and broadcast((n, m), (2, m)) is None


def test_squares_of_squares_are_not_written_out():
    squares = "\n".join(f"X{k + 1} = X{k} @ X{k}" for k in range(60))
    tower = system(f"X0 = A\n{squares}", {"A": MatrixSymbol("A", n, n)})
    assert tower.expression("X5").shape == (n, n)
    with pytest.raises(LimitError, match="written out"):
        tower.expression()


def test_allowed_inputs_stand_after_where_only():
    inputs = {"S": "n m", "M": "n m", "A": "n m", "B": "n m", "C": "n m", "padding": "1 m", "unused_here": "n m"}
    text = """T = A * B
    P = softmax(S + C, where=M & padding & T & C)
    Q = softmax(S, where=A)
    O = P * Q * unused_here"""
    found = mechanism("sets", inputs=inputs, equations=text)
    assert found.allowed_inputs == {"M", "padding", "A", "B"}
    for equations in ("T = M * M\nP = softmax(T, where=T)", "T = M * 2"):
        assert mechanism("sets", inputs={"M": "n m"}, equations=equations).allowed_inputs == set()
