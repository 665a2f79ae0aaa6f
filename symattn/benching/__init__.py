"""Benchmarks of generated code on the user's machine: times, memory, peers, and the limit that the machine sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.benching.counting import Work, work_of
    from symattn.benching.machine import Rates, measure_rates, probes, rates_of
    from symattn.benching.measuring import Timings, interleaved
    from symattn.benching.memory import Measurer, Peak, Task, peak_extra_bytes, peaks
    from symattn.benching.outcome import Outcome, Row, Settings
    from symattn.benching.peers import PEERS, Form, Peer
    from symattn.benching.picture import picture_of
    from symattn.benching.running import benchmark
    from symattn.benching.tabulating import table
    from symattn.benching.threads import held_to

__all__ = [
    "Form",
    "Measurer",
    "Outcome",
    "PEERS",
    "Peak",
    "Peer",
    "Rates",
    "Row",
    "Settings",
    "Task",
    "Timings",
    "Work",
    "benchmark",
    "held_to",
    "interleaved",
    "measure_rates",
    "peak_extra_bytes",
    "peaks",
    "picture_of",
    "probes",
    "rates_of",
    "table",
    "work_of",
]

_HOMES = {
    "counting": ("Work", "work_of"),
    "machine": ("Rates", "measure_rates", "probes", "rates_of"),
    "measuring": ("Timings", "interleaved"),
    "memory": ("Measurer", "Peak", "Task", "peak_extra_bytes", "peaks"),
    "outcome": ("Outcome", "Row", "Settings"),
    "peers": ("PEERS", "Form", "Peer"),
    "picture": ("picture_of",),
    "running": ("benchmark",),
    "tabulating": ("table",),
    "threads": ("held_to",),
}

__getattr__ = loader(__name__, _HOMES)
