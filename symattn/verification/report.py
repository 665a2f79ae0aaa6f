"""What a cross-validation found: one row for each value and witness, and no more claimed than was compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from symattn.errors import InputError

FACTOR = 50.0
"""Errors up to this many units agree: room for the constants that the first-order analysis leaves out."""


@dataclass(frozen=True)
class Comparison:
    """One value at one instance, as one witness gave it, against the reference.

    ``ratio`` is the largest error in units; ``None`` if nothing could be compared, and ``reason`` says why. Of
    ``entries`` that were compared, the worst stands at ``place``: batch, the ``axes`` of a family, row, column; others
    were ``skipped``, which a ``doubt`` explains.
    A comparison that refutes at a small instance keeps its ``inputs``.
    ``excused`` marks what no code could be blamed for: an optional part that is not installed, a value beyond exact
    arithmetic, numbers beyond float32, a gradient where there is none.
    """

    value: str
    witness: str
    against: str
    unit: str
    verdict: str
    instance: str
    sizes: tuple[tuple[str, int], ...] = ()
    volume: int = 0
    entries: int = 0
    skipped: int = 0
    doubt: str = ""
    ratio: float | None = None
    error: float | None = None
    place: tuple[int, ...] = ()
    axes: int = 0
    found: str = ""
    expected: str = ""
    reason: str = ""
    excused: bool = False
    inputs: tuple[tuple[str, str], ...] = ()

    @property
    def where(self) -> str:
        """The place as it is written behind the value's name: ``[0, 3]``, or ``[2][0, 3]`` in the member 2 of a family.

        In a batch its element comes first, ``[2][1, 0, 3]``.
        """
        first = len(self.place) - 2 - self.axes
        member = self.place[first : first + self.axes] if self.axes else ()
        rest = (*self.place[:first], *self.place[first + self.axes :]) if self.axes else self.place
        return "".join(f"[{', '.join(map(str, part))}]" for part in (member, rest) if part)

    @property
    def agrees(self) -> bool:
        return self.ratio is not None and self.ratio <= FACTOR

    @property
    def refutes(self) -> bool:
        return self.ratio is not None and not self.agrees


@dataclass(frozen=True)
class Row:
    """All comparisons of one value with one witness.

    ``verdict`` is ``"exact"`` or ``"sampled"`` (every instance compared agrees), ``"refuted"`` (one does not; ``worst``
    is the smallest that does not) or ``"unknown"`` (none could be compared). ``worst`` is otherwise the largest error.
    """

    value: str
    witness: str
    against: str
    verdict: str
    unit: str
    instances: int
    entries: int
    worst: Comparison | None
    not_compared: tuple[tuple[str, str], ...] = ()
    excused: bool = False

    @property
    def ratio(self) -> float | None:
        """The error of ``worst`` in units; ``None`` if nothing could be compared."""
        return None if self.worst is None else self.worst.ratio


@dataclass(frozen=True)
class Report:
    """The outcome of a cross-validation.

    ``passed`` needs three things: nothing is refuted; every value agrees with at least one witness; and whatever is
    unknown is so because an optional part is not installed, exact arithmetic does not reach it, float32 cannot hold or
    tell apart its numbers, or the instances have no gradient, as relu has none at 0. Rows that are unknown are listed
    with their reason and never counted as agreed.
    """

    mechanism: str
    values: tuple[str, ...]
    rows: tuple[Row, ...]
    digits: int
    seed: int
    instances: tuple[str, ...]
    exact_instances: tuple[str, ...] = ()
    sizes: tuple[tuple[str, tuple[int, ...]], ...] = field(default=())

    def _kind(self, *verdicts: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.verdict in verdicts)

    @property
    def agreed(self) -> tuple[Row, ...]:
        """Rows of which every instance compared agrees."""
        return self._kind("exact", "sampled")

    @property
    def refuted(self) -> tuple[Row, ...]:
        """Rows with an instance that does not agree, the first value of the mechanism first."""
        return self._kind("refuted")

    @property
    def unknown(self) -> tuple[Row, ...]:
        """Rows of which no instance could be compared."""
        return self._kind("unknown")

    @property
    def passed(self) -> bool:
        supported = {row.value for row in self.agreed}
        return (
            not self.refuted
            and all(value in supported for value in self.values)
            and all(row.excused for row in self.unknown)
        )

    @property
    def exit_status(self) -> int:
        """0 if the report passed, else 1."""
        return 0 if self.passed else 1

    @property
    def worst(self) -> Row | None:
        """The row with the largest error in its units, a refuted one before all others."""
        compared = [(row.verdict == "refuted", row.ratio, row) for row in self.rows if row.ratio is not None]
        return max(compared, key=lambda found: found[:2], default=(False, 0.0, None))[2]

    @property
    def comparisons(self) -> int:
        """How many values were compared at how many instances, in all."""
        return sum(row.instances for row in self.rows)

    @property
    def entries(self) -> int:
        """How many numbers were compared, in all."""
        return sum(row.entries for row in self.rows)

    def to(self, form: str = "text") -> str:
        """The report as ``"text"`` or ``"json"``.

        Errors: ``InputError`` for any other form.
        """
        if form == "text":
            return text(self)
        if form == "json":
            return json.dumps(as_data(self), indent=2, ensure_ascii=False)
        raise InputError(f"a report can be written as text or json, not as {form!r}.")

    def __str__(self) -> str:
        return text(self)


def row_of(comparisons: Sequence[Comparison]) -> Row:
    """The row that comparisons of one value with one witness make."""
    compared = [one for one in comparisons if one.ratio is not None]
    refuting = [one for one in compared if one.refutes]
    missing = [one for one in comparisons if one.ratio is None]
    first = (compared or missing)[0]
    if refuting:
        verdict, worst = "refuted", min(refuting, key=lambda one: one.volume)
    elif compared:
        verdict, worst = first.verdict, max(compared, key=lambda one: one.ratio or 0.0)
    else:
        verdict, worst = "unknown", None
    return Row(
        value=first.value,
        witness=first.witness,
        against=first.against,
        verdict=verdict,
        unit=first.unit,
        instances=len(compared),
        entries=sum(one.entries for one in compared),
        worst=worst,
        not_compared=(*((one.instance, one.reason) for one in missing), *map(_partly, filter(_has_gaps, compared))),
        excused=bool(missing) and all(one.excused for one in missing),
    )


def _has_gaps(one: Comparison) -> bool:
    return one.skipped > 0


def _partly(one: Comparison) -> tuple[str, str]:
    return one.instance, f"{one.doubt}, {one.skipped} of {one.skipped + one.entries} entries"


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data: lists, dicts, texts and numbers; an infinite error is the text ``"infinite"``."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(part) for part in value]
        if isinstance(value, float) and (value != value or abs(value) == float("inf")):
            return "infinite"
        return value

    data = {name: plain(value) for name, value in asdict(report).items()}
    data["sizes"] = {name: list(values) for name, values in report.sizes}
    counts = {"agreed": len(report.agreed), "refuted": len(report.refuted), "unknown": len(report.unknown)}
    return {**data, "tolerance": FACTOR, "counts": counts, "passed": report.passed, "exit_status": report.exit_status}


def text(report: Report) -> str:
    """The report for a terminal."""
    table = [("value", "witness", "against", "verdict", "worst error", "where"), *map(_cells, report.rows)]
    widths = [max(len(row[k]) for row in table) for k in range(len(table[0]) - 1)]
    lines = [f"Cross-validation of {report.mechanism}", ""]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join([*lines, "", *_counterexamples(report), *_gaps(report), *_summary(report)])


def _cells(row: Row) -> tuple[str, ...]:
    if row.worst is None or row.worst.ratio is None:
        return row.value, row.witness, row.against, row.verdict, "", ""
    place = f"{row.worst.where} " if row.worst.place else ""
    where = f"{place}at {row.worst.instance}" if row.worst.ratio else "every entry is equal"
    return row.value, row.witness, row.against, row.verdict, f"{row.worst.ratio:.3g}", where


def _counterexamples(report: Report) -> list[str]:
    lines = []
    for row in report.refuted:
        assert row.worst is not None
        where = row.value + row.worst.where
        lines += [
            f"Refuted: {where} at {row.worst.instance}" + (f": {row.worst.reason}" if row.worst.reason else ""),
            f"  {row.witness}: {row.worst.found}",
            f"  {row.against}: {row.worst.expected}",
            *(f"  {name} = {rows}" for name, rows in row.worst.inputs),
        ]
    return [*lines, ""] if lines else []


def _gaps(report: Report) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for row in report.rows:
        for instance, reason in row.not_compared:
            where = f"{row.witness}: {reason}" + (f" ({instance})" if instance else "")
            reasons.setdefault(where, []).append(row.value)
    lines = [f"Not compared: {', '.join(values)} with {where}" for where, values in reasons.items()]
    return [*lines, ""] if lines else []


def _summary(report: Report) -> list[str]:
    counts = f"{len(report.agreed)} agreed, {len(report.refuted)} refuted, {len(report.unknown)} unknown"
    sizes = ", ".join(f"{name} in {{{', '.join(map(str, values))}}}" for name, values in report.sizes)
    units = dict.fromkeys(f"{row.witness}: {row.unit}" for row in report.rows if row.unit)
    lines = [
        f"{counts}; {report.entries} numbers in {report.comparisons} comparisons.",
        f"{len(report.instances)} instances in floating point, {len(report.exact_instances)} in exact arithmetic"
        + (f"; {sizes}" if sizes else "")
        + f"; seed {report.seed}.",
        f"Errors are in units; up to {FACTOR:g} agree. The unit of {'; of '.join(units)}.",
    ]
    worst = report.worst
    if worst is not None and worst.worst is not None:
        where = f"{worst.value} with {worst.witness} at {worst.worst.instance}"
        lines.append(f"Worst: {worst.worst.ratio:.3g} units, {where}.")
    return [*lines, "Passed." if report.passed else "Not passed."]
