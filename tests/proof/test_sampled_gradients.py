"""Where no proof is found in time, gradients are computed at random instances, and called sampled, or not known."""

from dataclasses import replace

import symattn as sa
from symattn.nodes import ElementwiseProduct
from symattn.proof.chain_rule import BackwardProof
from symattn.proof.equality import Argument
from symattn.proof.gradients import prove_gradients, sampled

SHORT = 1e-9


def test_out_of_time_the_gradients_are_sampled():
    found = sa.named("multi-head-sum").prove_gradients(seconds=SHORT)
    assert found.kind == "sampled"
    assert {found.verdict(name).kind for name in ("X", "W_Q", "b_O")} == {"sampled"}
    assert found.verdict("X").instances


def test_a_wrong_gradient_is_not_sampled():
    system = sa.named("scaled-dot")
    right = system.backward()
    doubled = replace(right.by_name["dQ"], expression=ElementwiseProduct(2, right["dQ"]))
    claimed = replace(right, equations=tuple(doubled if e.name == "dQ" else e for e in right.equations))
    found = prove_gradients(system, claimed=claimed, seconds=SHORT)
    assert found.verdict("Q").kind == "unknown" and "refuted" in found.verdict("Q").reason
    assert found.verdict("K").kind == "sampled"


def test_gradients_of_what_a_batch_shares_are_summed_over_it():
    system = sa.named("scaled-self-attention")
    unknown = BackwardProof({"W_Q": Argument(False, reason="not asked")}, {"W_Q": frozenset()}, ("W_Q",))
    assert sampled(system, None, system.backward(), ["W_Q"], unknown)["W_Q"].kind == "sampled"


def test_only_what_was_asked_for_is_listed():
    assert str(sa.named("causal").prove_gradients(wrt="V")).startswith("proved: dV:")
    assert len(str(sa.named("causal").prove_gradients(wrt=["V", "Q"])).splitlines()) == 2
