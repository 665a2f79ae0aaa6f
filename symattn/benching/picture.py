"""The picture of a benchmark: time and memory of every contestant against the number of tokens, both logarithmic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from math import ceil, floor, log10

from symattn.benching.outcome import Outcome, Row
from symattn.benching.tabulating import in_bytes, in_seconds, threads_of, what_of
from symattn.benching.wording import NAMES, WORDS
from symattn.errors import InputError
from symattn.mechanism_names import called
from symattn.pictures.marks import Axis, Chart, Point, Series
from symattn.pictures.picture import Picture
from symattn.pictures.ticks import in_powers
from symattn.pictures.wording import Wording

LEAST_MEBIBYTES = 0.01
"""What is drawn for less."""


def picture_of(outcome: Outcome, language: str = "en") -> Picture:
    """Two charts: milliseconds, and MiB, against tokens; without memory, one.

    Errors: ``InputError`` where nothing was measured, and for a language that there is not.
    """
    say = partial(WORDS.said, language)
    timed = [row for row in outcome.rows if row.seconds is not None]
    if not timed:
        raise InputError("nothing was measured, so there is nothing to draw.")
    names = list(dict.fromkeys(row.name for row in timed))
    lengths = [row.n for row in timed]
    drawn = partial(_chart, language, names, lengths)
    charts = [drawn(say("time chart"), say("milliseconds"), timed, _milliseconds, _time)]
    kept = [row for row in timed if row.memory is not None and row.memory.extra is not None]
    if kept:
        charts.append(drawn(say("memory chart"), "MiB", kept, _mebibytes, _memory))
    title = say(
        "title",
        mechanism=called(language, outcome.mechanism),
        what=what_of(outcome, language),
        dtype=outcome.settings.dtype,
        where=threads_of(outcome, language) if outcome.settings.device == "cpu" else "CUDA",
    )
    return Picture(title, tuple(charts), language=language)


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
    language: str,
    names: Sequence[str],
    lengths: Sequence[int],
    title: str,
    unit: str,
    rows: Sequence[Row],
    value: Callable[[Row], float],
    told: Callable[[Row], str],
) -> Chart:
    series = []
    for style, name in enumerate(names):
        shown = NAMES.said(language, name)
        points = tuple(
            Point(
                Decimal(row.n),
                Decimal(repr(value(row))),
                WORDS.said(language, "point", name=shown, n=str(row.n), value=told(row)),
            )
            for row in sorted(rows, key=lambda row: row.n)
            if row.name == name
        )
        if points:
            series += [Series(shown, points, style), Series(shown, points, style, joined=False)]
    across, up = _tokens(WORDS.said(language, "tokens"), lengths), _decades(unit, [value(row) for row in rows])
    return Chart(title, across, up, tuple(series), wording=Wording.of(language))


def _tokens(label: str, lengths: Sequence[int]) -> Axis:
    low, high = min(lengths), max(lengths)
    if low == high:
        low, high = max(1, low // 2), high * 2
    return in_powers(label, Decimal(low), Decimal(high), 2, every=1 if high < 256 * low else 2)


def _decades(unit: str, values: Sequence[float]) -> Axis:
    first, last = floor(log10(min(values))), ceil(log10(max(values)))
    if first == last:
        last += 1
    return in_powers(unit, Decimal(10) ** first, Decimal(10) ** last, 10)
