"""How long the start takes: importing symattn beside importing SymPy, and the help beside an empty click program.

Whole processes, interleaved, so that a busy machine slows both sides alike; the figure is a ratio of medians.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

EMPTY = "import click\n@click.command()\ndef main():\n    pass\nmain()"
SCRIPT = "import sys\nfrom symattn.cli import main\nsys.exit(main())"

COMPARISONS = (
    ("import symattn", "import sympy", ("-c", "import symattn"), ("-c", "import sympy"), 1.15, 15),
    (
        "from symattn import mechanism",
        "import sympy",
        ("-c", "from symattn import mechanism"),
        ("-c", "import sympy"),
        None,
        15,
    ),
    ("symattn --help", "an empty click program", ("-c", SCRIPT, "--help"), ("-c", EMPTY, "--help"), 1.5, 41),
    (
        "python -m symattn --help",
        "an empty click program",
        ("-m", "symattn", "--help"),
        ("-c", EMPTY, "--help"),
        1.5,
        41,
    ),
)
"""What is measured, its peer, both command lines, the largest ratio allowed, and how often each is run."""


def seconds(arguments: tuple[str, ...]) -> float:
    """The time of one whole process."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def main() -> int:
    """Print a table; the exit status is 0 if every ratio is within its bound."""
    failed = False
    print(f"{'what':<30} {'peer':<24} {'ms':>7} {'peer ms':>8} {'ratio':>6} {'bound':>6}")
    for what, peer, ours, theirs, bound, repetitions in COMPARISONS:
        seconds(ours), seconds(theirs)
        pairs = [(seconds(ours), seconds(theirs)) for _ in range(repetitions)]
        mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = mine / other
        failed |= bound is not None and ratio > bound
        verdict = "for information" if bound is None else f"{bound:6.2f} {'PASS' if ratio <= bound else 'FAIL'}"
        print(f"{what:<30} {peer:<24} {mine * 1e3:7.1f} {other * 1e3:8.1f} {ratio:6.2f} {verdict}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
