"""The mpmath reference, against the nodes' own entries evaluated by SymPy and against published digits."""

from fractions import Fraction

import pytest
from node_cases import FORMULAS, MORE, concrete_nodes, numbers, system, with_sparkle
from sympy import N, Rational
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, MissingRowError
from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_equations
from symattn.nodes.cases import put_in
from symattn.verification.reference import MATRICES, Reference

CASES = {**FORMULAS, **MORE}


def by_sympy(made, values, i, j, digits=40):
    """Entry (i, j) by SymPy alone: the node's entry, its sums written out, numbers put in."""
    entry = made["Y"][i, j].doit()
    exact = {}
    for part in entry.atoms(MatrixElement):
        found = values[part.parent.name]
        for position in (*getattr(part.parent, "positions", ()), part.i, part.j):
            found = found[int(position)]
        exact[part] = Rational(Fraction(found))
    t = Rational(Fraction(values["t"]))
    return N(put_in(entry, {**exact, made.inputs["t"]: t}), digits)


@pytest.mark.parametrize("name", [name for name in CASES if not CASES[name].startswith(("entmax", "sparsemax"))])
def test_every_entry_is_the_one_sympy_computes_from_the_definition(name):
    made, values = system(CASES[name]), numbers(seed=3)
    reference = Reference(40)
    found = reference.evaluate(made, values)["Y"]
    assert (len(found), len(found[0])) == made.shape("Y")
    for i, row in enumerate(found):
        for j, number in enumerate(row):
            expected = reference.mp.mpf(str(by_sympy(made, values, i, j)))
            assert abs(number - expected) <= abs(expected) * reference.mp.mpf(10) ** -37


def test_every_node_has_a_row_and_a_case():
    assert {kind.__name__ for kind in concrete_nodes()} == set(FORMULAS)
    assert set(concrete_nodes()) <= set(MATRICES)


def test_a_node_without_a_row_is_an_error_that_names_the_table():
    with pytest.raises(MissingRowError, match=r"mpmath cannot evaluate .*Sparkle.*verification/reference.py"):
        Reference(30).evaluate(with_sparkle(), numbers())


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("A / (B - B)", "division by zero"),
        ("log(-exp(A))", "logarithm of -"),
        ("sqrt(-exp(A))", "square root of -"),
        ("(A - A) ** -1", "division by zero"),
        ("(-exp(A)) ** (1/2)", "is not real"),
    ],
)
def test_a_value_that_does_not_exist_is_an_error_and_not_a_number(formula, message):
    with pytest.raises(ExactnessError, match=message):
        Reference(30).evaluate(system(formula), numbers())


def test_it_gives_the_published_digits_of_cross_attention_with_five_sizes():
    inputs = {"X": "n d", "Y": "m e", "W_Q": "d d_k", "W_K": "e d_k", "W_V": "e d_v"}
    symbols = {name: declare(name, parse_shape(shape, name)) for name, shape in inputs.items()}
    text = "P = softmax(X @ W_Q @ (Y @ W_K).T / sqrt(d_k))\nO = P @ (Y @ W_V)"
    equations = tuple(Equation(*each) for each in parse_equations(text, symbols))
    cross = EquationSystem("cross", tuple(symbols.values()), equations, "O")
    cross = cross.with_sizes(n=2, m=3, d=3, e=2, d_k=4, d_v=2)
    values = {
        "X": [[1, 2, 0], [0, 1, -1]],
        "Y": [[1, 0], [1, 1], [0, 2]],
        "W_Q": [[1, 0, 2, 0], [0, 1, 0, 1], [1, 0, 0, -1]],
        "W_K": [[1, 1, 0, 0], [0, 1, 1, -1]],
        "W_V": [[2, -1], [1, 3]],
    }
    reference = Reference(50)
    found = reference.evaluate(cross, values)["O"]
    assert [[reference.mp.nstr(x, 20) for x in row] for row in found] == [
        ["2.5064803910556540259", "2.6698123731964508572"],
        ["2.3071958857184983971", "1.2258537197364282304"],
    ]


def test_numbers_come_in_exactly():
    reference = Reference(50)
    assert reference.number(Fraction(1, 3)) == reference.number(Rational(1, 3))
    assert reference.number(0.1) != reference.number(Fraction(1, 10))
    assert reference.rows([[0.5, Fraction(1, 2)]]) == [[0.5, 0.5]]


def test_it_leaves_the_precision_of_mpmath_as_it_is():
    import mpmath

    before = mpmath.mp.dps
    Reference(80).evaluate(system("softmax(A)"), numbers())
    assert mpmath.mp.dps == before


def test_an_exponential_too_large_for_memory_is_said_not_to_be_computed():
    symbols = {"A": declare("A", parse_shape("1 1", "A"))}
    equations = tuple(Equation(*each) for each in parse_equations("O = exp(exp(exp(A)))", symbols))
    tower = EquationSystem("tower", tuple(symbols.values()), equations, "O")
    with pytest.raises(ExactnessError, match="not computed"):
        Reference(30).evaluate(tower, {"A": Reference(30).rows([[20]])})
