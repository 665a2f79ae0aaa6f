"""Comparing mechanisms: exact winners, entropies, and reasons whose numbers are recomputed."""

import json
import math
import random
import re
from fractions import Fraction

import mpmath
import pytest
from sympy import sympify

from symattn import compare, mechanism, named
from symattn.comparing.fits import fit
from symattn.errors import InputError, ShapeError, UnknownNameError
from symattn.exact import Element, ExactMatrix, functions
from symattn.exact.measures import entropy, winners

INPUTS = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}
FOUR = ("dot", "cosine", "additive", "rbf")


def own(name, scores, **more):
    return mechanism(name, inputs={**INPUTS, **more}, equations=f"S = {scores}\nP = softmax(S)\nO = P @ V")


def sentences(comparison, i=0):
    """The reasons of one query, of every mechanism."""
    return [reason for label in comparison.labels for reason in comparison.reasons(label, i)]


def integers(seed, rows, columns):
    drawn = random.Random(seed)
    return [[drawn.choice([-4, -3, -2, -1, 1, 2, 3, 4]) for _ in range(columns)] for _ in range(rows)]


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


# Winners.


def test_each_similarity_has_its_own_winners_on_the_worked_example():
    assert compare(*FOUR).winners == {
        "dot": ((1, 2), (1,), (1,)),
        "cosine": ((0,), (2,), (0,)),
        "additive": ((2,), (2,), (2,)),
        "rbf": ((0,), (2,), (0, 2)),
    }


def test_weights_are_those_of_a_plain_loop():
    comparison = compare("dot", "rbf", Q=[[1, 2]], K=[[0, 1], [3, 1], [-1, 2]], V=[[1], [2], [3]], sigma=2)
    for label, score in (
        ("dot", lambda q, k: dot(q, k)),
        ("rbf", lambda q, k: -sum((x - y) ** 2 for x, y in zip(q, k, strict=True)) / 8),
    ):
        powers = [math.exp(score((1, 2), k)) for k in ((0, 1), (3, 1), (-1, 2))]
        found = [float(x) for x in comparison.weights(label).decimal(17)[0]]
        assert found == pytest.approx([power / sum(powers) for power in powers], rel=1e-14)


def rounded_winners(row, digits):
    """A wrong way: the largest of what is printed."""
    shown = [weight.decimal(digits) for weight in row]
    return tuple(j for j, weight in enumerate(shown) if weight == max(shown))


def test_a_tie_in_ten_digits_that_is_none_has_one_winner():
    numbers = {"Q": [[1, 0]], "K": [[1, 5], ["1.00000000000001", 0]], "V": [[1], [2]]}
    row = compare("dot", "scaled-dot", **numbers).weights("dot").rows[0]
    assert winners(row) == (1,)
    assert rounded_winners(row, 10) == (0, 1), "the digits printed show a tie; whoever decides by them is wrong"


def test_a_tie_between_different_roots_is_found():
    comparison = compare("cosine", "dot", Q=[[1, 1]], K=[[1, 3], [2, 6], [3, 1]], V=[[1], [2], [3]])
    assert comparison.winners["cosine"] == ((0, 1, 2),)
    assert comparison.winners["dot"] == ((1,),)


def test_weights_that_are_all_zero_have_no_winner():
    comparison = compare(
        "masked", "dot", Q=[[1, 0], [0, 1]], K=[[1, 2], [3, 1]], V=[[1], [2]], M=[[0, 0], [1, 1]]
    )  # fmt: skip
    assert comparison.winners["masked"] == ((), (0,))
    assert sentences(comparison, 0) == ["Under masked query 1 may attend to no key at all."]
    assert "none" in comparison.to("text")


# Entropy.


@pytest.mark.parametrize("label", FOUR)
def test_entropy_is_that_of_the_definition(label):
    comparison = compare(*FOUR)
    with mpmath.workdps(60):
        for row, (found,) in zip(comparison.weights(label), comparison.entropy(label), strict=True):
            weights = [mpmath.mpf(str(weight.decimal(55))) for weight in row]
            expected = -sum(weight * mpmath.log(weight) for weight in weights)
            assert mpmath.almosteq(mpmath.mpf(str(found.decimal(40))), expected, rel_eps=mpmath.mpf(10) ** -39)


def test_a_weight_of_zero_adds_nothing():
    thirds = [Element.of("1/3"), Element.of(0), Element.of("1/3"), Element.of("1/3")]
    assert entropy(thirds) == functions.log(Element.of(3))
    assert entropy([Element.of(0), Element.of(1)]) == 0


def test_equal_weights_have_the_number_of_keys_for_their_perplexity():
    comparison = compare("dot", "cosine", Q=[[1, 0]], K=[[1, 1], [1, 1], [1, 1]], V=[[1], [2], [3]])
    assert comparison.perplexity("dot") == ExactMatrix.of([[3]])


def test_all_that_are_least_even_are_named():
    numbers = {"Q": [[1, 2], [3, 1]], "K": [[1, 0], [2, 2]], "V": [[1], [2]]}
    told = compare("scaled-dot", "causal", "entmax15", "sparsemax", **numbers).to("text")
    least = "The weights of scaled-dot are the most even, those of causal, entmax15 and sparsemax the least."
    assert least in " ".join(told.split())


def test_rows_that_are_no_distribution_have_no_entropy():
    comparison = compare("dot", "sigmoid")
    with pytest.raises(InputError, match="no distributions"):
        comparison.entropy("sigmoid")
    assert "The weights of sigmoid add up to" in comparison.to("text")


# Reasons: length, angle and distance.

ANGLE = re.compile(
    r"Key (\d) (wins|keeps up with key \d) under dot because it is (long|short): \|k_(\d)\| = (\S+) against "
    r"\|k_(\d)\| = (\S+?)(, and both products are negative)?; its cosine with q_(\d) is "
    r"(?:smaller: (\S+) against (\S+)|the same, (\S+))\."
)
DISTANCE = re.compile(
    r"rbf ranks keys by the product less half of their squared length: (\S+) - (\S+) = (\S+) for key (\d) against "
    r"(\S+) - (\S+) = (\S+) for key (\d)\. (?:Of the two, key (\d) is nearer|Both are equally far)"
)


def value(shown):
    return float(sympify(shown.replace("√", "sqrt ").replace("sqrt ", "sqrt(") + ")" * shown.count("√")))


@pytest.mark.parametrize("seed", range(12))
def test_the_length_told_for_dot_against_cosine_is_recomputed(seed):
    queries, keys = integers(seed, 3, 3), integers(seed + 100, 4, 3)
    comparison = compare("dot", "cosine", Q=queries, K=keys, V=integers(7, 4, 1))
    for i, query in enumerate(queries):
        for sentence in sentences(comparison, i):
            told = ANGLE.fullmatch(sentence)
            assert told, sentence
            a, b = int(told[4]) - 1, int(told[6]) - 1
            lengths = [math.hypot(*keys[j]) for j in (a, b)]
            cosines = [dot(query, keys[j]) / math.hypot(*query) / math.hypot(*keys[j]) for j in (a, b)]
            assert int(told[1]) - 1 == a and int(told[9]) - 1 == i
            assert [value(told[5]), value(told[7])] == pytest.approx(lengths, rel=1e-3)
            assert (lengths[0] > lengths[1]) == (told[3] == "long")
            assert (dot(query, keys[a]) < 0) == (told[8] is not None)
            assert dot(query, keys[a]) >= dot(query, keys[b])
            if told[10]:
                assert [value(told[10]), value(told[11])] == pytest.approx(cosines, rel=1e-3)
                assert cosines[0] < cosines[1]


@pytest.mark.parametrize("seed", range(12))
def test_the_penalty_told_for_dot_against_distance_is_recomputed(seed):
    queries, keys = integers(seed, 3, 2), integers(seed + 50, 4, 2)
    comparison = compare("dot", "rbf", Q=queries, K=keys, V=integers(7, 4, 1), sigma=3)
    for i, query in enumerate(queries):
        for sentence in sentences(comparison, i):
            told = DISTANCE.match(sentence)
            assert told, sentence
            a, b = int(told[4]) - 1, int(told[8]) - 1
            for place, j in ((1, a), (5, b)):
                product, half = dot(query, keys[j]), Fraction(dot(keys[j], keys[j]), 2)
                assert [Fraction(told[place + step]) for step in range(3)] == [product, half, product - half]
            distances = [math.dist(query, keys[j]) for j in (a, b)]
            assert b == int(told[9]) - 1 if told[9] else distances[0] == pytest.approx(distances[1])
            assert distances[0] >= distances[1]


def test_a_wrong_number_in_a_reason_is_noticed():
    """The recomputation above can fail: the same sentence with another length does not pass it."""
    (sentence, *_) = sentences(compare("dot", "cosine"), 0)
    told = ANGLE.fullmatch(sentence.replace("√32", "√31"))
    assert value(told[5]) != pytest.approx(math.hypot(4, 4, 0), rel=1e-3)


def test_the_reason_is_the_same_whichever_mechanism_comes_first():
    forward, back = compare("dot", "cosine"), compare("cosine", "dot")
    assert "Key 2 wins under dot because it is long: |k_2| = √32 against |k_1| = √2" in sentences(forward, 0)[0]
    assert sentences(forward, 1) == sentences(back, 1)


def test_angle_against_distance():
    comparison = compare("cosine", "rbf", Q=[[1, 0]], K=[[9, 0], [1, 1]], V=[[1], [2]], sigma=1)
    (sentence,) = sentences(comparison)
    assert "the cosine with q_1 of key 1 is 1 against 0.7071" in sentence
    assert "key 2 is nearer to q_1: |q_1 - k_2|² = 1 against 64" in sentence


def test_another_penalty_than_half_is_told_by_its_number():
    penalised = own("penalised", "2 * (Q @ K.T - rowsum(K * K).T / 5)")
    comparison = compare("dot", penalised, Q=[[1, 1]], K=[[5, 5], [1, 1]], V=[[1], [2]])
    (sentence,) = sentences(comparison)
    assert "less 1/5 times their squared length: 10 - 10 = 0 for key 1 against 2 - 2/5 = 8/5 for key 2." in sentence


# Reasons from the tables of scores.


def test_saturation_is_told_with_the_scores_without_tanh():
    (sentence,) = sentences(compare("dot", "additive"), 1)
    assert "Without tanh, additive would give key 2 more than key 3: 14 against 12." in sentence
    bent = [sum(math.tanh(q + k) for q, k in zip((2, 2, 2), key, strict=True)) for key in ((4, 4, 0), (2, 3, 1))]
    assert [float(x) for x in re.findall(r"\d\.\d{3}", sentence)] == pytest.approx(bent, abs=6e-4)
    assert bent[0] < bent[1]


def test_a_reversed_order_is_told_with_its_factor():
    comparison = compare("dot", own("contrary", "-3 * (Q @ K.T)"))
    assert sentences(comparison, 0)[0].startswith("The scores of contrary are -3 times those of dot")


def test_equal_scores_are_told():
    comparison = compare("dot", own("indifferent", "0 * (Q @ K.T) + 2"))
    assert sentences(comparison, 1) == ["indifferent gives every allowed key the same score, 2."]


def test_keys_that_are_not_allowed_are_told():
    expected = "Under causal query 1 may not attend to keys 2 and 3, which are the best under dot."
    assert sentences(compare("dot", "causal"), 0) == [expected]


def test_a_key_that_is_not_allowed_is_told_apart_from_one_that_is_overtaken():
    """Of two winners one is not allowed and the other gives way for its length: two reasons, not one for both."""
    masked = mechanism(
        "masked cosine", inputs={**INPUTS, "M": "n m"},
        equations="S = (Q @ K.T) / (rownorm(Q) @ rownorm(K).T)\nP = softmax(S, where=M)\nO = P @ V",
    )  # fmt: skip
    comparison = compare("dot", masked, Q=[[1, 0]], K=[[3, 3], [3, 1], [1, 0]], V=[[1], [2], [3]], M=[[1, 0, 1]])
    first, second = sentences(comparison)
    assert first.startswith("Key 1 wins under dot because it is long: |k_1| = √18 against |k_3| = 1")
    assert second == "Under masked cosine query 1 may not attend to key 2, which is the best under dot."


def test_a_number_for_each_distance_is_told():
    bias = own("biased", "Q @ K.T + matrix(n, m, -9 * abs(i - j))")
    comparison = compare("dot", bias, Q=[[1, 0], [1, 1], [2, 1]], K=[[0, 0], [1, 0], [3, 0]], V=[[1], [2], [3]])
    (sentence,) = sentences(comparison, 0)
    assert "depends on the distance of query and key alone: -18 to the 3 of key 3 and 0 to the 0 of key 1." in sentence


def test_a_number_for_each_key_is_told():
    sink = own("sinking", "Q @ K.T + b", b="1 m")
    comparison = compare("dot", sink, Q=[[1], [2]], K=[[1], [3]], V=[[1], [2]], b=[[7, 0]])
    (sentence,) = sentences(comparison, 0)
    assert "depends on the key alone: 0 to the 3 of key 2 and 7 to the 1 of key 1." in sentence


def test_no_reason_is_made_up():
    twisted = own("twisted", "Q @ W @ K.T", W="d_k d_k")
    comparison = compare("dot", twisted, Q=[[1, 0]], K=[[1, 0], [0, 1]], V=[[1], [2]], W=[[0, 1], [1, 0]])
    (sentence,) = sentences(comparison)
    assert sentence == (
        "No reason found among those that are tested. The scores of dot: 1 for key 1, 0 for key 2. "
        "The scores of twisted: 0 for key 1, 1 for key 2."
    )


def test_a_coincidence_on_the_numbers_given_is_no_fact():
    """On products of -1, 0 and 1 a cube looks like the product itself; other numbers tell them apart."""
    cube = own("cubic", "(Q @ K.T) ** 3")
    comparison = compare("dot", cube, Q=[[1, 0], [1, 0]], K=[[1, 5], [0, 5], [-1, 5]], V=[[1], [2], [3]])
    assert [known.form and known.form.kind for known in comparison.known] == ["product", None]
    assert "times those of" not in comparison.to("text")


# Facts about scores.


def test_facts_say_what_scores_are():
    shown = " ".join(compare(*FOUR, "scaled-dot").to("text").split())
    assert "Here a score is q kᵀ, so that the length of a key counts." in shown
    assert "Here a score is the cosine of the angle between query and key" in shown
    assert "As tanh lies between -1 and 1, every score lies between -3 and 3, whatever the queries and keys." in shown
    assert "Here a score is -1/2 times |q - k|², so that the nearest key counts most." in shown
    assert "They are 1/√3 times those of dot, which keeps the order of the keys and brings the weights closer" in shown


def test_a_bound_holds_for_large_queries_and_keys():
    comparison = compare(
        "additive", "dot", Q=[[50, -70]], K=[[90, 3], [-80, 1]], V=[[1], [2]],
        W_a=[[1, 2], [3, -1], [0, 1]], U_a=[[1, 1], [2, 0], [1, -1]], v_a=[[2], ["-1/2"], [3]],
    )  # fmt: skip
    bound = comparison.known[0].bound
    assert bound == Fraction(11, 2)
    assert all(abs(score) <= bound for score in comparison.members[0].scores.rows[0])
    assert comparison.known[1].bound is None, "a product has no bound"


def test_a_fit_has_no_more_unknowns_than_it_can_test():
    one = ExactMatrix.of([[1, 4]])
    assert fit(ExactMatrix.of([[3, 9]]), one) is None
    assert fit(ExactMatrix.of([[3, 9], [3, 9]]), ExactMatrix.of([[1, 4], [1, 4]])) == (Element.of(2),)


@pytest.mark.parametrize("seed", range(5))
def test_a_fit_finds_what_was_put_in_and_misses_what_was_spoilt(seed):
    one, other = ExactMatrix.of(integers(seed, 3, 4)), ExactMatrix.of(integers(seed + 9, 3, 4))
    made = [[one[i, j] * 3 - other[i, j] * Element.of("2/7") + i for j in range(4)] for i in range(3)]
    assert fit(ExactMatrix(made), one, other) == (Element.of(3), Element.of("-2/7"))
    made[2][3] = made[2][3] + Element.of("1e-30")
    assert fit(ExactMatrix(made), one, other) is None


# Which value is compared.


def test_weights_are_found_by_what_makes_them_not_by_their_name():
    renamed = mechanism("renamed", inputs=INPUTS, equations="E = Q @ K.T\nA = softmax(E)\nP = A @ V\nO = 2 * P")
    assert compare("dot", renamed).weights("renamed") == compare("dot", renamed).weights("dot")


def test_weights_need_no_name_of_their_own():
    inside = mechanism("inside", inputs=INPUTS, equations="O = softmax(Q @ K.T) @ V")
    comparison = compare("dot", inside)
    assert comparison.weights("inside") == comparison.weights("dot")
    assert "All agree on keys 2 and 3." in comparison.to("text")


def test_another_value_is_compared_without_winners():
    comparison = compare("dot", "cosine", value="S")
    assert not comparison.has_winners and "wins" not in comparison.to("text")
    assert comparison.weights("dot") == ExactMatrix.of([[2, 4, 4], [4, 16, 12], [4, 12, 10]])


def test_many_keys_take_several_tables():
    shown = compare("dot", "cosine", Q=[[1, 2]], K=integers(3, 8, 2), V=integers(4, 8, 1)).to("text")
    header = [line.split() for line in shown.splitlines() if line.startswith("weights ") and "key" in line]
    assert [line[1::2][0] for line in header] == ["key", "key"] and header[1][-1] == "wins"


# Errors.


@pytest.mark.parametrize(
    ("names", "options", "kind", "words"),
    [
        ((), {}, InputError, "at least two mechanisms, found 0"),
        (("dot",), {}, InputError, "at least two mechanisms, found 1"),
        (("dot", "cosin"), {}, UnknownNameError, "Did you mean cosine"),
        (("dot", "dot"), {}, InputError, "named twice"),
        (("dot", 3), {}, InputError, "found int"),
        (("dot", "cosine"), {"Q": [[1]]}, InputError, "no value for K, V"),
        (("dot", "cosine"), {"q": [[1]]}, InputError, "Did you mean Q"),
        (("dot", "multi-head"), {}, InputError, "one matrix a head"),
        (("dot", "linear"), {}, InputError, "no attention weights"),
        (("dot", "cosine"), {"value": "Z"}, UnknownNameError, "has no 'Z'"),
        (("dot", "rbf"), {"value": "sigma"}, UnknownNameError, "has no 'sigma'"),
        (("dot", "additive"), {"value": "K", "Q": [[1]], "K": [[1]], "V": [[1]], "W_a": [[1]], "U_a": [[1, 1]],
                               "v_a": [[1]]}, ShapeError, "does not conform"),
    ],
)  # fmt: skip
def test_bad_input_is_one_error_that_says_what_would_do(names, options, kind, words):
    with pytest.raises(kind, match=words):
        compare(*names, **options)


def test_weights_of_different_shapes_are_refused():
    longer = named("dot").bind(Q=[[1]], K=[[1], [2]], V=[[1], [2]])
    with pytest.raises(ShapeError, match=r"P of dot is \(3, 3\), P of dot-product attention is \(1, 2\)"):
        compare("dot", longer)


# For a machine.


def test_json_is_the_same_in_every_run_and_has_every_table():
    first, second = compare(*FOUR).to("json"), compare(*FOUR).to("json")
    assert first == second
    stages = {stage["name"]: stage for stage in json.loads(first)["stages"]}
    parts = ("P", "scores", "winners", "entropy", "O")
    assert list(stages) == [f"{label}: {part}" for label in FOUR for part in parts]
    assert stages["rbf: winners"]["exact"] == [["1", "0", "0"], ["0", "0", "1"], ["1", "0", "1"]]
    assert stages["dot: entropy"]["decimal"][0] == ["0.8853815523"]


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "json"])
def test_every_format_tells_the_reasons(form):
    assert "because it is long" in compare("dot", "cosine").to(form)
