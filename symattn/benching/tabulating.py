"""The table of a benchmark as text: times, ratios to each peer, memory, and the share of the machine's limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symattn.benching.outcome import Outcome, Row

SHORT: Mapping[str, str] = {
    "textbook NumPy": "textbook",
    "NumPy in place": "in place",
    "torch eager": "eager",
    "torch SDPA": "SDPA",
    "NumPy direct": "direct",
}
"""What peers are called above their column."""


def table(outcome: Outcome) -> str:
    """The whole of it: what was measured and how, the rows, and notes."""
    return "\n".join([*_head(outcome), "", *_lines(outcome), "", *_notes(outcome)]).rstrip() + "\n"


def _head(outcome: Outcome) -> list[str]:
    settings, rates = outcome.settings, outcome.rates
    what = "forward and backward" if settings.backward else "forward"
    heads = "1 head" if settings.heads == 1 else f"{settings.heads} heads"
    threads = "1 thread" if settings.threads == 1 else f"{settings.threads} threads"
    where = threads if settings.device == "cpu" else settings.device
    versions = ", ".join(f"{name} {version}" for name, version in outcome.versions.items())
    lines = [
        f"{outcome.mechanism}: {what}, {settings.dtype}, {heads}, {settings.features} features, {where}; {versions}"
    ]
    if rates is not None:
        found = f"This machine: {rates.gigaflops:.3g} GFLOP/s in matrix products"
        if settings.device == "cpu":
            found += f" ({2 * rates.tile / 1e9:.3g} of the size of tiles), {rates.exponentials / 1e9:.2g} · 10⁹ "
            found += f"exponentials a second ({rates.function})"
        lines.append(f"{found}.")
    return lines


def _lines(outcome: Outcome) -> list[str]:
    headings = ["n", "who", "time", *(f"× {SHORT.get(name, name)}" for name in outcome.peers)]
    headings += ["GFLOP/s", "memory", "of the limit"]
    cells: list[Sequence[str]] = [headings]
    reasons: dict[int, str] = {}
    for row in outcome.rows:
        if row.seconds is None:
            reasons[len(cells)] = row.reason
            cells.append([str(row.n), row.name])
        else:
            cells.append(_cells(row, outcome.peers))
    widths = [
        max((len(line[place]) for line in cells if len(line) > place), default=0) for place in range(len(headings))
    ]
    made, before = [], ""
    for number, line in enumerate(cells):
        if number > 1 and line[0] != before:
            made.append("")
        before = line[0]
        text = "  ".join(
            _aligned(cell, width, place) for place, (cell, width) in enumerate(zip(line, widths, strict=False))
        )
        made.append(f"{text}  {reasons[number]}" if number in reasons else text.rstrip())
    return made


def _aligned(cell: str, width: int, place: int) -> str:
    return cell.ljust(width) if place == 1 else cell.rjust(width)


def _cells(row: Row, peers: Iterable[str]) -> list[str]:
    assert row.seconds is not None
    ratios = [f"{row.ratios[peer]:.2f}" if peer in row.ratios else "–" for peer in peers]
    memory = "–" if row.memory is None or row.memory.extra is None else in_bytes(row.memory.extra)
    share = "–" if row.share is None else f"{100 * row.share:.0f} %"
    return [str(row.n), row.name, in_seconds(row.seconds), *ratios, f"{row.gigaflops:.3g}", memory, share]


def _notes(outcome: Outcome) -> list[str]:
    notes = []
    if outcome.rows:
        peers = ", ".join(outcome.peers)
        notes.append(
            f"Times are medians of interleaved repetitions; × is the median ratio to the time of each of: {peers}."
            if peers
            else "Times are medians of interleaved repetitions."
        )
        notes.append(
            "GFLOP/s counts the matrix products over allowed keys; the limit is their time at this machine's best "
            "rate, measured in turn with all others, and that of the exponentials."
        )
    ways = dict.fromkeys(row.memory.how for row in outcome.rows if row.memory and row.memory.extra is not None)
    place = "in a process of its own" if outcome.settings.device == "cpu" else "on the device"
    notes += [f"Memory is the {how}, {place}." if "growth" in how else f"Memory is {how}." for how in ways]
    unknown: dict[str, list[str]] = {}
    for row in outcome.rows:
        if row.memory is not None and row.memory.extra is None:
            unknown.setdefault(row.memory.how, []).append(f"{row.name} (n = {row.n})")
    notes += [f"Memory of {', '.join(rows)}: {reason}." for reason, rows in unknown.items()]
    units = [row.units for row in outcome.rows if row.units is not None]
    if units and outcome.passed:
        notes.append(
            f"All results agree with the float64 reference: the largest error is {max(units):.2g} of the 50 units of "
            "rounding that are allowed."
        )
    notes += [f"{name}: {reason}." for name, reason in outcome.refused.items()]
    return [*notes, *outcome.remarks]


def in_seconds(seconds: float) -> str:
    """A time with three digits and its unit.

    >>> in_seconds(0.0123456), in_seconds(2.5e-6), in_seconds(12.0)
    ('12.3 ms', '2.50 µs', '12.0 s')
    """
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1 or unit == "µs":
            value = seconds * factor
            digits = 2 if value < 10 else 1 if value < 100 else 0
            return f"{value:.{digits}f} {unit}"
    raise AssertionError


def in_bytes(count: float) -> str:
    """Memory with its unit.

    >>> in_bytes(3 * 2**20), in_bytes(500), in_bytes(2 * 2**30)
    ('3.0 MiB', '0.0 MiB', '2.0 GiB')
    """
    if count >= 2**30:
        return f"{count / 2**30:.1f} GiB"
    value = count / 2**20
    return f"{value:.1f} MiB" if value < 100 else f"{value:.0f} MiB"
