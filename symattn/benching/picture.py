"""The picture of a benchmark: time and memory of every contestant against the number of tokens, both logarithmic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import ceil, floor, log10

from symattn.benching.outcome import Outcome, Row
from symattn.benching.tabulating import in_bytes, in_seconds
from symattn.errors import InputError
from symattn.pictures.marks import Axis, Chart, Point, Series
from symattn.pictures.picture import Picture
from symattn.pictures.ticks import in_powers

LEAST_MEBIBYTES = 0.01
"""What is drawn for less."""


def picture_of(outcome: Outcome) -> Picture:
    """Two charts: milliseconds, and MiB, against tokens; without memory, one.

    Errors: ``InputError`` where nothing was measured.
    """
    timed = [row for row in outcome.rows if row.seconds is not None]
    if not timed:
        raise InputError("nothing was measured, so there is nothing to draw.")
    names = list(dict.fromkeys(row.name for row in timed))
    lengths = [row.n for row in timed]
    charts = [_chart("Time of one call", "milliseconds", timed, names, lengths, _milliseconds, _time)]
    kept = [row for row in timed if row.memory is not None and row.memory.extra is not None]
    if kept:
        charts.append(_chart("Memory beyond the inputs", "MiB", kept, names, lengths, _mebibytes, _memory))
    settings = outcome.settings
    what = "forward and backward" if settings.backward else "forward"
    where = f"{settings.threads} thread{'s' if settings.threads > 1 else ''}" if settings.device == "cpu" else "CUDA"
    return Picture(f"{outcome.mechanism}: {what}, {settings.dtype}, {where}", tuple(charts))


def _milliseconds(row: Row) -> float:
    assert row.seconds is not None
    return row.seconds * 1e3


def _time(row: Row) -> str:
    assert row.seconds is not None
    return in_seconds(row.seconds)


def _mebibytes(row: Row) -> float:
    assert row.memory is not None
    return max(row.memory.mebibytes, LEAST_MEBIBYTES)


def _memory(row: Row) -> str:
    assert row.memory is not None and row.memory.extra is not None
    return in_bytes(row.memory.extra)


def _chart(
    title: str,
    unit: str,
    rows: Sequence[Row],
    names: Sequence[str],
    lengths: Sequence[int],
    value: Callable[[Row], float],
    told: Callable[[Row], str],
) -> Chart:
    series = []
    for style, name in enumerate(names):
        points = tuple(
            Point(Decimal(row.n), Decimal(repr(value(row))), f"{name}, n = {row.n}: {told(row)}")
            for row in sorted(rows, key=lambda row: row.n)
            if row.name == name
        )
        if points:
            series += [Series(name, points, style), Series(name, points, style, joined=False)]
    return Chart(title, _tokens(lengths), _decades(unit, [value(row) for row in rows]), tuple(series))


def _tokens(lengths: Sequence[int]) -> Axis:
    low, high = min(lengths), max(lengths)
    if low == high:
        low, high = max(1, low // 2), high * 2
    return in_powers("tokens n", Decimal(low), Decimal(high), 2, every=1 if high < 256 * low else 2)


def _decades(unit: str, values: Sequence[float]) -> Axis:
    first, last = floor(log10(min(values))), ceil(log10(max(values)))
    if first == last:
        last += 1
    return in_powers(unit, Decimal(10) ** first, Decimal(10) ** last, 10)
