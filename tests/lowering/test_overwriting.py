"""Memory that is written over or given back: what the code says, and that no gradient or transform sees it."""

import numpy as np
import pytest
import torch

from symattn import mechanism
from symattn.lowering import overwriting
from symattn.lowering.program import Program
from symattn.mechanisms import named
from symattn.nodes import Softmax

SIZES = {"Q": (3, 2), "K": (4, 2), "V": (4, 5), "dO": (3, 5)}


def lines(function):
    """The statements of the generated code, without comments."""
    body = function.source.partition("    # S")[2]
    return [line.strip() for line in body.splitlines() if not line.strip().startswith("#")]


def given(target="torch", seed=0, batch=(), **more):
    """Inputs and cotangent of one head."""
    generator = np.random.default_rng(seed)
    arrays = {name: generator.normal(size=(*batch, *shape)) for name, shape in SIZES.items()}
    arrays.update(more)
    return arrays if target == "numpy" else {name: torch.tensor(array) for name, array in arrays.items()}


@pytest.fixture(scope="module")
def head():
    return named("scaled-dot").backward().lambdify("torch")


def test_the_cotangent_of_the_scores_takes_the_memory_of_that_of_the_weights(head):
    assert 'dS = _in_place(_in_place(dP, "sub", D), "mul", P)' in lines(head)
    numpy_code = lines(named("scaled-dot").backward().lambdify("numpy"))
    assert {"dS = dP  # memory that nothing reads again", "dS -= D", "np.multiply(P, dS, out=dS)"} <= set(numpy_code)


def test_large_arrays_are_given_back_before_the_next_one_is_made(head):
    code = lines(head)
    assert code.index("P = torch.softmax(S, dim=-1)") + 1 == code.index("del S") < code.index("dP = dO @ V.mT")
    assert sum(line.startswith("del ") for line in code) == 1


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_what_is_asked_for_is_neither_written_over_nor_given_back(target):
    passed = named("scaled-dot").backward()
    names = [equation.name for equation in passed]
    values = given(target)
    together = passed.lambdify(target, outputs=names)(**values)
    for name in names:
        alone = passed.lambdify(target, outputs=[name])(**values)[name]
        assert np.allclose(together[name], alone, rtol=1e-13, atol=1e-14), name


READ_TWICE = mechanism("twice", {"Q": "n d", "K": "n d"}, "S = Q @ K.T\nA = S * 2\nB = S + 1\nO = A @ B.T")


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_what_is_read_again_is_not_written_over(target):
    Q, K = np.random.default_rng(0).normal(size=(2, 3, 4))
    found = READ_TWICE.lambdify(target)(*((Q, K) if target == "numpy" else map(torch.tensor, (Q, K))))
    assert np.allclose(found, 2 * (Q @ K.T) @ (Q @ K.T + 1).T)


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_writing_over_it_would_be_seen(target, monkeypatch):
    monkeypatch.setattr(Program, "is_dying", lambda self, name, position: name not in self.system.inputs)
    monkeypatch.setattr(Program, "is_read_once", lambda self, name: True)
    Q, K = np.random.default_rng(0).normal(size=(2, 3, 4))
    found = READ_TWICE.lambdify(target)(*((Q, K) if target == "numpy" else map(torch.tensor, (Q, K))))
    assert not np.allclose(found, 2 * (Q @ K.T) @ (Q @ K.T + 1).T)


def test_writing_over_what_a_gradient_keeps_would_be_seen(monkeypatch):
    monkeypatch.setattr(overwriting, "FRESH", (*overwriting.FRESH, Softmax))
    f = mechanism("weights", {"Q": "n d", "K": "m d"}, "P = softmax(Q @ K.T)\nO = P * 2").lambdify("torch")
    assert 'O = _in_place(P, "mul", 2)' in f.source
    Q, K = given()["Q"], given()["K"]
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        torch.func.jacrev(torch.func.jacfwd(lambda query: f(query, K).sin()))(Q)


def test_inputs_and_their_cotangent_stay_as_they_are(head):
    values, before = given(), given()
    head(**values)
    assert all(torch.equal(values[name], before[name]) for name in values)


def test_gradients_and_their_gradients_pass_the_check_by_finite_differences(head):
    values = [value.requires_grad_() for value in given().values()]

    def function(*tensors):
        return tuple(head(*tensors).values())

    assert torch.autograd.gradcheck(function, values, fast_mode=True)
    assert torch.autograd.gradgradcheck(function, values, fast_mode=True)


@pytest.mark.parametrize("mapped", SIZES)
def test_vmap_over_any_one_argument_is_one_call_each(head, mapped):
    one, many = given(), given(batch=(3,))[mapped]
    values = {**one, mapped: many}
    dims = tuple(0 if name == mapped else None for name in values)
    found = torch.func.vmap(lambda *tensors: head(*tensors), in_dims=dims)(*values.values())
    for place in range(3):
        alone = head(**{**one, mapped: many[place]})
        assert all(torch.allclose(found[name][place], alone[name]) for name in alone)


@pytest.mark.parametrize("where", ["all", "causal", "M"])
def test_reverse_over_forward_and_forward_over_reverse_agree(where):
    condition = "" if where == "all" else f", where={where}"
    inputs = {"Q": "n d_k", "K": "m d_k", "V": "m d_v", **({"M": "n m"} if where == "M" else {})}
    system = mechanism("head", inputs, f"S = Q @ K.T * 2\nP = softmax(S{condition})\nO = P @ V")
    f, values = system.lambdify("torch"), given()
    rest = [values["K"], values["V"], *([torch.tensor(np.eye(3, 4) + np.eye(3, 4, 1))] if where == "M" else [])]

    def of_query(query):
        return f(query, *rest).square().sum()

    one = torch.func.jacrev(torch.func.jacfwd(of_query))(values["Q"])
    other = torch.func.jacfwd(torch.func.jacrev(of_query))(values["Q"])
    assert torch.allclose(one, other) and torch.allclose(one, torch.autograd.functional.hessian(of_query, values["Q"]))


@pytest.mark.parametrize("recorded", [False, True])
def test_rows_without_keys_are_zero_with_and_without_a_graph(recorded):
    function = named("masked").backward().lambdify("torch")
    mask = torch.tensor([[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]], dtype=torch.bool)
    values = given()
    upstream = values.pop("dO")
    with torch.set_grad_enabled(recorded):
        found = function(**values, M=mask, dO=upstream)
    assert torch.all(found["dQ"][1] == 0) and all(torch.isfinite(value).all() for value in found.values())
    expected = [value.requires_grad_() for value in values.values()]
    scores = (expected[0] @ expected[1].mT / 2**0.5).masked_fill(~mask, -1e300)
    weights = torch.softmax(scores, dim=-1) * mask.any(dim=-1, keepdim=True)
    for one, name in zip(torch.autograd.grad(weights @ expected[2], expected, upstream), "QKV", strict=True):
        assert torch.allclose(found[f"d{name}"], one)


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_a_cotangent_with_fewer_batches_counts_for_each(target):
    passed = named("scaled-dot").backward()
    values = {**given(target, batch=(2,)), "dO": given(target)["dO"], "V": given(target)["V"]}
    found = passed.lambdify(target)(**values)
    for place in range(2):
        alone = passed.lambdify(target)(**{**values, "Q": values["Q"][place], "K": values["K"][place]})
        assert all(np.allclose(found[name][place], alone[name]) for name in alone)


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_a_cotangent_in_less_precision_loses_none_of_the_others(target):
    passed = named("scaled-dot").backward()
    values = given(target)
    single = "float32" if target == "numpy" else torch.float32
    narrow = values["dO"].astype(single) if target == "numpy" else values["dO"].to(single)
    wide = narrow.astype("float64") if target == "numpy" else narrow.double()
    found, expected = (passed.lambdify(target)(**{**values, "dO": each}) for each in (narrow, wide))
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


def test_a_row_sum_of_products_makes_no_array_of_them():
    system = mechanism("sums", {"A": "H n m", "B": "H n m"}, "C[h] = rowsum(A[h] * B[h]) * 2")
    function = system.lambdify("numpy")
    assert "np.vecdot(A, B)[..., None]" in function.source
    A, B = np.random.default_rng(0).normal(size=(2, 5, 3, 4, 7))
    assert np.allclose(function(A, B), 2 * (A * B).sum(axis=-1, keepdims=True), rtol=1e-14)


@pytest.mark.parametrize("formula", ["rowsum(A * c)", "rowsum(A * r)", "rowsum(A * x)", "rowsum(A + A * A)"])
def test_a_row_sum_of_what_is_stretched_is_right_too(formula):
    system = mechanism(
        "sums", {"A": "n m", "c": "n 1", "r": "1 m", "x": "scalar"}, f"B = c * x * colsum(r.T)\nC = {formula} + B"
    )
    generator = np.random.default_rng(1)
    values = {
        "A": generator.normal(size=(3, 4)),
        "c": generator.normal(size=(3, 1)),
        "r": generator.normal(size=(1, 4)),
    }
    values["x"] = 0.5
    expected = eval(formula.replace("rowsum", "sums"), {"sums": lambda M: M.sum(1, keepdims=True)}, values)
    expected = expected + values["c"] * values["x"] * values["r"].sum()
    assert np.allclose(system.lambdify("numpy")(**values), expected)


def test_the_columns_of_a_stack_are_one_product_where_both_have_the_same_batches():
    system = mechanism("weights", {"X": "n d", "Y": "H n k"}, "W[h] = X.T @ Y[h]")
    X, Y = torch.randn(2, 3, 5, dtype=torch.float64), torch.randn(2, 4, 3, 2, dtype=torch.float64)
    expected = torch.einsum("bnd,bhnk->bhdk", X, Y)
    f = system.lambdify("torch")
    assert torch.allclose(f(X, Y), expected)
    assert torch.allclose(f(X[:1], Y), torch.einsum("nd,bhnk->bhdk", X[0], Y))
    assert torch.allclose(f(X, Y[0]), torch.einsum("bnd,hnk->bhdk", X, Y[0]))
    assert torch.allclose(f(X, Y[:, None])[1], f(X, Y[1]))
