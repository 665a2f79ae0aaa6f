"""Who takes part in a benchmark: strategies that have something to compute, and peers that a mechanism has."""

from dataclasses import replace

import pytest

from symattn.benching import entering
from symattn.benching.cases import Case, Input, batch_for, case_of, sizes_for
from symattn.benching.checking import stretched, truth_of, values_of
from symattn.benching.entering import enter
from symattn.benching.recognition import NoPeers, recognised
from symattn.errors import InputError, LoweringError, UnknownNameError
from symattn.lowering.functions import TARGETS, source_by
from symattn.mechanisms import named

PEERS = {"textbook NumPy", "NumPy in place", "torch eager", "torch SDPA"}
NUMPY = {"NumPy direct", "NumPy tiled", "NumPy auto", "textbook NumPy", "NumPy in place"}
ALL = NUMPY | {"torch direct", "torch fused", "torch auto", "torch eager", "torch SDPA"}


def field_of(name, **options):
    made = named(name)
    return enter(made, sizes_for(made, 20, 2, 8), **options)


def names_of(field):
    return {contestant.name for contestant in field.contestants}


def agreeing(name, n=40, heads=2, with_backward=False, dtype="float32"):
    """The error of each contestant in units of the bound."""
    made = named(name)
    sizes = sizes_for(made, n, heads, 8)
    field = enter(made, sizes, with_backward=with_backward)
    case = case_of(field.system, sizes, field.outputs, batch_for(made, heads), dtype=dtype)
    truth = truth_of(field.system, field.outputs, sizes, case)
    return {each.name: truth.units(each.results(each.prepared(case)())) for each in field.contestants}


@pytest.mark.parametrize("name", ["scaled-dot", "causal", "masked", "sliding-window", "alibi", "padded", "chunked"])
@pytest.mark.parametrize("with_backward", [False, True])
def test_peers_and_generated_code_compute_the_same(name, with_backward):
    pytest.importorskip("torch")
    units = agreeing(name, with_backward=with_backward)
    own = {"NumPy direct", "textbook NumPy", "torch direct", "torch eager", "torch SDPA"}
    assert set(units) >= own | ({"torch fused + autograd"} if with_backward else {"torch fused", "NumPy in place"})
    assert max(units.values()) < 5
    assert max(agreeing(name, with_backward=with_backward, dtype="float64").values()) < 5


def test_what_depends_on_the_tokens_is_recognised_at_each_number_of_them():
    assert max(agreeing("scalable-softmax", n=10).values()) < 5
    assert max(agreeing("scalable-softmax", n=60).values()) < 5


def test_a_cap_has_no_kernel_and_its_own_words():
    field = field_of("softcap")
    assert "no words for a cap" in field.refused["torch SDPA"]
    assert {"textbook NumPy", "torch eager"} <= names_of(field)
    assert max(agreeing("softcap").values()) < 5


@pytest.mark.parametrize(
    "name, reason",
    [
        ("linear", "there is no softmax in it"),
        ("multi-head-causal", "more than weights times values"),
        ("scaled-self-attention", "not inputs, but computed before"),
        ("causal-padded", "more than one mask"),
        ("t5-bias", "more than inputs"),
    ],
)
def test_a_mechanism_without_peers_says_why_and_is_compared_with_direct_code(name, reason):
    field = field_of(name)
    assert reason in field.refused["code written by hand"]
    assert field.peers == ("NumPy direct",)
    with pytest.raises(NoPeers, match=reason):
        recognised(named(name), sizes_for(named(name), 20), 1.0)


def test_only_wanted_strategies_take_part():
    assert names_of(field_of("scaled-dot", strategies=["fused"])) == {
        "torch fused",
        "textbook NumPy",
        "NumPy in place",
        "torch eager",
        "torch SDPA",
    }
    with pytest.raises(InputError, match=r"no strategy 'fusde'\. Did you mean fused"):
        field_of("scaled-dot", strategies=["fusde"])


def test_a_strategy_that_cannot_says_why():
    field = field_of("linear")
    assert field.refused["torch fused"] == "there is no softmax in it"
    assert "for trying out" in field_of("scaled-dot").refused["torch flex"]
    assert "no gradients" in field_of("scaled-dot", with_backward=True).refused["torch flex"]


def test_strategies_are_those_that_targets_have(monkeypatch):
    """A strategy is found in its target, and one that has no code for the mechanism says so."""
    more = replace(TARGETS["numpy"], strategies=("direct", "other"))
    monkeypatch.setitem(TARGETS, "numpy", more)

    def source(strategy, *given):
        if strategy == "other":
            raise LoweringError("strategy='other' is planted. And more.")
        return source_by(strategy, *given)

    monkeypatch.setattr(entering, "source_by", source)
    assert "other" in entering.strategies_known()
    assert field_of("scaled-dot").refused["NumPy other"] == "strategy='other' is planted. And more."


def test_without_torch_its_rows_say_so(monkeypatch):
    monkeypatch.setattr(entering, "is_installed", lambda library: False)
    field = field_of("scaled-dot")
    assert names_of(field) == NUMPY
    assert {name for name, reason in field.refused.items() if "pip install 'symattn[torch]'" in reason} == {
        *("torch direct", "torch fused", "torch flex", "torch auto", "torch eager", "torch SDPA")
    }


def test_sizes_are_tokens_features_and_heads():
    assert sizes_for(named("grouped-query"), 9, heads=8, features=4, given={"d_y": 5}) == {
        "n": 9,
        "m": 9,
        "d": 4,
        "d_y": 5,
        "G": 2,
        "R": 4,
        "d_k": 4,
        "d_v": 4,
    }
    with pytest.raises(UnknownNameError, match="no size d_z"):
        sizes_for(named("scaled-dot"), 9, given={"d_z": 5})


def test_inputs_are_the_same_in_every_dtype_and_masks_leave_each_query_a_key():
    made = named("masked")
    case = case_of(made, sizes_for(made, 30, features=3), ("O",), (2,))
    assert [each.shape for each in case.inputs] == [(2, 30, 3), (2, 30, 3), (2, 30, 3), (30, 30)]
    arrays, finer = case.numpy(), case.numpy("float64")
    assert arrays["M"].dtype == bool and arrays["M"].any(axis=-1).all() and not arrays["M"].all()
    assert (arrays["Q"] == finer["Q"]).all() and finer["Q"].dtype == "float64"


def test_half_precision_is_rounded_before_it_is_compared():
    pytest.importorskip("torch")
    case = Case((Input("Q", (4, 4), "normal"),), dtype="bfloat16")
    assert (case.torch()["Q"].double().numpy() == case.numpy("float64")["Q"]).all()


def planted(results):
    """Results with one wrong entry."""
    wrong = {name: value.copy() for name, value in results.items()}
    next(iter(wrong.values())).flat[7] += 1e-3
    return wrong


def test_one_wrong_entry_is_found_at_few_and_at_many_tokens():
    made = named("scaled-dot")
    sizes = sizes_for(made, 32, features=8)
    field = enter(made, sizes)
    case = case_of(made, sizes, field.outputs)
    truth = truth_of(made, field.outputs, sizes, case)
    contestant = field["NumPy direct"]
    right = contestant.results(contestant.prepared(case)())
    assert truth.agrees(right) and not truth.agrees(planted(right))
    assert not truth.agrees({}) and not truth.agrees({"O": right["O"][:3]})
    missing = {"O": right["O"] * float("nan")}
    assert truth.units(missing) == float("inf")
    larger = sizes_for(made, 128, features=8)
    case = case_of(made, larger, field.outputs)
    right = contestant.results(contestant.prepared(case)())
    wide = stretched(truth, values_of(made, field.outputs, case), 4)
    assert wide.agrees(right)
    right["O"][5] += 0.01
    assert not wide.agrees(right)


def test_code_for_fixed_sizes_takes_part_where_sizes_are_small():
    made = named("scaled-dot")
    small = enter(made, sizes_for(made, 3, 1, 4))
    assert "NumPy scalar" in names_of(small)
    large = enter(made, sizes_for(made, 2048, 1, 64), strategies=["scalar", "direct"])
    assert "operations on single numbers" in large.refused["NumPy scalar"]
