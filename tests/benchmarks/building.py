"""How long building each mechanism of the library takes: reading its equations into a system, once all is imported.

Every module of the library is run again, several times; what counts is the median of the processor's time. Sources
are compiled beforehand, and SymPy's caches are emptied before each run, as they are when a process begins.

    python tests/benchmarks/building.py [rounds]
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time

from sympy.core.cache import clear_cache

from symattn import mechanisms

MOST = 0.030
"""Seconds that a mechanism may take."""
SHOWN = 10


def modules():
    """The name of every mechanism, the name of its module and the module's code."""
    for group, names in mechanisms.groups().items():
        for name in names:
            home = f"{mechanisms.__name__}.{group}.{name.replace('-', '_')}"
            yield name, home, importlib.util.find_spec(home).loader.get_code(home)


def seconds(home, code):
    """The time of one run of a module in a fresh namespace."""
    clear_cache()
    begun = time.process_time()
    exec(code, {"__name__": home})
    return time.process_time() - begun


def main(rounds=5):
    """Print the slowest; 0 if none takes longer than allowed, else 1."""
    found = []
    for name, home, code in modules():
        seconds(home, code)
        found.append((statistics.median(seconds(home, code) for _ in range(rounds)), name))
    found.sort(reverse=True)
    print(f"{len(found)} mechanisms, median {statistics.median(time for time, _ in found) * 1e3:.1f} ms; the slowest:")
    for time_taken, name in found[:SHOWN]:
        print(f"{name:30}{time_taken * 1e3:8.1f} ms  {'PASS' if time_taken <= MOST else 'FAIL'}")
    return 1 if found[0][0] > MOST else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
