"""What the machine can do at best: multiply-adds of matrix products a second, and exponentials a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from symattn.benching.measuring import Timings, interleaved
from symattn.benching.threads import held_to

LARGE = 1024
"""Rows, inner length and columns of a product at which BLAS is at its best."""

TILE = 512
"""Queries and keys of one tile."""

CACHED = 2**15
"""Numbers whose exponentials are taken; they and their results stay in a cache of one core."""

FUNCTIONS = ("exp", "exp2")
"""Exponentials that code may use; the faster one counts."""


@dataclass(frozen=True)
class Rates:
    """Rates of one machine, for a number of threads and a dtype, all together and not for each thread.

    ``gemm`` is the best rate of any matrix product, in multiply-adds a second, and ``tile`` that of products of the
    sizes that tiles have; ``exponentials`` is a second, of the faster function, which ``function`` names.

    >>> Rates("float32", 1, gemm=4e9, tile=2e9, exponentials=1e9, function="exp2").limit(8e9, 1e9)
    3.0
    """

    dtype: str
    threads: int
    gemm: float
    tile: float
    exponentials: float
    function: str

    def limit(self, multiply_adds: float, exponentials: float) -> float:
        """The seconds below which no code gets that does this much work one after the other."""
        return multiply_adds / self.gemm + exponentials / self.exponentials

    @property
    def gigaflops(self) -> float:
        """The best rate of a matrix product in 10⁹ operations a second, a multiply-add counted as two."""
        return 2 * self.gemm / 1e9


@dataclass(frozen=True)
class Probe:
    """A function that does a known amount of one kind of work: ``"gemm"``, ``"tile"``, ``"exp"`` or ``"exp2"``."""

    kind: str
    amount: float
    function: Callable[[], object]


def probes(dtype: str = "float32", threads: int = 1, features: int = 64) -> dict[str, Probe]:
    """Functions whose times give the machine's rates; they can be timed in turn with what is compared with these.

    They use ``threads`` threads of Python over work of their own, each product on one thread of BLAS, and one product
    on all threads of BLAS; call them inside ``held_to(threads)``.
    """
    import numpy as np

    generator = np.random.default_rng(0)

    def drawn(*shape: int) -> np.ndarray:
        return generator.standard_normal(shape).astype(dtype)

    def product(rows: int, inner: int, columns: int, repeated: int) -> tuple[Callable[[], None], float]:
        left, right, out = drawn(rows, inner), drawn(inner, columns), np.empty((rows, columns), dtype)

        def run() -> None:
            for _ in range(repeated):
                np.matmul(left, right, out=out)

        return run, float(rows * inner * columns * repeated)

    def exponentials(name: str) -> tuple[Callable[[], None], float]:
        function, values, out = getattr(np, name), -abs(drawn(CACHED)), np.empty(CACHED, dtype)

        def run() -> None:
            for _ in range(128):
                function(values, out=out)

        return run, float(CACHED * 128)

    made = {}
    whole, amount = product(LARGE, LARGE, LARGE, 1)
    made["gemm"] = Probe("gemm", amount, whole)
    pool = _Pool(threads)
    shapes = {"scores": (TILE, features, TILE), "weighted": (TILE, TILE, features)}
    for name, shape in shapes.items():
        repeated = max(1, 2**27 // (shape[0] * shape[1] * shape[2]))
        each = [product(*shape, repeated) for _ in range(threads)]
        made[name] = Probe("tile", sum(amount for _, amount in each), pool.all_of([run for run, _ in each], blas=True))
    for name in FUNCTIONS:
        each = [exponentials(name) for _ in range(threads)]
        made[name] = Probe(name, sum(amount for _, amount in each), pool.all_of([run for run, _ in each]))
    return made


class _Pool:
    """Threads of Python that run one function each at the same time."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def all_of(self, functions: list[Callable[[], None]], blas: bool = False) -> Callable[[], None]:
        pool = self._pool
        if pool is None:
            return functions[0]

        def run() -> None:
            for future in [pool.submit(function) for function in functions]:
                future.result()

        def run_on_one_thread_of_blas_each() -> None:
            with held_to(1):
                run()

        return run_on_one_thread_of_blas_each if blas else run


def rates_of(made: Mapping[str, Probe], timings: Timings, dtype: str, threads: int) -> Rates:
    """The rates that the times of the probes give; of several products of one kind the fastest counts.

    ``timings`` may hold the times of other functions too.
    """
    found: dict[str, float] = {}
    for name, probe in made.items():
        rate = probe.amount / timings.median(name)
        found[probe.kind] = max(rate, found.get(probe.kind, 0.0))
    function = max(FUNCTIONS, key=lambda name: found[name])
    return Rates(dtype, threads, max(found["gemm"], found["tile"]), found["tile"], found[function], function)


def measure_rates(dtype: str = "float32", threads: int = 1, features: int = 64, seconds: float = 1.0) -> Rates:
    """The rates of this machine: medians of interleaved repetitions, in about so many seconds."""
    made = probes(dtype, threads, features)
    with held_to(threads):
        timings = interleaved({name: probe.function for name, probe in made.items()}, seconds=seconds)
    return rates_of(made, timings, dtype, threads)
