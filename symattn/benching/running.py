"""A benchmark from beginning to end: rates, then for each number of tokens correctness, times and memory."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from symattn.benching.budgeting import TIME_IS_UP, Budget
from symattn.benching.cases import Case, batch_for, case_of, sizes_for
from symattn.benching.contestants import Contestant, prepare
from symattn.benching.counting import Work, work_of
from symattn.benching.entering import Field, enter
from symattn.benching.judging import Judge
from symattn.benching.machine import Probe, Rates, probes, rates_of
from symattn.benching.machine_of_device import check_device, device_peak, device_rates, waiting_for
from symattn.benching.measuring import Call, Timings, interleaved
from symattn.benching.memory import Measurer, Peak, Task
from symattn.benching.outcome import Outcome, Row, Settings
from symattn.benching.threads import held_to
from symattn.equations import EquationSystem

Progress = Callable[[int, int, str], None]

TIMING = 0.4
"""Which part of the time for one number of tokens goes to timing; checks and memory take the rest."""

WARM = 32
"""Tokens of the small inputs with which libraries are warmed up before memory is measured."""

MADE_BEFORE = (
    "Code written by hand is given its mask and its bias, which are made before the clock starts; generated code makes "
    "its own."
)

PROBE = "rate of {}"
"""What a probe of the machine is called beside the contestants."""


def benchmark(system: EquationSystem, settings: Settings, progress: Progress = lambda *_: None) -> Outcome:
    """Compare every strategy of the generated code, and the peers that the mechanism has, on this machine.

    Errors: ``InputError`` for an unknown strategy or a device that is not there; those of the backward pass.
    """
    check_device(settings.device)
    return _Run(system, settings, progress).outcome()


class _Run:
    def __init__(self, system: EquationSystem, settings: Settings, progress: Progress) -> None:
        self.budget = Budget(settings.seconds, settings.device)
        self.settings, self.progress = settings, progress
        self.system = system
        self.fields: dict[int, Field] = {}
        self.field = self.field_at(min(settings.lengths))
        self.batch = batch_for(system, settings.heads)
        self.rows: list[Row] = []
        self.remarks: list[str] = [MADE_BEFORE] if self.field.made_before else []
        self.interrupted = False
        self.rates: Rates | None = None
        self.device_rates: Rates | None = None
        self.probes: Mapping[str, Probe] = {}
        self.judge = Judge(self.field_at, self.case)

    def _sizes_of(self, system: EquationSystem, n: int) -> dict[str, int]:
        return sizes_for(system, n, self.settings.heads, self.settings.features, self.settings.sizes)

    def field_at(self, n: int) -> Field:
        """Who takes part at a number of tokens, on which masks and scales may depend."""
        if n not in self.fields:
            settings = self.settings
            self.fields[n] = enter(
                self.system,
                self._sizes_of(self.system, n),
                strategies=settings.strategies,
                with_backward=settings.backward,
                device=settings.device,
            )
        return self.fields[n]

    def case(self, n: int) -> tuple[Case, dict[str, int], Work]:
        """The inputs at a number of tokens, the sizes, and the work."""
        field, sizes = self.field, self._sizes_of(self.field.system, n)
        work = work_of(field.system, sizes, field.outputs)
        for length in self.batch:
            work = Work(work.multiply_adds * length, work.exponentials * length, work.largest * length)
        options = {"dtype": self.settings.dtype, "device": self.settings.device}
        return case_of(field.system, sizes, field.outputs, self.batch, **options), sizes, work

    def outcome(self) -> Outcome:
        settings, interrupted = self.settings, False
        for library in {each.library for each in self.field.contestants}:
            importlib.import_module(library)  # before its threads are held
        try:
            with held_to(settings.threads) as remark, Measurer(settings.threads) as measurer:
                if remark:
                    self.remarks.append(remark)
                if settings.device == "cpu":
                    self.probes = probes(settings.dtype, settings.threads, settings.features)
                else:
                    self.device_rates = device_rates(settings.device, settings.dtype)
                for place, n in enumerate(sorted(set(settings.lengths))):
                    self._at(n, len(set(settings.lengths)) - place, measurer)
        except KeyboardInterrupt:
            interrupted = True
        return Outcome(
            self.system.name,
            settings,
            self.rates,
            self.field.peers,
            tuple(self.rows),
            self.field.refused,
            tuple(dict.fromkeys([*self.remarks, *self.judge.remarks])),
            _versions(),
            interrupted,
        )

    def _at(self, n: int, lengths_left: int, measurer: Measurer) -> None:
        case, _, work = self.case(n)
        total = len(set(self.settings.lengths))
        slow = self.budget.too_slow(work)
        ready: dict[str, Call] = {}
        units: dict[str, float | None] = {}
        refused: list[Row] = []
        for contestant in self.field_at(n).contestants:
            self.progress(total - lengths_left, total, f"n = {n}: checking {contestant.name}")
            row, call = self._checked(contestant, n, case, work, slow)
            units[contestant.name] = row.units
            if call is None:
                refused.append(row)
            else:
                ready[contestant.name] = call
        found: list[Row] = []
        try:
            if ready:
                self.progress(total - lengths_left, total, f"n = {n}: timing")
                found = self._timed(n, ready, work, units, lengths_left)
                ready.clear()
                if self.interrupted:
                    raise KeyboardInterrupt
                for place, row in enumerate(found):
                    self.progress(total - lengths_left, total, f"n = {n}: memory of {row.name}")
                    found[place] = replace(row, memory=self._memory(row, n, case, measurer))
        finally:  # what was measured is kept when Ctrl-C comes
            by_name = {row.name: row for row in [*found, *refused]}
            self.rows += [by_name[each.name] for each in self.field.contestants if each.name in by_name]

    def _checked(
        self, contestant: Contestant, n: int, case: Case, work: Work, slow: Mapping[str, float]
    ) -> tuple[Row, Call | None]:
        """The row of one that cannot be timed, or its function, called once and found right."""
        row = Row(n, contestant.name, operations=work.operations)
        reason = self.budget.objection(contestant, case, work, slow)
        if reason:
            return replace(row, reason=reason), None
        try:
            call = prepare(contestant, case)
            started = time.monotonic()
            results = contestant.results(call())
            self.budget.note(contestant.name, time.monotonic() - started, work)
            units = self.judge.units(contestant, results, n)
        except MemoryError:
            return replace(row, reason="there is not enough memory"), None
        except Exception as error:  # whatever generated code or a library raises is told, and the others go on
            told = str(error).strip().splitlines()
            return replace(row, reason=f"it failed: {type(error).__name__}: {told[0] if told else ''}"), None
        if units is not None and not self.judge.agrees(units):
            reason = f"WRONG: an error of {units:.3g} units, where up to {self.judge.most:g} agree; not timed"
            return replace(row, reason=reason, units=units, wrong=True), None
        return replace(row, units=units), call

    def _timed(
        self, n: int, ready: dict[str, Call], work: Work, units: dict[str, float | None], lengths_left: int
    ) -> list[Row]:
        settings = self.settings
        seconds = max(0.0, TIMING * self.budget.left / lengths_left)
        finish = waiting_for(settings.device)
        measures = {PROBE.format(name): probe.function for name, probe in self.probes.items()}
        everything = {**measures, **ready}
        timings: Timings = interleaved(everything, seconds=seconds, rounds=settings.rounds, finish=finish, partial=True)
        self.interrupted = timings.interrupted
        self.rates = self._rates(timings)
        peers = [name for name in self.field.peers if name in ready]
        limit = None if self.rates is None else self.rates.limit(work.multiply_adds, work.exponentials)
        for name in ready:
            self.budget.note(name, timings.median(name), work)
        return [
            Row(
                n,
                name,
                timings.median(name),
                {peer: timings.ratio(name, peer) for peer in peers},
                timings.rounds,
                work.operations,
                limit,
                units=units[name],
            )
            for name in ready
        ]

    def _rates(self, timings: Timings) -> Rates:
        """What the machine did meanwhile, so that others who use it slow down both sides of a comparison."""
        if self.device_rates is not None:
            return self.device_rates
        own = {name: timings.seconds[PROBE.format(name)] for name in self.probes}
        return rates_of(self.probes, Timings(own), self.settings.dtype, self.settings.threads)

    def _memory(self, row: Row, n: int, case: Case, measurer: Measurer) -> Peak | None:
        if not self.settings.memory:
            return None
        contestant = self.field_at(n)[row.name]
        if self.settings.device != "cpu":
            return device_peak(prepare(contestant, case))
        if self.budget.left <= 0:
            return Peak(None, TIME_IS_UP)
        few = min(WARM, n)
        warm = self.field_at(few)[row.name], self.case(few)[0]
        allowed = max(20.0, self.budget.left)  # another process loads its libraries first
        return measurer.measured(Task(prepare, (contestant, case), warm), allowed)


def _versions() -> dict[str, str]:
    """What was measured with."""
    found: dict[str, Any] = {"Python": platform.python_version()}
    for name in ("numpy", "torch"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
