"""The table of a benchmark as text: times, ratios to each peer, memory, and the share of the machine's limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from symattn.benching.memory import RESIDENT, SINCE_START
from symattn.benching.outcome import Outcome, Row
from symattn.benching.wording import NAMES, REASONS, SHORT, WORDS, reason_in
from symattn.mechanism_names import called
from symattn.publishing.layout import columns


def table(outcome: Outcome, language: str = "en") -> str:
    """The whole of it: what was measured and how, the rows, and notes.

    Errors: ``InputError`` for a language that there is not.
    """
    parts = [*_head(outcome, language), "", *_lines(outcome, language), "", *_notes(outcome, language)]
    return "\n".join(parts).rstrip() + "\n"


def what_of(outcome: Outcome, language: str) -> str:
    """What is computed."""
    return WORDS.said(language, "backward" if outcome.settings.backward else "forward")


def threads_of(outcome: Outcome, language: str) -> str:
    """How many threads there were."""
    return _counted(language, outcome.settings.threads, "one thread", "threads")


def _counted(language: str, count: int, one: str, several: str) -> str:
    return WORDS.said(language, one) if count == 1 else WORDS.said(language, several, count=str(count))


def _head(outcome: Outcome, language: str) -> list[str]:
    settings, rates, say = outcome.settings, outcome.rates, partial(WORDS.said, language)
    head = say(
        "head",
        mechanism=called(language, outcome.mechanism),
        what=what_of(outcome, language),
        dtype=settings.dtype,
        heads=_counted(language, settings.heads, "one head", "heads"),
        features=str(settings.features),
        where=threads_of(outcome, language) if settings.device == "cpu" else settings.device,
        versions=", ".join(f"{name} {REASONS.said(language, found)}" for name, found in outcome.versions.items()),
    )
    if rates is None:
        return [head]
    more = ""
    if settings.device == "cpu":
        tile, exponentials = f"{2 * rates.tile / 1e9:.3g}", f"{rates.exponentials / 1e9:.2g}"
        more = say("on the CPU", tile=tile, exponentials=exponentials, function=rates.function)
    return [head, say("machine", rate=f"{rates.gigaflops:.3g}", more=more)]


def _lines(outcome: Outcome, language: str) -> list[str]:
    say = partial(WORDS.said, language)
    headings = ["n", say("who"), say("time"), *(f"× {SHORT.said(language, name)}" for name in outcome.peers)]
    headings += ["GFLOP/s", say("memory"), say("share")]
    cells: list[Sequence[str]] = [headings]
    reasons: dict[int, str] = {}
    for row in outcome.rows:
        if row.seconds is None:
            reasons[len(cells)] = reason_in(language, row.reason)
            cells.append([str(row.n), NAMES.said(language, row.name)])
        else:
            cells.append(_cells(row, outcome.peers, language))
    widths = [
        max((columns(line[place]) for line in cells if len(line) > place), default=0) for place in range(len(headings))
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
    around = " " * (width - columns(cell))
    return cell + around if place == 1 else around + cell


def _cells(row: Row, peers: Iterable[str], language: str) -> list[str]:
    assert row.seconds is not None
    ratios = [f"{row.ratios[peer]:.2f}" if peer in row.ratios else "–" for peer in peers]
    memory = "–" if row.memory is None or row.memory.extra is None else in_bytes(row.memory.extra)
    share = "–" if row.share is None else f"{100 * row.share:.0f} %"
    name = NAMES.said(language, row.name)
    return [str(row.n), name, in_seconds(row.seconds), *ratios, f"{row.gigaflops:.3g}", memory, share]


def _notes(outcome: Outcome, language: str) -> list[str]:
    say, notes = partial(WORDS.said, language), []

    def listed(names: Iterable[str]) -> str:
        return WORDS.listed(language, (NAMES.said(language, name) for name in names))

    if outcome.rows:
        notes += [say("ratios", peers=listed(outcome.peers)) if outcome.peers else say("medians"), say("limit")]
    place = "memory here" if outcome.settings.device == "cpu" else "memory there"
    for how in dict.fromkeys(row.memory.how for row in outcome.rows if row.memory and row.memory.extra is not None):
        notes.append(say(place if how in (RESIDENT, SINCE_START) else "memory is", how=REASONS.said(language, how)))
    unknown: dict[str, list[str]] = {}
    for row in outcome.rows:
        if row.memory is not None and row.memory.extra is None:
            name = say("row", name=NAMES.said(language, row.name), n=str(row.n))
            unknown.setdefault(row.memory.how, []).append(name)
    notes += [
        say("memory unknown", rows=WORDS.listed(language, rows), reason=reason_in(language, reason))
        for reason, rows in unknown.items()
    ]
    units = [row.units for row in outcome.rows if row.units is not None]
    if units and outcome.passed:
        notes.append(say("agree", units=f"{max(units):.2g}"))
    notes += [
        reason_in(language, reason, "left out", name=NAMES.said(language, name))
        for name, reason in outcome.refused.items()
    ]
    return [*notes, *(REASONS.said(language, remark) for remark in outcome.remarks)]


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
