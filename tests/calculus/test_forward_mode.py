"""Forward mode and Hessian times direction: the equations of the papers, and the numbers of torch's double backward."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from autograd import largest_error, numbers_for, second_order, sizes_for
from sympy import ZeroMatrix

from symattn import mechanism
from symattn.calculus import TANGENT, tangent_of
from symattn.calculus.cotangents import COTANGENT
from symattn.errors import MissingRowError, UnknownNameError
from symattn.mechanisms import named, names
from symattn.nodes import Negation, symbol_for
from symattn.shapes import size

TOLERANCE = 1e-11


def lines(passed, behind=None):
    found = [f"{equation.left_side} = {equation.expression}" for equation in passed]
    order = [equation.name for equation in passed]
    return found if behind is None else found[order.index(behind) + 1 :]


def test_attention_has_the_tangents_of_the_papers():
    assert lines(named("scaled-dot").jvp(), "P") == [
        "S_dot = (Q_dot @ K.T + Q @ K_dot.T) / sqrt(d_k)",
        "P_dot = P * (S_dot - rowsum(P * S_dot))",
        "O_dot = P_dot @ V + P @ V_dot",
    ]


def test_only_what_moves_has_a_tangent():
    assert lines(named("scaled-dot").jvp(wrt="V"), "P") == ["O_dot = P @ V_dot"]


def test_a_second_derivative_is_the_product_rule_over_the_backward_pass():
    found = lines(named("scaled-dot").hvp(wrt="Q"))
    assert "dS_dot = P_dot * (dP - D) - P * D_dot" in found
    assert "dQ_dot = dS_dot @ K / sqrt(d_k)" in found


def test_the_names_of_tangents_are_told():
    passed = named("scaled-dot").jvp(wrt=("Q", "V"))
    assert dict(passed.tangents)["Q"] == "Q_dot" and dict(passed.tangents)["O"] == "O_dot"
    assert passed.results == ("O_dot",) and "K_dot" not in passed.inputs


def test_an_output_that_does_not_move_has_a_tangent_of_zeros():
    assert named("hardmax").jvp(output="P", wrt="Q")["P_dot"] == ZeroMatrix(size("n"), size("m"))


def test_names_that_are_taken_are_not_given_again():
    passed = mechanism("taken", {"Q": "n m", "Q_dot": "n m"}, "O = Q * Q_dot").jvp()
    assert lines(passed) == ["O_dot = Q_dot_1 * Q_dot + Q * Q_dot_dot"]


def test_wrong_names_are_refused():
    with pytest.raises(UnknownNameError):
        named("dot").jvp(wrt="X")
    with pytest.raises(UnknownNameError):
        named("dot").hvp(output="X")


def errors(name, target, jvp=None, hvp=None):
    """The errors of forward mode and of the Hessian times a direction, against double backward."""
    forward = named(name)
    wrt = [key for key in forward.inputs if key not in forward.allowed_inputs]
    values = numbers_for(forward, sizes_for(forward), 0, forward.output)
    generator = np.random.default_rng(11)
    directions = {key: generator.normal(size=values[key].shape) for key in wrt}
    upward, curvature = second_order(forward, values, forward.output, directions)
    upstream = values.pop("upstream")
    jvp, hvp = jvp or forward.jvp(), hvp or forward.hvp()

    def computed(passed, more):
        tangents = dict(passed.tangents)
        given = {**values, **more, **{tangents[key]: directions[key] for key in wrt}}
        if target == "torch":
            given = {key: torch.tensor(value) for key, value in given.items()}
        return {key: np.asarray(value) for key, value in passed.lambdify(target)(**given).items()}

    along = {"out": computed(jvp, {})[jvp.output]}
    cotangents, tangents = dict(hvp.cotangents), dict(hvp.tangents)
    own = next(key for key in hvp.inputs if key not in forward.inputs and key not in tangents.values())
    found = computed(hvp, {own: upstream})
    order = {key: tangents[cotangents[key]] for key in wrt}
    return (
        largest_error(along, {"out": upward}),
        largest_error({key: found[order[key]] for key in wrt}, curvature),
    )


@pytest.mark.parametrize("name", names())
def test_numpy_agrees_with_double_backward(name):
    assert max(errors(name, "numpy")) < TOLERANCE


@pytest.mark.parametrize("name", names()[::6])
def test_torch_agrees_with_double_backward(name):
    assert max(errors(name, "torch")) < TOLERANCE


@pytest.mark.parametrize("name", ["S_dot", "P_dot", "O_dot"])
def test_a_wrong_sign_anywhere_is_found(name):
    passed = named("scaled-dot").jvp()
    wrong = replace(passed, equations=tuple(planted(equation, name) for equation in passed))
    assert errors("scaled-dot", "numpy", jvp=wrong)[0] > 1e-3


@pytest.mark.parametrize("name", ["D_dot", "dS_dot", "dP_dot"])
def test_a_wrong_sign_in_a_second_derivative_is_found(name):
    passed = named("scaled-dot").hvp()
    wrong = replace(passed, equations=tuple(planted(equation, name) for equation in passed))
    assert errors("scaled-dot", "numpy", hvp=wrong)[1] > 1e-3


@pytest.mark.parametrize("alpha", ["4/3", "3/2", "2", "3"])
def test_weights_of_zero_have_second_derivatives_too(alpha):
    forward = mechanism("sparse", {"S": "n m", "V": "m d"}, f"P = entmax(S, {alpha})\nO = -(P @ V)")
    generator = np.random.default_rng(2)
    S, V, dO, S_dot = (generator.normal(size=shape) for shape in ((3, 6), (6, 2), (3, 2), (3, 6)))
    given = {"S": 3 * S, "V": V, "dO": dO}
    assert (forward.lambdify("numpy", outputs=["P"])(3 * S, V)["P"] == 0).any()
    gradient, found = forward.backward(wrt="S").lambdify("numpy"), forward.hvp(wrt="S").lambdify("numpy")
    step = 1e-6
    above, below = (gradient(**{**given, "S": 3 * S + sign * step * S_dot})["dS"] for sign in (1, -1))
    assert np.allclose(found(**given, S_dot=S_dot)["dS_dot"], (above - below) / (2 * step), rtol=0, atol=1e-6)


def planted(equation, name):
    return replace(equation, expression=Negation(equation.expression)) if equation.name == name else equation


def test_both_tables_have_the_same_rows():
    assert TANGENT.keys() == COTANGENT.keys()


def test_a_node_without_a_row_names_the_table():
    class Unknown(Negation):
        pass

    A = symbol_for("A", (size("n"), size("m")))
    with pytest.raises(MissingRowError, match=r"Unknown has no tangent; add a row to calculus/tangents\.py"):
        tangent_of(Unknown(A), (A,))
