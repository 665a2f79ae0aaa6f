"""Benchmarks of generated code on the user's machine: times, memory, peers, and the limit that the machine sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.benching.counting import Work, work_of
    from symattn.benching.machine import Rates, measure_rates, probes, rates_of
    from symattn.benching.measuring import Timings, interleaved
    from symattn.benching.memory import Peak, Task, peak_extra_bytes, peaks
    from symattn.benching.peers import PEERS, Form, Peer
    from symattn.benching.threads import held_to

__all__ = [
    "Form",
    "PEERS",
    "Peak",
    "Peer",
    "Rates",
    "Task",
    "Timings",
    "Work",
    "held_to",
    "interleaved",
    "measure_rates",
    "peak_extra_bytes",
    "peaks",
    "probes",
    "rates_of",
    "work_of",
]

_HOMES = {
    "counting": ("Work", "work_of"),
    "machine": ("Rates", "measure_rates", "probes", "rates_of"),
    "measuring": ("Timings", "interleaved"),
    "memory": ("Peak", "Task", "peak_extra_bytes", "peaks"),
    "peers": ("PEERS", "Form", "Peer"),
    "threads": ("held_to",),
}

__getattr__ = loader(__name__, _HOMES)
