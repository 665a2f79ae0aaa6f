"""The worked example: the article's numbers, exact, in every mechanism that takes them, and its eight steps."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from sympy import Matrix, Rational, cancel, exp, sqrt

from symattn import article, article_words
from symattn.article_steps import eight_steps
from symattn.defining import mechanism
from symattn.errors import ExactnessError, InputError, ShapeError, UnknownNameError
from symattn.exact.operations import plus
from symattn.examples import choose_scaled, has_numbers, numbers_for, scaled_pairs, weighted_values, worked_example
from symattn.mechanisms import named, names

CHINESE = re.compile("[\u4e00-\u9fff]")

U = {False: exp(2), True: exp(2 / sqrt(3))}


def weights(u):
    """Softmax of [[2, 4, 4], [4, 16, 12], [4, 12, 10]] with ``u = e**2``, written out by hand."""
    first, second, third = 1 + 2 * u, 1 + u**4 + u**6, 1 + u**3 + u**4
    return Matrix(
        [
            [1 / first, u / first, u / first],
            [1 / second, u**6 / second, u**4 / second],
            [1 / third, u**4 / third, u**3 / third],
        ]
    )


@pytest.mark.parametrize("scaled", [False, True])
def test_weights_and_output_are_the_functions_of_u_that_one_finds_by_hand(scaled):
    example, u = worked_example(scaled=scaled), U[scaled]
    assert (example["P"] - weights(u)).applyfunc(cancel) == Matrix.zeros(3, 3)
    output = weights(u) * Matrix(article.VALUES)
    assert (example["O"] - output).applyfunc(cancel) == Matrix.zeros(3, 3)


def test_the_integer_stages():
    example = worked_example()
    assert example["Q"] == Matrix(article.QUERIES)
    assert example["K"] == Matrix(article.KEYS)
    assert example["V"] == Matrix(article.VALUES)
    assert example["S"] == Matrix([[2, 4, 4], [4, 16, 12], [4, 12, 10]])


def test_decimals_are_rounded_correctly_to_any_number_of_digits():
    example = worked_example()
    assert example.decimal("O", 20)[0][0] == Decimal("1.9366210616669623818")
    assert example.decimal("P", 20)[1][0] == Decimal("6.0336648545583371964e-6")
    long = example.decimal("O", 200)[2][1]
    assert len(long.as_tuple().digits) == 200
    assert example.decimal("O", 3)[2][1] == round(long, 2)


def test_the_weighted_values_add_up_to_the_output():
    example = worked_example()
    first, second, third = weighted_values(example)
    assert plus(plus(first, second), third) == example.exact("O")
    assert first[0, 1] == example.exact("P")[0, 0] * 2


DOES_NOT_FIT = {
    "rope": "has no whole p",
    "rope-half-split": "has no whole p",
    "entmax": "alpha = 4/3; exact numbers",
    "multi-query": "does not conform",
}
"""Mechanisms whose inputs bear the example's names, and why its numbers do not go into them."""


@pytest.mark.parametrize("name", names())
def test_every_mechanism_of_the_library_takes_the_examples_numbers_or_says_what_is_missing(name):
    if not has_numbers(named(name)):
        with pytest.raises(InputError, match=r"none for .*; give them"):
            worked_example(name)
    elif name in DOES_NOT_FIT:
        with pytest.raises((ShapeError, ExactnessError), match=DOES_NOT_FIT[name]):
            worked_example(name).exact(named(name).output)
    else:
        example = worked_example(name)
        rows = example.decimal(example.symbolic.output, 10)
        assert len(rows) in (3, 4) and all(len(row) in (3, 4) for row in rows)


def test_a_family_does_not_take_the_matrix_of_its_name():
    heads = mechanism(
        "heads", inputs={"X": "n d", "v_a": "H d d_k"}, equations="Q[h] = X @ v_a[h]\nC = concat(h, Q[h])"
    )
    assert not has_numbers(heads)
    with pytest.raises(InputError, match="none for v_a as a family; give them"):
        numbers_for(heads)


def test_several_heads_have_one_column_of_every_projection_each():
    whole, heads = worked_example("scaled-self-attention"), worked_example("multi-head")
    assert [tuple(member[:, 0]) for member in heads["Q"]] == [tuple(whole["Q"][:, h]) for h in range(3)]
    assert heads["A"][:, 3] == heads["A"][:, 3] * 0
    assert heads["O"][0] != whole["O"][:, 0]


MASKED = {
    # where= and scores, with the last row of weights and of output to 20 digits
    ("causal", "Q @ K.T / sqrt(d_k)"): (
        ("0.0074448923770739653755", "0.75470758064146427248", "0.23784752698146176214"),
        ("1.9925551076229260346", "7.4796355917746326835", "0.73587725807560718255"),
    ),
    ("causal", "Q @ K.T"): (
        ("0.00029538722303456455904", "0.88053690177496159855", "0.11916771100200383689"),
        ("1.9997046127769654354", "7.7598922546577849389", "0.35838929467511520436"),
    ),
    ("window(1, 0)", "Q @ K.T"): (
        ("0", "0.88079707797788244406", "0.11920292202211755594"),
        ("2.0000000000000000000", "7.7615941559557648881", "0.35760876606635266782"),
    ),
    ("padding", "Q @ K.T"): (
        ("0.00033535013046647810388", "0.99966464986953352190", "0"),
        ("1.9996646498695335219", "7.9979878992172011314", "0.0010060503913994343116"),
    ),
    ("M", "Q @ K.T"): (
        ("0.00033535013046647810388", "0.99966464986953352190", "0"),
        ("1.9996646498695335219", "7.9979878992172011314", "0.0010060503913994343116"),
    ),
}


@pytest.mark.parametrize(("where", "scores"), MASKED)
def test_weights_over_the_allowed_keys_and_their_output(where, scores):
    shapes = {"Q": "n d_k", "K": "m d_k", "V": "m d_v", "padding": "1 m", "M": "n m"}
    inputs = {name: shape for name, shape in shapes.items() if name in "QKV" or name == where}
    masked = mechanism("masked", inputs, f"S = {scores}\nP = softmax(S, where={where})\nO = P @ V")
    example = masked.bind(numbers_for(masked))
    weights, output = MASKED[where, scores]
    assert example.decimal("P", 20)[2] == tuple(map(Decimal, weights))
    assert example.decimal("O", 20)[2] == tuple(map(Decimal, output))


CAUSAL = [
    [1, 0, 0],
    [1 / (1 + exp(4 * sqrt(3))), 1 / (exp(-4 * sqrt(3)) + 1), 0],
    [
        1 / (1 + exp(2 * sqrt(3)) + exp(8 * sqrt(3) / 3)),
        1 / (exp(-8 * sqrt(3) / 3) + exp(-2 * sqrt(3) / 3) + 1),
        1 / (exp(-2 * sqrt(3)) + 1 + exp(2 * sqrt(3) / 3)),
    ],
]


@pytest.mark.parametrize("name", ["causal", "causal-lower-right"])
def test_causal_weights_are_the_closed_forms_with_exact_zeros(name):
    difference = worked_example(name)["P"] - Matrix(CAUSAL)
    assert all(value.rewrite(exp).simplify() == 0 for value in difference)
    assert worked_example(name)["P"][0, 1] == 0


@pytest.mark.parametrize("name", ["padded", "masked"])
def test_the_third_token_is_masked_for_every_query(name):
    weights = worked_example(name)["P"]
    assert list(weights[:, 2]) == [0, 0, 0]
    assert all((sum(weights[row, :]) - 1).simplify() == 0 for row in range(3))


def test_a_window_of_two_keys_counts_the_query_itself():
    weights = worked_example("sliding-window")["P"]
    assert weights[2, 0] == 0 != weights[2, 1] and weights[1, 0] != 0 and weights[1, 2] == 0


def test_scaled_and_unscaled_forms_are_found_by_their_names():
    assert scaled_pairs() == {"dot": "scaled-dot", "self-attention": "scaled-self-attention"}
    assert choose_scaled("scaled_dot", False) == "dot"
    with pytest.raises(InputError, match="no scaled and unscaled form"):
        choose_scaled("cosine", True)
    with pytest.raises(InputError, match="no scaled"):
        worked_example("additive", scaled=True)
    with pytest.raises(UnknownNameError, match="Did you mean cosine"):
        worked_example("cosin")


def test_numbers_are_refused_for_an_input_that_the_article_does_not_have():
    strange = mechanism("strange", inputs={"Z": "n d"}, equations="O = softmax(Z)")
    assert not has_numbers(strange)
    with pytest.raises(InputError, match="none for Z"):
        numbers_for(strange)


def test_one_changed_equation_changes_everything_after_it():
    halved = mechanism(
        "self-attention with halved scores",
        inputs={"X": "n d", "W_K": "d d_k", "W_Q": "d d_k", "W_V": "d d_v"},
        equations="""
            K = X @ W_K
            Q = X @ W_Q
            V = X @ W_V
            S = Q @ K.T / 2
            P = softmax(S)
            O = P @ V
        """,
    )
    example = halved.bind(numbers_for(halved))
    assert (example["P"] - weights(exp(1))).applyfunc(cancel) == Matrix.zeros(3, 3)
    assert "1/(1 + 2e)" in eight_steps(example).to("text")


def test_the_eight_steps_are_there_one_by_one():
    page = eight_steps(worked_example()).to("text", digits=12)
    places = [page.index(f"{step}. ") for step in range(1, 9)]
    assert places == sorted(places)
    assert "(2 + 14e²)/(1 + 2e²)" in page
    assert "0.0633789383330" in page


def test_the_rounded_table_stands_beside_the_exact_weights_with_its_errors():
    page = eight_steps(worked_example()).to("text", digits=12)
    table = page[page.index("rounded weights") :]
    assert "-0.0633789383330" in table  # the largest error in P
    assert "0.316894691665" in table  # the largest error in O
    assert "39/5" in table  # the output that the rounded weights give, exactly
    assert Rational(39, 5) == Fraction(9, 10) * 8 + Fraction(1, 10) * 6


def test_the_rounded_table_belongs_to_the_articles_own_scores():
    assert "rounded weights" not in eight_steps(worked_example(scaled=True)).to("text")


def test_examples_told_together_share_their_inputs_and_weights():
    doubled = named("self-attention").bind(numbers_for(named("self-attention")) | {"X": [[2, 0, 2, 0]]})
    with pytest.raises(InputError, match="have one X and one set of weights"):
        eight_steps(worked_example(), doubled)


def test_a_mechanism_without_the_steps_says_what_it_lacks():
    with pytest.raises(InputError, match="dot-product attention is not told in the eight steps: it has the values"):
        eight_steps(worked_example("dot"))


def test_no_example_and_no_name_are_errors_of_ours():
    with pytest.raises(InputError, match="eight steps need the numbers"):
        eight_steps()
    with pytest.raises(UnknownNameError, match="no mechanism '3'"):
        worked_example(3)


PROJECTED = """
    K = X @ W_K
    Q = X @ W_Q
    V = X @ W_V
"""


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("S = Q @ K.T\nP = softmax(S)\nO = P @ V + X @ W_V", "its O is not P @ V"),
        ("S = Q @ K.T\nP = S / rowsum(S)\nO = P @ V", r"its P is not softmax\(S\)"),
        ("S = (Q - colmean(Q)) @ K.T\nP = softmax(S)\nO = P @ V", "more than the query of that input"),
    ],
)
def test_other_steps_are_not_passed_off_as_the_eight(rest, reason):
    other = mechanism(
        "another",
        inputs={"X": "n d", "W_K": "d d_k", "W_Q": "d d_k", "W_V": "d d_v"},
        equations=PROJECTED.replace("    ", "") + rest,
    )
    with pytest.raises(InputError, match=reason):
        eight_steps(other.bind(numbers_for(other)))


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "json"])
def test_both_scalings_share_one_document(form):
    both = eight_steps(worked_example(), worked_example(scaled=True))
    assert len(both.to(form)) > 5000
    assert len({stage.name for stage in both.stages}) == len(both.stages) == 20


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "json"])
def test_the_eight_steps_are_told_in_chinese_with_the_same_numbers(form):
    examples = (worked_example(), worked_example(scaled=True))
    english, chinese = (eight_steps(*examples, language=language).to(form) for language in ("en", "zh"))
    assert CHINESE.search(chinese) and not CHINESE.search(english)
    for sentence in article_words.ENGLISH.values():
        longest = max(re.split(r"\{\w+\}|\d", sentence), key=len)
        assert longest not in chinese, longest
    numbers = re.compile(r"\d\.\d{6,}")
    assert numbers.findall(english) == numbers.findall(chinese)


def test_the_eight_steps_refuse_a_language_that_there_is_not():
    with pytest.raises(InputError, match=r"no language 'fr'\. There are: en, zh"):
        eight_steps(worked_example(), language="fr")
