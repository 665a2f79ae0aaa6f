"""How the time of the symbolic side grows with the size of what it makes: an exponent for every stage.

Each stage is run at growing sizes, SymPy's caches and that of converted formulas emptied before each repetition; the
exponent is the slope of the logarithm of the median of the processor's time against that of the size of the output (of
the input where the output is a verdict), over the upper half of the sizes. A stage may grow with an exponent of at most
1.3, or must say why it grows faster.

Then the worked example enlarged to 256 inputs, as a user computes it: bound, all weights and outputs exact, and both
printed; beside it the whole command, in this process and in a new one, and plain SymPy at sizes that it can do.

    python tests/benchmarks/scaling.py [words of the stages to run]
"""

from __future__ import annotations

import gc
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import sympy
from exact import inputs, plain_sympy
from sympy.core.cache import clear_cache

import symattn as sa
from symattn import article, closed_form
from symattn.commands.evaluating import evaluation
from symattn.publishing.to_mathml import converted

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from stacked import layers, product

MOST = 1.3
"""The largest exponent without a reason."""
DEMANDED = 0.5
"""Seconds for the exact example at 256 inputs: weights and outputs, as values and as printed text."""
LARGE = 256

Run = tuple[Callable[[], Any], Callable[[Any], int]]
"""What is timed, and how large its result is."""


@dataclass(frozen=True)
class Stage:
    """``at`` makes a run of one of the ``sizes``; ``against`` says what the time is compared with."""

    name: str
    sizes: tuple[int, ...]
    at: Callable[[int], Run]
    against: str
    reason: str = ""


# ---- systems of growing length


def chain(n: int) -> sa.Mechanism:
    """``n`` equations, each of which rests on the one before it and on one matrix that all share."""
    names = ["X", *(f"A{k}" for k in range(1, n + 1))]
    lines = (f"{new} = tanh({old} @ W) + {old}" for old, new in pairwise(names))
    return sa.mechanism("chain", {"X": "n d", "W": "d d"}, "\n".join(lines))


def self_attention(n: int) -> sa.Mechanism:
    """One head, every size ``n``."""
    return sa.named("scaled-self-attention").at(n=n, d=n, d_k=n, d_v=n)


def example(n: int) -> sa.Bound:
    """The worked example with ``n`` inputs."""
    return sa.named("self-attention").bind({**article.SELF_ATTENTION, "X": inputs(n)})


# ---- how large a result is


def operations(system: sa.Mechanism) -> int:
    """Nodes of all equations."""
    return sum(1 for equation in system for _ in sympy.preorder_traversal(equation.expression))


def entries(blocks: Any) -> int:
    """Scalar entries of all blocks."""
    return sum(step.ids.size for block in blocks for step in block.steps)


def proved(verdict: Any) -> None:
    """Stop at what is not proved: its time would mean nothing."""
    if verdict.kind != "proved":
        raise AssertionError(f"{verdict.kind}: {verdict}")


# ---- the stages


def of_system(make: Callable[[int], Any], work: Callable[[Any], Any], size: Callable[[Any], int]) -> Any:
    """Runs of something that is made of a system, the system made beforehand."""

    def at(n: int) -> Run:
        system = make(n)
        return lambda: work(system), size

    return at


def of_proof(make: Callable[[int], Any], work: Callable[[Any], Any]) -> Any:
    """Runs of a proof; its size is that of what it is about."""

    def at(n: int) -> Run:
        made = make(n)
        return lambda: proved(work(made)), lambda _: n

    return at


def sum_statement(n: int) -> tuple[str, str, dict[str, str]]:
    names = [f"A{k}" for k in range(n)]
    right = " + ".join(f"{name} @ B" for name in reversed(names))
    return f"({' + '.join(names)}) @ B", right, {**dict.fromkeys(names, "n m"), "B": "m p"}


def product_statement(n: int) -> tuple[str, str, dict[str, str]]:
    return product([f"A{k}" for k in range(n)])


def count(system: sa.Mechanism) -> int:
    return len(system.equations)


def squared(made: Any) -> int:
    return len(made) ** 2


def blocks(system: sa.Mechanism) -> Any:
    return closed_form.entry_blocks(system, "O")


def graph(system: sa.Mechanism) -> Any:
    return closed_form.scalar_graph(system, "O")


def expanded(system: sa.Mechanism) -> str:
    return sa.text(system.entry("O", 0, 0, expand=True, limit=10**6))


def back(n: int) -> sa.Mechanism:
    return layers(n).backward()


def code(system: sa.Mechanism) -> str:
    return system.lambdify().source


def all_code(system: sa.Mechanism) -> str:
    return system.lambdify(outputs=list(system.by_name)).source


def weights(n: int) -> Any:
    return example(n).exact("P")


def validation(n: int) -> Run:
    system = sa.named("scaled-dot").at(n=n, m=n, d_k=4, d_v=4)
    return lambda: system.verify(instances=3), lambda _: n * n


def printed(form: str) -> Callable[[Any], str]:
    """A derivation in one format."""
    return lambda subject: sa.derive(subject).to(form)


LENGTHS = (25, 50, 100, 200, 400)
DEPTHS = (4, 8, 16, 32, 64)
INPUTS = (8, 16, 32, 64)

STAGES = (
    Stage("text to a system, chain", LENGTHS, lambda n: (lambda: chain(n), count), "equations"),
    Stage("text to a system, layers", DEPTHS, lambda n: (lambda: layers(n), count), "equations"),
    Stage("printing a system", LENGTHS, of_system(chain, str, len), "characters"),
    Stage("entries in blocks", (8, 16, 32, 64), of_system(self_attention, blocks, entries), "entries"),
    Stage("entries as a graph", (4, 8, 16, 32), of_system(self_attention, graph, len), "nodes"),
    Stage("one entry expanded, printed", (3, 4, 5, 6), of_system(self_attention, expanded, len), "characters"),
    Stage("backward pass, chain", LENGTHS, of_system(chain, sa.Mechanism.backward, operations), "operations"),
    Stage("backward pass, layers", DEPTHS, of_system(layers, sa.Mechanism.backward, operations), "operations"),
    Stage("forward mode, layers", DEPTHS, of_system(layers, sa.Mechanism.jvp, operations), "operations"),
    Stage("second order, chain", LENGTHS[:-1], of_system(chain, sa.Mechanism.hvp, operations), "operations"),
    Stage("second order, layers", DEPTHS[:-1], of_system(layers, sa.Mechanism.hvp, operations), "operations"),
    Stage("proof of a sum", DEPTHS, of_proof(sum_statement, lambda s: sa.prove(*s)), "terms"),
    Stage("proof of a product", DEPTHS, of_proof(product_statement, lambda s: sa.prove(*s)), "factors"),
    Stage("proof of gradients, chain", DEPTHS[:-1], of_proof(chain, sa.Mechanism.prove_gradients), "equations"),
    Stage("proof of gradients, layers", DEPTHS[:-2], of_proof(layers, sa.Mechanism.prove_gradients), "layers"),
    Stage("proof of tangents, chain", DEPTHS[:-1], of_proof(chain, sa.Mechanism.prove_tangents), "equations"),
    Stage("NumPy code, chain", LENGTHS, of_system(chain, code, len), "characters"),
    Stage("NumPy code, every value returned", LENGTHS, of_system(chain, all_code, len), "characters"),
    Stage("NumPy code, backward of layers", DEPTHS[:-1], of_system(back, code, len), "characters"),
    Stage("torch code, chain", LENGTHS, of_system(chain, lambda m: m.lambdify("torch").source, len), "characters"),
    Stage("JavaScript, chain", LENGTHS, of_system(chain, sa.Mechanism.javascript, len), "characters"),
    Stage("derivation of formulas as text", LENGTHS[:-1], of_system(chain, printed("text"), len), "characters"),
    *(
        Stage(f"derivation with numbers as {form}", INPUTS, of_system(example, printed(form), len), "characters")
        for form in ("text", "latex", "mathml", "html", "json")
    ),
    Stage("exact values", (16, 64, 256), lambda n: (lambda: example(n).exact("O"), lambda _: n * n), "weights"),
    Stage("decimals of weights", (32, 64, 128, 256), of_system(weights, lambda p: p.decimal(20), squared), "weights"),
    Stage("cross-validation", (12, 24, 48), validation, "weights"),
)


def measured(stage: Stage) -> Iterator[tuple[int, int, float]]:
    """Size, size of the output and median time of each run; what a size has made is gone before the next one."""
    for n in stage.sizes:
        work, size = stage.at(n)
        times, length = [], 0
        while len(times) < 3 and sum(times) < 4:
            clear_cache()
            converted.cache_clear()
            gc.collect()
            begun = time.process_time()
            made = work()
            times.append(time.process_time() - begun)
            length = size(made)
            del made
        yield n, length, statistics.median(times)


def exponent(found: list[tuple[int, int, float]]) -> float:
    """The slope over the upper half of the sizes, by least squares."""
    upper = found[max(0, len(found) // 2 - 1) :]
    x, y = [math.log(length) for _, length, _ in upper], [math.log(seconds) for *_, seconds in upper]
    return statistics.linear_regression(x, y).slope


def table(words: list[str]) -> bool:
    """Print the stages; whether none grows too fast."""
    passed = True
    print(f"{'stage':36}{'sizes':>18}{'ms':>34}  exponent against")
    for stage in STAGES:
        if words and not any(word in stage.name for word in words):
            continue
        found = list(measured(stage))
        slope = exponent(found)
        fine = slope <= MOST or bool(stage.reason)
        passed = passed and fine
        sizes = " ".join(str(n) for n, *_ in found)
        times = " ".join(f"{seconds * 1e3:.0f}" if seconds >= 0.01 else f"{seconds * 1e3:.1f}" for *_, seconds in found)
        note = "PASS" if slope <= MOST else f"because {stage.reason}" if fine else "FAIL"
        print(f"{stage.name:36}{sizes:>18}{times:>34}{slope:10.2f} {stage.against}: {note}", flush=True)
    return passed


# ---- the exact example


def as_a_user(n: int) -> tuple[float, int]:
    """Seconds for all weights and outputs, as values and as text, and how long the text is."""
    given = {**article.SELF_ATTENTION, "X": inputs(n)}
    system = sa.named("self-attention")
    clear_cache()
    gc.collect()
    begun = time.process_time()
    bound = system.bind(given)
    for name in "PO":
        for row in bound.exact(name).rows:
            for entry in row:
                entry.reduced()
    text = evaluation([bound], ("P", "O")).to("text")
    return time.process_time() - begun, len(text)


def command(n: int, *only: str) -> tuple[float, float]:
    """Seconds of ``symattn evaluate`` from a file: of a new process, and of one that only imports SymPy."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "x.json"
        given.write_text(json.dumps(inputs(n)))
        call = ["-c", "from symattn.cli import main; main()", "evaluate", "--unscaled", "--set", f"X={given}", *only]
        times = []
        for arguments in (call, ["-c", "import sympy"]):
            begun = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - begun)
    return times[0], times[1]


def by_sympy(n: int) -> float:
    """Seconds in which plain SymPy matrices compute the same and print it, nothing brought to lowest terms."""
    clear_cache()
    begun = time.process_time()
    for matrix in plain_sympy(inputs(n)):
        str(matrix)
    return time.process_time() - begun


def exact_example() -> bool:
    """Print the times of the exact example; whether the demand is met."""
    as_a_user(16)
    times, length = zip(*(as_a_user(LARGE) for _ in range(5)), strict=True)
    seconds = statistics.median(times)
    verdict = "PASS" if seconds <= DEMANDED else "FAIL"
    print(f"\nexact example, {LARGE} inputs: all P and O exact, and both as {length[0]} characters of text")
    print(f"{'in this process':48}{seconds:8.3f} s  demanded {DEMANDED} s: {verdict}")
    for label, only in (("P and O", ("--only", "P", "--only", "O")), ("every value", ())):
        cold, alone = command(LARGE, *only)
        shown = f"symattn evaluate in a new process, {label}"
        print(f"{shown:48}{cold:8.3f} s, of which importing SymPy {alone:.3f} s")
    sizes = (8, 16, 32)
    peer = [by_sympy(n) for n in sizes]
    slope = statistics.linear_regression([math.log(n) for n in sizes], [math.log(seconds) for seconds in peer]).slope
    guess = peer[-1] * (LARGE / sizes[-1]) ** slope
    shown = ", ".join(f"{found:.2f} s at {n}" for n, found in zip(sizes, peer, strict=True))
    print(f"plain SymPy, printed: {shown}; extrapolated by n^{slope:.1f} to {guess / 60:.0f} min at {LARGE}")
    return seconds <= DEMANDED


def main(words: list[str]) -> int:
    """0 if nothing grows too fast and the exact example is fast enough, else 1."""
    fine = table(words)
    return 0 if (bool(words) or exact_example()) and fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
