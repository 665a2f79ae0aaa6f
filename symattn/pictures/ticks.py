"""Axes and their ticks: round numbers between two ends, or powers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import floor, log10

from symattn.pictures.marks import Axis, Tick
from symattn.pictures.numerals import text_of


def linear(label: str, values: Iterable[float], most: int = 6) -> Axis:
    """An axis from one round number to another, around all the values.

    >>> [tick.text for tick in linear("s", [0.0, 4.0]).ticks]
    ['0', '1', '2', '3', '4']
    """
    found = list(values)
    low, high = min(found), max(found)
    if low == high:
        low, high = low - 1, high + 1
    step = _step((high - low) / (most - 1))
    first, last = floor(Decimal(low) / step), -floor(-Decimal(high) / step)
    if last - first > 2 * most:  # values that differ by less than their own last digit
        step = Decimal(high - low)
        first, last = floor(Decimal(low) / step), -floor(-Decimal(high) / step)
    places = [step * place for place in range(int(first), int(last) + 1)]
    ticks = tuple(Tick(float(place), text_of(place.normalize())) for place in places)
    return Axis(label, float(places[0]), float(places[-1]), ticks)


def unit(label: str) -> Axis:
    """The axis of a weight, from 0 to 1.

    >>> [tick.text for tick in unit("weight").ticks]
    ['0', '0.25', '0.5', '0.75', '1']
    """
    ticks = tuple(Tick(place / 4, text) for place, text in enumerate(("0", "0.25", "0.5", "0.75", "1")))
    return Axis(label, 0.0, 1.0, ticks)


def in_powers(label: str, low: Decimal, high: Decimal, base: int, every: int = 1) -> Axis:
    """A logarithmic axis with a tick at every power of the base, or every second, and so on, from ``low`` to ``high``.

    >>> [tick.text for tick in in_powers("T", Decimal("0.125"), Decimal(8), 2).ticks]
    ['1/8', '1/4', '1/2', '1', '2', '4', '8']
    >>> [tick.text for tick in in_powers("n", Decimal(100), Decimal(1000), 2).ticks]
    ['128', '256', '512']
    """
    ticks, place = [], 0
    while Decimal(base) ** (place - every) >= low:
        place -= every
    while Decimal(base) ** place < low:
        place += every
    while (at := Decimal(base) ** place) <= high:
        text = f"1/{base**-place}" if base == 2 and place < 0 else text_of(at.normalize())
        ticks.append(Tick(float(at), text))
        place += every
    return Axis(label, float(low), float(high), tuple(ticks), logarithmic=True)


def _step(least: float) -> Decimal:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``least``."""
    power = floor(log10(least))
    for digit in (1, 2, 5, 10):
        step = Decimal(digit).scaleb(power)
        if float(step) >= least * (1 - 1e-9):
            return step
    return Decimal(1).scaleb(power + 1)
