"""A mechanism bound to exact numbers: the worked example to its last printed digit, and a generic one beside it."""

import subprocess
import sys
import textwrap
from decimal import Decimal

import mpmath
import pytest
import sympy
from sympy import Matrix, cancel, exp, sqrt

sys.path.insert(0, str(__import__("pathlib").Path(__file__).parent / "exact"))

from exact_cases import (
    ADDITIVE,
    ADDITIVE_INPUTS,
    COSINE,
    CROSS,
    CROSS_PROJECTED,
    DOT,
    GENERIC,
    LINEAR,
    PROJECTED,
    SCALED,
    SELF,
    SELF_DOT,
    SELF_SCALED,
    SQUARE,
    system_of,
)

from symattn import article
from symattn.errors import InputError, ShapeError, UnknownNameError
from symattn.exact import Element, ExactMatrix
from symattn.worked import bind

U = sympy.Symbol("u", positive=True)
WEIGHTS = Matrix(
    [
        [1 / (1 + 2 * U), U / (1 + 2 * U), U / (1 + 2 * U)],
        [1 / (1 + U**4 + U**6), U**6 / (1 + U**4 + U**6), U**4 / (1 + U**4 + U**6)],
        [1 / (1 + U**3 + U**4), U**4 / (1 + U**3 + U**4), U**3 / (1 + U**3 + U**4)],
    ]
)
OUTPUT = Matrix(
    [
        [(1 + 4 * U) / (1 + 2 * U), (2 + 14 * U) / (1 + 2 * U), (3 + 3 * U) / (1 + 2 * U)],
        [
            (1 + 2 * U**4 + 2 * U**6) / (1 + U**4 + U**6),
            (2 + 6 * U**4 + 8 * U**6) / (1 + U**4 + U**6),
            (3 + 3 * U**4) / (1 + U**4 + U**6),
        ],
        [
            (1 + 2 * U**3 + 2 * U**4) / (1 + U**3 + U**4),
            (2 + 6 * U**3 + 8 * U**4) / (1 + U**3 + U**4),
            (3 + 3 * U**3) / (1 + U**3 + U**4),
        ],
    ]
)

DECIMALS = {
    "dot": (
        CROSS,
        DOT,
        article.ATTENTION,
        """0.063378938333037618189 0.46831053083348119091 0.46831053083348119091
        6.0336648545583371964e-6 0.98200786489581679861 0.017986101439328643048
        0.00029538722303456455904 0.88053690177496159855 0.11916771100200383689""",
        """1.9366210616669623818 6.6831053083348119091 1.5950684074995564273
        1.9999939663351454417 7.9639915951322153639 0.053976405312549604155
        1.9997046127769654354 7.7598922546577849389 0.35838929467511520436""",
    ),
    "scaled": (
        CROSS,
        SCALED,
        article.ATTENTION,
        """0.13612579755693347738 0.43193710122153326131 0.43193710122153326131
        0.00089044739063233361869 0.90884264721499345605 0.090266905394374210332
        0.0074448923770739653755 0.75470758064146427248 0.23784752698146176214""",
        """1.8638742024430665226 6.3193710122153326131 1.7041886963354002161
        1.9991095526093676664 7.8141235048674575776 0.27347205835501963185
        1.9925551076229260346 7.4796355917746326835 0.73587725807560718255""",
    ),
    "cosine": (
        CROSS,
        COSINE,
        article.ATTENTION,
        """0.38671953015683430337 0.28187731863903957320 0.33140315120412612343
        0.32097337772910788374 0.32097337772910788374 0.35805324454178423252
        0.35880706233227865019 0.29702092078833159833 0.34417201687938975149""",
        """1.6132804698431656966 5.0168765166507419329 2.1543680440828812804
        1.6790266222708921163 5.3580532445417842325 2.0370798668126763488
        1.6411929376677213498 5.1588135922475485959 2.1089372376350052050""",
    ),
    "additive": (
        ADDITIVE_INPUTS,
        ADDITIVE,
        {**article.ATTENTION, **article.ADDITIVE_NETWORK},
        """0.24063903241205550809 0.37552349469394585837 0.38383747289399863354
        0.32777341396726855096 0.33102320362857221416 0.34120338240415923489
        0.31816151157801388276 0.34040169005543765027 0.34143679836654846697""",
        """1.7593609675879444919 5.7884908597396696844 1.8734295159181624249
        1.6722265860327314490 5.3509527513880702245 2.0069303891142833575
        1.6818384884219861172 5.4081573337988197695 1.9787949298336870492""",
    ),
    "linear": (
        CROSS,
        LINEAR,
        article.ATTENTION,
        """0.22727272727272727273 0.40909090909090909091 0.36363636363636363636
        0.20000000000000000000 0.44000000000000000000 0.36000000000000000000
        0.21739130434782608696 0.42028985507246376812 0.36231884057971014493""",
        """1.7727272727272727273 5.9090909090909090909 1.7727272727272727273
        1.8000000000000000000 6.0800000000000000000 1.6800000000000000000
        1.7826086956521739130 5.9710144927536231884 1.7391304347826086957""",
    ),
}


def table(text):
    return tuple(tuple(map(Decimal, line.split())) for line in text.splitlines())


@pytest.mark.parametrize("name", DECIMALS)
def test_twenty_digits_are_right_to_the_last(name):
    inputs, equations, values, weights, output = DECIMALS[name]
    bound = bind(system_of(inputs, equations), values)
    assert [[str(x) for x in row] for row in bound.decimal("P")] == [[str(x) for x in row] for row in table(weights)]
    assert [[str(x) for x in row] for row in bound.decimal("O")] == [[str(x) for x in row] for row in table(output)]


def test_the_additive_weight_that_lies_near_a_tie_is_rounded_up():
    # 0.32777341396726855095 5129...: twenty digits worked with, instead of given, lose the last one.
    with mpmath.workdps(60):
        powers = [
            mpmath.exp(sum(mpmath.tanh(a + b) for a, b in zip(article.QUERIES[1], key, strict=True)))
            for key in article.KEYS
        ]
        assert mpmath.nstr(powers[0] / sum(powers), 25) == "0.327773413967268550955129"


@pytest.mark.parametrize("equations, power", [(SELF_DOT, exp(2)), (SELF_SCALED, exp(2 * sqrt(3) / 3))])
def test_every_stage_of_the_worked_example_is_exact(equations, power):
    bound = bind(system_of(SELF, equations), article.SELF_ATTENTION)
    assert bound["K"] == Matrix(article.KEYS)
    assert bound["Q"] == Matrix(article.QUERIES)
    assert bound["V"] == Matrix(article.VALUES)
    scores = Matrix([[2, 4, 4], [4, 16, 12], [4, 12, 10]])
    assert bound["S"] == (scores if power == exp(2) else scores / sqrt(3))
    assert bound["P"] == WEIGHTS.subs(U, power)
    assert bound["O"] == OUTPUT.subs(U, power)
    assert all(entry.in_lowest_terms for row in bound.exact("O") for entry in row)


def test_weights_have_the_terms_that_the_textbook_prints():
    row = bind(system_of(SELF, SELF_DOT), article.SELF_ATTENTION).exact("P").rows[1]
    assert [term.exponent for term in row[0].denominator] == [0, 8, 12]
    assert [term.coefficient for term in row[0].denominator] == [1, 1, 1]
    assert [row[j].numerator[0].exponent for j in range(3)] == [0, 12, 8]


def test_the_generic_example_lives_in_powers_of_the_root_of_e():
    bound = bind(system_of(PROJECTED, CROSS_PROJECTED), GENERIC)
    w, half = sympy.Symbol("w", positive=True), sympy.Rational(1, 2)
    total = w**2 + w + 1
    assert bound["S"] == Matrix([[3, 5, 4], [0, -1, -2]]) / 2
    assert bound["P"] == (Matrix([[1, w**2, w], [w**2, w, 1]]) / total).subs(w, exp(half))
    expected = Matrix([[3 * w**2 + 2 * w + 2, 2 * w**2 + 6 * w - 1], [2 * w**2 + 3 * w + 2, -(w**2) + 2 * w + 6]])
    assert all(
        cancel(mine.replace(exp, lambda s: w ** (2 * s)).xreplace({sympy.E: w**2}) - theirs) == 0
        for mine, theirs in zip(bound["O"], expected / total, strict=True)
    )
    assert [[str(x) for x in row] for row in bound.decimal("O")] == [
        ["2.5064803910556540259", "2.6698123731964508572"],
        ["2.3071958857184983971", "1.2258537197364282304"],
    ]


def test_decimals_agree_with_mpmath_at_60_digits():
    bound = bind(system_of(PROJECTED, CROSS_PROJECTED), GENERIC)
    with mpmath.workdps(80):
        x, y, w_q, w_k, w_v = (mpmath.matrix(GENERIC[name]) for name in PROJECTED)
        scores = (x * w_q) * (y * w_k).T / 2
        powers = scores.apply(mpmath.exp)
        for i in range(2):
            total = sum(powers[i, k] for k in range(3))
            for j in range(2):
                value = sum(powers[i, k] * (y * w_v)[k, j] for k in range(3)) / total
                found = mpmath.mpf(str(bound.decimal("O", 60)[i][j]))
                assert abs(found - value) < mpmath.mpf(10) ** -58


def test_sympys_own_matrices_come_to_the_same():
    bound = bind(system_of(SELF, SELF_DOT), article.SELF_ATTENTION)
    x, w_k, w_q, w_v = (Matrix(getattr(article, name)) for name in ("X", "W_K", "W_Q", "W_V"))
    powers = (x * w_q * (x * w_k).T).applyfunc(lambda s: U ** (s / 2))
    naive = Matrix(3, 3, lambda i, j: powers[i, j] / sum(powers[i, :])) * x * w_v
    for mine, theirs in zip(bound["O"], naive, strict=True):
        assert cancel(mine.replace(exp, lambda s: U ** (s / 2)) - theirs) == 0


def test_two_layers_have_decimals_too():
    system = system_of(SQUARE, "P = softmax(A @ A.T)\nO = P @ A\nR = softmax(O @ O.T)\nZ = R @ O")
    found = bind(system, {"A": [[1, 0], [0, 2]]}).decimal("Z", 30)
    with mpmath.workdps(50):
        a = mpmath.matrix([[1, 0], [0, 2]])

        def layer(x):
            powers = (x * x.T).apply(mpmath.exp)
            return mpmath.matrix([[powers[i, j] / sum(powers[i, :]) for j in range(2)] for i in range(2)]) * x

        z = layer(layer(a))
        for i in range(2):
            for j in range(2):
                assert abs(mpmath.mpf(str(found[i][j])) - z[i, j]) < mpmath.mpf(10) ** -29


def test_sizes_follow_from_the_shapes():
    bound = bind(system_of(CROSS, DOT), {"Q": [[1, 2]], "K": [[1, 0]] * 3, "V": [[1, 2, 3, 4]] * 3})
    assert bound.sizes == {"n": 1, "d_k": 2, "m": 3, "d_v": 4}
    assert bound.system.shape("O") == (1, 4)
    assert bound.names == ("Q", "K", "V", "S", "P", "O")
    assert repr(bound) == "Bound('attention', n=1, d_k=2, m=3, d_v=4)"


def test_products_of_sizes_are_solved():
    system = system_of({"A": "n 2*d", "B": "3 d"}, "C = rowsum(A) @ rowsum(B).T")
    assert bind(system, {"A": [[1, 2, 3, 4]], "B": [[1, 1]] * 3}).sizes == {"n": 1, "d": 2}
    lonely = system_of({"A": "n 2*d"}, "C = A / d")
    assert bind(lonely, {"A": [[1, 2, 3, 6]]}).decimal("C", 2)[0][3] == 3


@pytest.mark.parametrize(
    "values, parts",
    [
        ({"Q": [[1, 2]], "K": [[1]], "V": [[1]]}, ["K does not conform: d_k is 2, found 1", "d_k = 2 from Q"]),
        ({"Q": [[1]], "K": [[1], [2]], "V": [[1]]}, ["V does not conform: m is 2, found 1", "m = 2 from K"]),
    ],
)
def test_shapes_that_do_not_conform_name_both_inputs(values, parts):
    with pytest.raises(ShapeError) as caught:
        bind(system_of(CROSS, DOT), values)
    assert all(part in str(caught.value) for part in parts)


def test_only_inputs_that_share_the_size_are_listed():
    with pytest.raises(ShapeError) as caught:
        bind(system_of(CROSS, DOT), {"Q": [[1, 2]], "K": [[1]], "V": [[1]]})
    assert "Q is (n, d_k), found (1, 2), K is (m, d_k), found (1, 1)." in str(caught.value)


def test_concrete_and_compound_sizes_are_held_to():
    system = system_of({"A": "n 2*d", "B": "3 d"}, "C = rowsum(A) @ rowsum(B).T")
    with pytest.raises(ShapeError, match="this size is 3, found 2"):
        bind(system, {"A": [[1, 2]], "B": [[1], [1]]})
    with pytest.raises(ShapeError, match=r"2\*d is 2, found 3"):
        bind(system, {"A": [[1, 2, 3]], "B": [[1]] * 3})
    with pytest.raises(ShapeError, match="no whole d"):
        bind(system_of({"A": "n 2*d"}, "C = A / d"), {"A": [[1, 2, 3]]})
    with pytest.raises(ShapeError, match="does not determine"):
        bind(system_of({"A": "n d*h"}, "C = A / d"), {"A": [[1, 2, 3]]})


@pytest.mark.parametrize(
    "values, parts",
    [
        ({"Q": [[1]], "K": [[1]]}, ["no value for V", "asks for Q, K, V", "found Q, K"]),
        ({"Q": [[1]], "K": [[1]], "V": [[1]], "W": [[1]]}, ["no input is called W"]),
        ({"Q": [[1]], "K": [[1]], "v": [[1]]}, ["no value for V", "no input is called v", "Did you mean V?"]),
        ({}, ["found none"]),
    ],
)
def test_missing_and_extra_inputs_are_listed(values, parts):
    with pytest.raises(InputError) as caught:
        bind(system_of(CROSS, DOT), values)
    assert all(part in str(caught.value) for part in parts)


def test_bad_entries_name_the_input_and_the_place():
    with pytest.raises(InputError) as caught:
        bind(system_of(CROSS, DOT), {"Q": [[1, "two"]], "K": [[1, 1]], "V": [[1]]})
    assert "in row 1, column 2" in str(caught.value) and "in the input Q" in str(caught.value)


def test_a_scalar_is_bound_to_a_number():
    system = system_of({"A": "n m", "t": "scalar"}, "s = exp(t) + 1\nB = A * s")
    bound = bind(system, {"A": [[2, "0.5"]], "t": "0"})
    assert bound["s"] == 2 and bound.decimal("s", 3) == Decimal("2.00")
    assert isinstance(bound.exact("s"), Element) and isinstance(bound.exact("B"), ExactMatrix)
    assert bound["B"] == Matrix([[4, 1]])
    with pytest.raises(InputError):
        bind(system, {"A": [[1]], "t": [[1]]})


def test_unknown_names_are_refused_with_a_suggestion():
    bound = bind(system_of(CROSS, DOT), article.ATTENTION)
    with pytest.raises(UnknownNameError, match="It has: Q, K, V, S, P, O"):
        bound["R"]


def test_values_are_computed_once():
    bound = bind(system_of(CROSS, DOT), article.ATTENTION)
    assert bound.exact("O") is bound.exact("O")


ALONE = """
    import sys
    sys.modules["flint"] = None
    sys.path[:0] = [{cases!r}]
    from sympy.external.gmpy import GROUND_TYPES
    assert GROUND_TYPES in ("python", "gmpy"), GROUND_TYPES
    from exact_cases import *
    from symattn import article
    from symattn.worked import bind
    for inputs, equations, values in (
        (SELF, SELF_SCALED, article.SELF_ATTENTION),
        (CROSS, COSINE, article.ATTENTION),
        (ADDITIVE_INPUTS, ADDITIVE, {{**article.ATTENTION, **article.ADDITIVE_NETWORK}}),
        (SQUARE, {square!r}, {{"A": [[1, 2], [0, "1/3"]]}}),
    ):
        bound = bind(system_of(inputs, equations), values)
        for name in bound.names:
            print(name, bound[name], bound.decimal(name, 25))
"""


def test_values_are_the_same_without_python_flint():
    cases = str(__import__("pathlib").Path(__file__).parent / "exact")
    square = "P = softmax(A * sqrt(2))\nO = P @ exp(A) * sqrt(3)\nN = O / rownorm(O)\nR = O / (O + sqrt(5))"
    source = textwrap.dedent(ALONE).format(cases=cases, square=square)
    without = run(source)
    assert without == run(source.replace('sys.modules["flint"] = None', "").replace("assert GROUND", "str or GROUND"))
    assert len(without.splitlines()) > 20


def run(source):
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_torch_tensor_is_read_as_its_numbers_are_printed():
    torch = pytest.importorskip("torch")
    system = system_of({"A": "n m"}, "B = 2 * A")
    bound = bind(system, {"A": torch.tensor([[0.1, 2.0]], requires_grad=True)})
    assert bound["B"] == Matrix([[sympy.Rational(1, 5), 4]])


def test_a_masked_array_is_refused_rather_than_its_mask_forgotten():
    numpy = pytest.importorskip("numpy")
    masked = numpy.ma.masked_array([[1.0, 2.0]], mask=[[True, False]])
    with pytest.raises(InputError, match="masked array"):
        bind(system_of({"A": "n m"}, "B = 2 * A"), {"A": masked})
