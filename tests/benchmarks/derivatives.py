"""Deriving gradients and second derivatives against tensorgrad 0.3.0, which needs an environment of its own.

Both are asked for the same: the derivatives of <O, dO> of one head of scaled softmax attention in Q, K and V, and its
Hessian in Q; tensorgrad also for those of O itself, and what counts is the faster of the two. tensorgrad's scale is a
number, ours the root of d_k. The two take turns in one run, each round beginning with newly built expressions and ours
with SymPy's caches empty; times are the processor's, and medians count. Absolute demands hold for a machine on which
one head takes 20 ms, and are allowed more in proportion where it takes longer.

    python3 -m venv peer && peer/bin/pip install tensorgrad==0.3.0 torch==2.13.0
    python tests/benchmarks/derivatives.py --tensorgrad-python peer/bin/python [--rounds N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from sympy.core.cache import clear_cache

from symattn.defining import mechanism
from symattn.mechanisms import named
from symattn.proof.chain_rule import ReverseMode, prove_backward

FASTER = 10
"""How many times faster than tensorgrad each derivation has to be."""
SECONDS = {"multi-head": 0.2, "proof": 1.0}
"""What the rows without a peer may take where one head takes ``HEAD`` seconds."""
HEAD = 0.020

PEER = """
import json, math, sys, time
from sympy import symbols
from tensorgrad import Variable
import tensorgrad.functions as F

n, m, d_k, d_v = symbols("n m d_k d_v")

def seconds(name, of_loss):
    Q, K, V, dO = Variable("Q", n, d_k), Variable("K", m, d_k), Variable("V", m, d_v), Variable("dO", n, d_v)
    P = F.softmax(F.dot(Q, K, dim="d_k") / math.sqrt(64), dim="m")
    O = F.dot(P, V, dim="m")
    start = time.process_time()
    value = O @ dO if of_loss else O
    for letter in name:
        value = value.grad({"Q": Q, "K": K, "V": V}[letter])
    value.full_simplify()
    return time.process_time() - start

for line in sys.stdin:
    name, of_loss = json.loads(line)
    print(json.dumps(seconds(name, of_loss)), flush=True)
"""
"""Answers each request, a line of names to differentiate in and whether of <O, dO>, with the seconds it took."""


def one_head():
    """One head of scaled dot-product attention, built anew."""
    return mechanism(
        "one head",
        inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
        equations="S = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V",
    )


def gradients():
    """dQ, dK and dV of one head."""
    return one_head().backward


def second_derivatives():
    """The Hessian of <O, dO> in Q, a matrix for every entry of Q."""
    return partial(one_head().hessian, wrt="Q")


def causal_heads():
    """dX, dW_Q, dW_K, dW_V and dW_O of causal multi-head self-attention."""
    known = named("multi-head-causal")
    system = type(known)(known.name, known.input_symbols, known.equations, known.output)
    return system.backward


def proof():
    """That dQ, dK and dV of one head are the derivatives, for every size."""
    system = one_head()
    claimed = ReverseMode.of(system.backward(), system.equations)

    def work():
        found = prove_backward(claimed)
        assert found.kind == "proved", found

    return work


OURS: dict[str, Callable[[], Callable[[], object]]] = {
    "gradients": gradients,
    "Hessian": second_derivatives,
    "multi-head": causal_heads,
    "proof": proof,
}
"""What builds a system anew and gives back the work to be timed."""

PEERS = {"gradients": ("Q", "K", "V"), "Hessian": ("QQ",)}
"""The names that tensorgrad differentiates in, one after the other for the Hessian; the times of a row add up."""

LABELS = {
    "gradients": "dQ, dK and dV of one head",
    "Hessian": "Hessian in Q of one head",
    "multi-head": "dX and dW of causal multi-head",
    "proof": "proof of one head's dQ, dK and dV",
}


def seconds(name: str) -> float:
    """The time that one of our rows takes, on a system newly built."""
    work = OURS[name]()
    clear_cache()
    start = time.process_time()
    work()
    return time.process_time() - start


@contextmanager
def tensorgrad(python: str) -> Iterator[Callable[[str], float]]:
    """A function of a row's name that gives the seconds tensorgrad takes, in a process of its own."""
    process = subprocess.Popen([python, "-c", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    requests, answers = process.stdin, process.stdout

    def answer(names: str, of_loss: bool) -> float:
        print(json.dumps([names, of_loss]), file=requests, flush=True)
        line = answers.readline()
        if not line:
            raise SystemExit(f"{python} cannot run tensorgrad; see above, and the environment in {__file__}.")
        return float(json.loads(line))

    def row(name: str) -> float:
        return min(sum(answer(names, of_loss) for names in PEERS[name]) for of_loss in (True, False))

    with process:
        yield row
        requests.close()


def main() -> int:
    """Print the table; 0 if every demand is met, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tensorgrad-python", required=True, metavar="PATH", help="of an environment that has it")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    own: dict[str, list[float]] = {name: [] for name in OURS}
    theirs: dict[str, list[float]] = {name: [] for name in OURS if name in PEERS}
    with tensorgrad(chosen.tensorgrad_python) as peer:
        for name in OURS:  # imports and the like, which are paid once, are left out on both sides
            seconds(name)
        for name in theirs:
            peer(name)
        for number in range(chosen.rounds):
            for name in OURS if number % 2 else reversed(OURS):
                if name in theirs:
                    theirs[name].append(peer(name))
                own[name].append(seconds(name))
    return report(*({name: statistics.median(times) for name, times in each.items()} for each in (own, theirs)))


def report(own: dict[str, float], theirs: dict[str, float]) -> int:
    """Print what was measured beside what is demanded; 1 if a demand is not met."""
    slower = max(1.0, own["gradients"] / HEAD)
    failed = 0
    print(f"{'derived':36}{'symattn':>11}{'tensorgrad':>13}{'ratio':>8}")
    for name, time_taken in own.items():
        row = f"{LABELS[name]:36}{time_taken * 1e3:8.1f} ms"
        if name in theirs:
            ratio = theirs[name] / time_taken
            good, row = ratio >= FASTER, f"{row}{theirs[name] * 1e3:10.1f} ms{ratio:8.1f}"
            demanded = f"demanded {FASTER}"
        else:
            good, demanded = time_taken <= SECONDS[name] * slower, f"demanded {SECONDS[name] * slower * 1e3:.0f} ms"
        failed += not good
        print(f"{row:68}  {'PASS' if good else 'FAIL'}, {demanded}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
