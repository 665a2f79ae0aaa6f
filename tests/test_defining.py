"""Mechanism: what a user writes, what comes back, and how it shows itself."""

import pickle

import pytest
import sympy
from sympy import Expr, Sum

import symattn as sa
from symattn.errors import LanguageError, LimitError, ShapeError, UnknownNameError
from symattn.mechanisms import named, names

QKV = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}
ATTENTION = sa.mechanism(
    "scaled dot-product attention",
    inputs=QKV,
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S)
        O = P @ V
    """,
    source="Vaswani et al. 2017",
)


def test_the_output_is_the_last_equation_unless_named():
    assert ATTENTION.output == "O"
    assert sa.mechanism("weights", QKV, "P = softmax(Q @ K.T)\nO = P @ V", output="P").output == "P"
    with pytest.raises(UnknownNameError, match="has no 'R'"):
        sa.mechanism("weights", QKV, "P = softmax(Q @ K.T)\nO = P @ V", output="R")


def test_it_is_immutable_hashable_picklable_and_equal_by_content():
    again = pickle.loads(pickle.dumps(ATTENTION))
    assert again == ATTENTION and hash(again) == hash(ATTENTION) and isinstance(again, sa.Mechanism)
    with pytest.raises(AttributeError):
        ATTENTION.name = "another"


def test_concrete_sizes_give_a_mechanism_again():
    small = ATTENTION.at(n=3, m=2)
    assert isinstance(small, sa.Mechanism)
    assert small.shape("P") == (3, 2)
    with pytest.raises(ShapeError, match="at least 1"):
        ATTENTION.at(n=0)


def test_values_are_sympy_expressions_that_show_themselves_as_the_paper_does():
    assert isinstance(ATTENTION["O"], Expr)
    assert str(ATTENTION["S"]) == "Q @ K.T / sqrt(d_k)"
    assert sympy.latex(ATTENTION["S"]) == sa.latex(ATTENTION["S"]) == r"\frac{QK^{\top}}{\sqrt{d_k}}"
    assert str(ATTENTION.inline()) == "softmax(Q @ K.T / sqrt(d_k)) @ V"


def test_a_notebook_shows_the_equations():
    shown = ATTENTION._repr_latex_()
    assert shown.startswith("$") and r"\operatorname{softmax}(S)" in shown
    assert "<math" in ATTENTION.derive()._repr_html_()


def test_the_entry_of_the_output_in_closed_form_for_every_size():
    entry = ATTENTION.entry("O", "i", "j", expand=True)
    bound = [limit[0] for total in entry.atoms(Sum) for limit in total.limits]
    assert len(bound) == len(set(bound)) == 4
    assert sa.text(ATTENTION.entry("S", "i", "j")) == "(1/√d_k) Σ_{r=1..d_k} q_ir k_jr"


def test_an_entry_for_concrete_sizes_is_guarded_before_it_is_built():
    large = ATTENTION.at(n=40, m=40, d_k=40, d_v=40)
    assert len(large.entry("O", 0, 0).args) == 40
    with pytest.raises(LimitError, match="limit"):
        large.entry("O", 0, 0, expand=True)


def test_all_the_verbs_work_on_one_set_of_numbers():
    numbers = {"Q": [[1, 2]], "K": [[0, 1], [1, "1/2"]], "V": [[3], ["0.5"]]}
    exact = ATTENTION.bind(numbers)
    lowered = ATTENTION.lambdify("numpy")(Q=[[1, 2]], K=[[0, 1], [1, 0.5]], V=[[3], [0.5]])
    assert float(exact.decimal("O", 17)[0][0]) == pytest.approx(float(lowered[0, 0]), rel=1e-15)
    assert "Value of O" in ATTENTION.derive(numbers).to("text")
    assert ATTENTION.verify(instances=1, targets=("numpy",), gradients=False).passed


@pytest.mark.parametrize(
    ("name", "inputs", "equations", "message"),
    [
        ("", QKV, "P = softmax(Q @ K.T)\nO = P @ V", "named by a line of text"),
        ("two\nlines", QKV, "P = softmax(Q @ K.T)\nO = P @ V", "named by a line of text"),
        ("x", {}, "P = softmax(Q)", "inputs give each input a shape"),
        ("x", {"Q": 3}, "P = softmax(Q)", "the shape of Q is given as text"),
        ("x", {"softmax": "n m"}, "P = exp(Q)", "that name is taken"),
        ("x", {"lambda": "n m"}, "P = exp(Q)", "that name is taken"),
        ("x", {"n": "n m"}, "P = exp(n)", "both an input and a size"),
        ("x", QKV, "P = softmax(Q @ K.T)", "no equation mentions the input V"),
        ("x", QKV, "O = V", "no equation mentions the inputs Q, K; use them or leave them out"),
        ("x", {"Q": "n 0"}, "P = exp(Q)", r"^size 0: a size is a whole number of at least 1"),
        ("x", QKV, 3, "given as text"),
    ],
)
def test_a_mechanism_that_cannot_be_is_refused(name, inputs, equations, message):
    with pytest.raises((LanguageError, ShapeError), match=message):
        sa.mechanism(name, inputs, equations)


def test_an_unknown_value_is_refused_by_every_verb():
    for verb in (
        lambda: ATTENTION["R"],
        lambda: ATTENTION.inline("R"),
        lambda: ATTENTION.entry("R", 0, 0),
        lambda: ATTENTION.lambdify("numpy", outputs=["R"]),
        lambda: ATTENTION.at(n=1, m=1, d_k=1, d_v=1).entries("R"),
    ):
        with pytest.raises(UnknownNameError, match="It has: Q, K, V, S, P, O"):
            verb()


@pytest.mark.parametrize("name", names())
def test_every_file_of_the_library_is_one_short_mechanism_with_a_source(name):
    found = named(name)
    assert isinstance(found, sa.Mechanism) and found.source and found.output in found.by_name


@pytest.mark.parametrize(
    "call",
    [
        lambda: sa.derive(3),
        lambda: sa.mechanism("x", {"Q": "n d"}, "P = softmax(Q)", output=["P"]),
        lambda: ATTENTION.entry("O", 0, 0, limit="many"),
        lambda: sa.lambdify([], object()),
        lambda: ATTENTION.verify(seed=[]),
        lambda: sa.named(3),
        lambda: sa.worked_example(3),
    ],
)
def test_what_is_no_argument_at_all_is_an_error_of_ours(call):
    with pytest.raises(sa.SymattnError):
        call()
