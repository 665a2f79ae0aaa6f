"""All output entries of self-attention from X, W_Q, W_K and W_V at n = d = 32, against SymEngine's matrices.

Timed in one run, interleaved: blocks and graph start from the equations and set the sizes themselves; ``blocks``
include the arrays of every entry's number and of all the numbers it refers to. The peer multiplies dense matrices of
symbols, takes exp of each score, the row sums, the quotients and the last product.

    python tests/benchmarks/entries.py [repetitions]
"""

from __future__ import annotations

import gc
import math
import random
import statistics
import sys
import time

import symengine
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import closed_form
from symattn.mechanisms import named

SIZE = 32
SYSTEM = named("scaled-self-attention")
SIZES = dict.fromkeys(("n", "d", "d_k", "d_v"), SIZE)
DEMANDED = {"blocks": 50, "graph": 5}


def by_symengine(size=SIZE):
    X, W_Q, W_K, W_V = (
        symengine.DenseMatrix(
            size, size, [symengine.Symbol(f"{name}_{i}_{j}") for i in range(size) for j in range(size)]
        )
        for name in ("X", "W_Q", "W_K", "W_V")
    )
    scores = (X * W_Q) * (X * W_K).transpose() / symengine.sqrt(size)
    weights = [[symengine.exp(scores[i, j]) for j in range(size)] for i in range(size)]
    normalised = []
    for row in weights:
        total = symengine.Add(*row)
        normalised += [weight / total for weight in row]
    return symengine.DenseMatrix(size, size, normalised) * (X * W_V)


def by_blocks():
    blocks = closed_form.entry_blocks(SYSTEM.with_sizes(**SIZES), "O")
    arrays = [(step.ids, step.references()) for block in blocks for step in block.steps]
    return blocks, arrays


def by_graph():
    return closed_form.scalar_graph(SYSTEM.with_sizes(**SIZES), "O")


RUNS = {"SymEngine": by_symengine, "blocks": by_blocks, "graph": by_graph}


def the_same_numbers(size=3):
    """Whether all three give the same entries, at a size at which they can be written out."""
    rng = random.Random(4)
    values = {
        name: [[rng.uniform(-1, 1) for _ in range(size)] for _ in range(size)] for name in ("X", "W_Q", "W_K", "W_V")
    }
    system = SYSTEM.with_sizes(**dict.fromkeys(SIZES, size))
    graph, blocks = closed_form.scalar_graph(system, "O"), closed_form.entry_blocks(system, "O")
    theirs, ours = by_symengine(size), graph.evaluate(values)
    given = {
        symengine.Symbol(f"{name}_{i}_{j}"): rows[i][j]
        for name, rows in values.items()
        for i in range(size)
        for j in range(size)
    }
    for i in range(size):
        for j in range(size):
            expected = float(theirs[i, j].subs(given).evalf())
            written = blocks.entry("O", i, j, expand=True)
            parts = written.atoms(MatrixElement)
            numbers = {part: values[part.parent.name][int(part.i)][int(part.j)] for part in parts}
            for found in (ours[i][j], float(written.xreplace(numbers).evalf())):
                if not math.isclose(expected, found, rel_tol=1e-12):
                    return False
    return True


def settle():
    """Let the allocator finish what a run left behind: it merges SymEngine's many freed objects at the next request."""
    gc.collect()
    bytes(1 << 20)


def main(repetitions=7):
    """Print the table; exit status 0 if every demanded ratio is reached, else 1."""
    if not the_same_numbers():
        print("FAIL: the entries differ")
        return 1
    times = {name: [] for name in RUNS}
    for run in RUNS.values():
        run()
    for _ in range(repetitions):
        for name, run in RUNS.items():
            settle()
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"all output entries of {SYSTEM.name}, n = d = d_k = d_v = {SIZE}, median of {repetitions} interleaved")
    print(f"{'way':12}{'ms':>10}{'times faster':>15}{'demanded':>10}")
    passed = True
    for name, seconds in medians.items():
        ratio, least = medians["SymEngine"] / seconds, DEMANDED.get(name)
        verdict = "" if least is None else f"{least:>9}x  {'PASS' if ratio >= least else 'FAIL'}"
        passed = passed and (least is None or ratio >= least)
        print(f"{name:12}{seconds * 1e3:10.2f}{ratio:15.1f}{verdict}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
