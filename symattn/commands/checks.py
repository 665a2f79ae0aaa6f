"""A cross-validation's outcome as a derivation's last section: one line a witness, and all of it if one refutes."""

from __future__ import annotations

from collections.abc import Iterable

from symattn.publishing import Block, Code, Heading, Paragraph, Table
from symattn.verification import Report, Row
from symattn.verification.report import FACTOR

HEADER = ("witness", "held against", "agrees on", "not on", "worst error")


def summary(report: Report) -> list[Block]:
    """The blocks that say what was checked with what, how far apart it was, and what could not be checked.

    The document's own words for a verdict: agreed, refuted, unknown; unknown is never counted as agreed.
    """
    by_witness: dict[str, list[Row]] = {}
    for row in report.rows:
        by_witness.setdefault(row.witness, []).append(row)
    counts = f"{len(report.agreed)} agreed, {len(report.refuted)} refuted, {len(report.unknown)} unknown."
    units = "; ".join(_units(by_witness))
    blocks: list[Block] = [
        Heading(f"Checked: {report.mechanism}"),
        Table(HEADER, [_line(rows) for rows in by_witness.values()]),
        Paragraph(f"Errors are in units, of which up to {FACTOR:g} is agreement: {units}."),
        Paragraph(counts, _outcome(report)),
    ]
    blocks += [Paragraph(f"Unknown: {reason}") for reason in _reasons(report.unknown)]
    return blocks if not report.refuted else [*blocks, Code(report.to("text"))]


def _outcome(report: Report) -> str:
    if not report.passed:
        return " Not passed."
    return " Passed, except for what is unknown." if report.unknown else " Passed."


def _line(rows: list[Row]) -> tuple[str, ...]:
    agreed = [row.value for row in rows if row.verdict in ("exact", "sampled")]
    others = [
        f"{verdict}: {', '.join(row.value for row in rows if row.verdict == verdict)}"
        for verdict in dict.fromkeys(row.verdict for row in rows if row.verdict not in ("exact", "sampled"))
    ]
    ratios = [row.ratio for row in rows if row.ratio is not None]
    worst = f"{max(ratios):.2g}" if ratios else "none"
    return rows[0].witness, rows[0].against, _listed(agreed), _listed(others), worst


def _units(by_witness: dict[str, list[Row]]) -> list[str]:
    """Each unit once, with the witnesses that are measured in it."""
    measured: dict[str, list[str]] = {}
    for witness, rows in by_witness.items():
        measured.setdefault(rows[0].unit, []).append(witness)
    return [f"{unit} ({', '.join(witnesses)})" for unit, witnesses in measured.items()]


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _reasons(rows: Iterable[Row]) -> list[str]:
    """What kept rows from being compared, each reason once, after the witnesses that it kept."""
    kept: dict[str, dict[str, None]] = {}
    for row in rows:
        for _, reason in row.not_compared[:1]:
            kept.setdefault(reason, {})[row.witness] = None
    return [f"{', '.join(witnesses)}: {reason}" for reason, witnesses in kept.items()]
