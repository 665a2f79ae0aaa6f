"""Exact attention enlarged to n integer inputs against plain SymPy matrices without any simplification.

Peer: SymPy's Matrix products, exp entry by entry, row sums, quotients, product with V: nothing is brought to lowest
terms. Ours: bind, then every entry of P and of O, each in lowest terms. Before every repetition of SymPy its cache is
emptied, as it is when a user computes this once; the ratio with a filled cache is printed beside it.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable

from sympy import Add, Matrix, exp
from sympy.core.cache import clear_cache

from symattn import article
from symattn.equations import Equation, EquationSystem
from symattn.exact import ExactMatrix
from symattn.language import parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.worked import bind

DEMANDED = 100
INPUTS = {"X": "n d", "W_K": "d d_k", "W_Q": "d d_k", "W_V": "d d_v"}
EQUATIONS = """
K = X @ W_K
Q = X @ W_Q
V = X @ W_V
S = Q @ K.T{scale}
P = softmax(S)
O = P @ V
"""


def attention(scale: str = "") -> EquationSystem:
    """Self-attention as the article computes it."""
    symbols = {name: declare(name, parse_shape(shape, name)) for name, shape in INPUTS.items()}
    parsed = parse_equations(EQUATIONS.format(scale=scale), symbols)
    return EquationSystem("attention", tuple(symbols.values()), tuple(Equation(*each) for each in parsed), "O")


def inputs(n: int) -> list[list[int]]:
    """The article's kind of input: small whole numbers."""
    generator = random.Random(1)
    return [[generator.randint(0, 2) for _ in range(4)] for _ in range(n)]


def plain_sympy(x: list[list[int]]) -> tuple[Matrix, Matrix]:
    """P and O by SymPy's matrices."""
    rows = Matrix(x)
    k, q, v = (rows * Matrix(weights) for weights in (article.W_K, article.W_Q, article.W_V))
    powers = (q * k.T).applyfunc(exp)
    sums = [Add(*powers[i, :]) for i in range(powers.rows)]
    p = Matrix(powers.rows, powers.cols, lambda i, j: powers[i, j] / sums[i])
    return p, p * v


def ours(system: EquationSystem, x: list[list[int]]) -> tuple[ExactMatrix, ExactMatrix]:
    """P and O in lowest terms."""
    bound = bind(system, {**article.SELF_ATTENTION, "X": x})
    weights, output = bound.exact("P"), bound.exact("O")
    assert isinstance(weights, ExactMatrix) and isinstance(output, ExactMatrix)
    for row in (*weights.rows, *output.rows):
        for entry in row:
            entry.reduced()
    return weights, output


def not_in_lowest_terms(system: EquationSystem, x: list[list[int]]) -> int:
    """How many entries are not proved to be in lowest terms."""
    return sum(not entry.in_lowest_terms for matrix in ours(system, x) for row in matrix for entry in row)


def seconds(work: Callable[[], object]) -> float:
    """The time that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    """Print the table; 0 if the demanded ratio is reached."""
    unscaled, scaled = attention(), attention(" / sqrt(d_k)")
    small, large = inputs(64), inputs(256)
    for system in (unscaled, scaled):
        assert not_in_lowest_terms(system, small) == 0
    times: dict[str, list[float]] = {"cold": [], "warm": [], "ours": [], "scaled": [], "large": []}
    for _ in range(5):
        gc.collect()
        clear_cache()
        times["cold"].append(seconds(lambda: plain_sympy(small)))
        times["warm"].append(seconds(lambda: plain_sympy(small)))
        for _ in range(5):
            times["ours"].append(seconds(lambda: ours(unscaled, small)))
            times["scaled"].append(seconds(lambda: ours(scaled, small)))
        times["large"].append(seconds(lambda: ours(unscaled, large)))
    median = {name: statistics.median(found) for name, found in times.items()}
    ratio = median["cold"] / median["ours"]
    print(f"{'all P and O from X and three W':44}{'ms':>10}")
    for name, label in (
        ("cold", "SymPy matrices, n = 64"),
        ("warm", "SymPy matrices, n = 64, cache filled"),
        ("ours", "symattn, n = 64, lowest terms"),
        ("scaled", "symattn, n = 64, scaled by 1/sqrt(d_k)"),
        ("large", "symattn, n = 256, lowest terms"),
    ):
        print(f"{label:44}{1e3 * median[name]:10.1f}")
    verdict = "PASS" if ratio >= DEMANDED else "FAIL"
    filled = median["warm"] / median["ours"]
    print(f"{verdict}: {ratio:.0f} times faster, demanded {DEMANDED} ({filled:.0f} times with SymPy's cache filled)")
    return 0 if ratio >= DEMANDED else 1


if __name__ == "__main__":
    sys.exit(main())
