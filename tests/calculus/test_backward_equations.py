"""Backward passes as equations: what a paper prints, in its order, under names that nothing else bears."""

import dataclasses

import pytest
from sympy import ZeroMatrix

from symattn import article, mechanism
from symattn.errors import InputError, UnknownNameError
from symattn.mechanisms import named

ATTENTION = """
    dV = P.T @ dO
    dP = dO @ V.T
    D = rowsum(dO * O)
    dS = P * (dP - D)
    dQ = dS @ K / sqrt(d_k)
    dK = dS.T @ Q / sqrt(d_k)
"""

INPUTS = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}


def lines(passed, behind=None):
    """The equations as text, those behind a name where one is given."""
    found = [f"{equation.left_side} = {equation.expression}" for equation in passed]
    names = [equation.name for equation in passed]
    return found if behind is None else found[names.index(behind) + 1 :]


def stripped(text):
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("name", ["scaled-dot", "causal", "sliding-window", "masked", "padded"])
def test_attention_has_the_backward_pass_of_the_papers(name):
    assert lines(named(name).backward(), "O") == stripped(ATTENTION)


def test_attention_in_one_line_has_the_same_backward_pass():
    nested = mechanism("nested", INPUTS, "O = softmax(Q @ K.T / sqrt(d_k)) @ V")
    assert lines(nested.backward(), "O") == stripped(ATTENTION)
    assert lines(nested.backward())[:3] == ["S = Q @ K.T / sqrt(d_k)", "P = softmax(S)", "O = P @ V"]


def test_every_head_has_the_backward_pass_of_one():
    found = lines(named("multi-head-causal").backward())
    assert found[-8:] == [
        "D[h] = rowsum(dO[h] * O[h])",
        "dS[h] = P[h] * (dP[h] - D[h])",
        "dQ[h] = dS[h] @ K[h] / sqrt(d_k)",
        "dK[h] = dS[h].T @ Q[h] / sqrt(d_k)",
        "dW_V[h] = X.T @ dV[h]",
        "dW_K[h] = X.T @ dK[h]",
        "dW_Q[h] = X.T @ dQ[h]",
        "dX = sum(h, dQ[h] @ W_Q[h].T + dK[h] @ W_K[h].T + dV[h] @ W_V[h].T)",
    ]


def test_keys_shared_by_a_group_gather_from_all_its_queries():
    found = lines(named("grouped-query").backward())
    assert "dK[g] = sum(r, dS[g, r].T @ Q[g, r]) / sqrt(d_k)" in found
    assert "dV[g] = sum(r, P[g, r].T @ dO[g, r])" in found


def test_a_rotation_is_turned_back():
    found = lines(named("rope").backward())
    assert "dQ = matrix(n, 2 * p, dZ[i, j + 1] if j % 2 == 0 else -dZ[i, j - 1]) + dQ_R * c_Q" in found


def test_blocks_that_cover_a_matrix_stand_side_by_side():
    assert "dW_a = hstack(dE.T @ H_t, dF.T @ H_s)" in lines(named("luong-concat").backward())


def test_a_softmax_written_as_a_quotient_has_the_row_sum_too():
    found = lines(named("taylor2").backward())
    assert "D = rowsum(dO * O)" in found


def test_the_row_sum_is_of_the_transposed_product_where_the_weights_stand_behind():
    assert "D_1 = colsum(dO * O).T" in lines(named("danet-position").backward())


def test_the_row_sum_stays_where_more_than_one_product_reaches_the_weights():
    both = mechanism("both", {**INPUTS, "U": "m d_v"}, "P = softmax(Q @ K.T)\nO = P @ V + P @ U")
    found = lines(both.backward())
    assert "dS = P * (dP - rowsum(P * dP))" in found


def test_the_results_are_the_cotangents_of_what_is_asked_for():
    passed = named("scaled-dot").backward(wrt=("K", "P"))
    assert passed.results == ("dK", "dP") and passed.output == "dP"
    assert dict(passed.cotangents) == {"O": "dO", "P": "dP", "S": "dS", "K": "dK"}
    assert "dV" not in passed.by_name and "dQ" not in passed.by_name


def test_the_upstream_cotangent_has_the_shape_of_the_output():
    for name in ("scaled-dot", "alibi", "grouped-query", "cbam"):
        forward = named(name)
        passed = forward.backward()
        own = dict(passed.cotangents)[forward.output]
        assert passed.shape(own) == forward.shape(forward.output) and own in passed.inputs


def test_a_cotangent_has_the_shape_of_its_value():
    for name in ("mlp-score", "shaw", "swin-v2", "iaff"):
        passed = named(name).backward()
        forward = {**named(name).by_name, **passed.by_name}
        for value, cotangent in passed.cotangents:
            shape = forward[value].shape if value in forward else passed.shape(value)
            assert passed.shape(cotangent) == shape


def test_equations_that_no_cotangent_rests_on_are_dropped():
    passed = named("scaled-dot").backward(wrt="V")
    assert [equation.name for equation in passed] == ["S", "P", "dV"]


def test_an_output_in_the_middle_is_differentiated_alone():
    passed = named("scaled-dot").backward(output="P", wrt="Q")
    assert lines(passed)[-2:] == ["dS = P * (dP - rowsum(P * dP))", "dQ = dS @ K / sqrt(d_k)"]
    assert "dP" in passed.inputs and "V" in passed.inputs


def test_what_the_output_does_not_move_with_has_a_cotangent_of_zeros():
    passed = named("hardmax").backward()
    assert isinstance(passed["dQ"], ZeroMatrix)
    local = named("local-m").backward()
    assert local["dD"] == 0 and local.shape("dD") == ()


def test_names_that_are_taken_are_not_given_again():
    taken = mechanism(
        "taken", {"A": "n n", "dA": "n n", "D": "n n"}, "P = softmax(A)\nB = P @ D + dA\nC = softmax(A) @ B"
    )
    passed = taken.backward()
    names = [*passed.inputs, *passed.by_name]
    assert len(set(names)) == len(names)
    assert dict(passed.cotangents)["A"] == "dA_1"
    assert dict(passed.cotangents)["dA"] == "ddA"


def test_a_cotangent_is_no_word_of_python():
    passed = mechanism("words", {"ef": "n m"}, "O = exp(ef)").backward()
    assert passed.results == ("def_1",)


def test_a_backward_pass_keeps_its_results_at_other_sizes():
    passed = named("scaled-dot").backward()
    made = passed.at(n=2, d_k=4)
    assert made.results == passed.results and made.cotangents == passed.cotangents
    assert hash(dataclasses.replace(passed)) == hash(passed) and dataclasses.replace(passed, results=()) != passed


def test_a_backward_pass_computes_all_its_results():
    found = named("dot").backward().lambdify("numpy")([[1.0]], [[2.0], [0.0]], [[1.0], [3.0]], [[1.0]])
    assert list(found) == ["dQ", "dK", "dV"]


def test_wrong_names_are_refused():
    with pytest.raises(UnknownNameError, match="Did you mean"):
        named("scaled-dot").backward(wrt="q")
    with pytest.raises(UnknownNameError, match="no 'R'"):
        named("scaled-dot").backward(output="R")
    with pytest.raises(InputError, match="the cotangent of O is given"):
        named("scaled-dot").backward(wrt="O")
    with pytest.raises(InputError, match="no value"):
        named("scaled-dot").backward(wrt=())


ONES = [[1, 1, 1]] * 3

WORKED = {
    "dS": [[-0.26712921828966584836, -0.10059065627190767127, 0.36771987456157351963]],
    "dQ": [[0.33307712403551635417, 0.43366778030742402544, 0.10059065627190767127]],
    "dK": [[-0.26961050535531846722, -0.0012648865687322214672, -0.53795612414190471296]],
    "dV": [[0.063680359220926741085, 0.063680359220926741085, 0.063680359220926741085]],
    "dW_Q": [[0.12772758575627834304, 0.33220941166472541727, 0.20448182590844707423]],
    "dW_K": [[0.34365058083872529942, 0.13916875493027822519, 0.54813240674717237364]],
    "dW_V": [[0.66914470249574041193, 0.66914470249574041193, 0.66914470249574041193]],
    "dX": [[0.023072374607372794650, 0.25324280977424588874, 0.35404720658688241415, 0.39074376309713449020]],
}
"""First rows for the worked example's self-attention, upstream all ones: from SymPy's explicit entries and torch."""


def test_the_worked_example_has_the_gradients_of_the_catalogue():
    bound = named("self-attention").backward().bind(article.SELF_ATTENTION, dO=ONES)
    for name, rows in WORKED.items():
        found = bound.decimal(name, digits=18)
        assert [float(entry) for entry in found[0]] == pytest.approx(rows[0], abs=1e-15), name


def test_the_worked_example_is_exact():
    bound = named("self-attention").backward().bind(article.SELF_ATTENTION, dO=ONES)
    assert str(bound.exact("dS")[0, 0]) == "-9*exp(2)/(1 + 4*exp(2) + 4*exp(4))"
