"""A cross-validation's outcome as a derivation's last section: one line a witness, and all of it if one refutes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from symattn.commands.check_words import CHECKS, LABELS
from symattn.mechanism_names import called
from symattn.publishing import Block, Code, Heading, Paragraph, Table
from symattn.verification import Report, Row
from symattn.verification.report import FACTOR

HEADER = ("witness", "against", "agrees", "differs", "worst")


def summary(report: Report, language: str = "en") -> list[Block]:
    """The blocks that say what was checked with what, how far apart it was, and what could not be checked.

    The document's own words for a verdict: agreed, refuted, unknown; unknown is never counted as agreed. Reasons why
    something could not be compared, and the whole report that follows where something is refuted, stay in English.
    Errors: ``InputError`` for a language that there is not.
    """
    say = partial(CHECKS.said, language)
    by_witness: dict[str, list[Row]] = {}
    for row in report.rows:
        by_witness.setdefault(row.witness, []).append(row)
    counts = {"agreed": report.agreed, "refuted": report.refuted, "unknown": report.unknown}
    blocks: list[Block] = [
        Heading(say("checked", name=called(language, report.mechanism))),
        Table(map(say, HEADER), [_line(rows, language) for rows in by_witness.values()]),
        Paragraph(say("units", most=f"{FACTOR:g}", units=_units(by_witness, language))),
        Paragraph(say("counts", **{name: str(len(rows)) for name, rows in counts.items()}), say(_outcome(report))),
    ]
    blocks += [Paragraph(reason) for reason in _reasons(report.unknown, language)]
    return blocks if not report.refuted else [*blocks, Paragraph(say("report")), Code(report.to("text"))]


def _outcome(report: Report) -> str:
    if not report.passed:
        return "not passed"
    return "passed in part" if report.unknown else "passed"


def _line(rows: list[Row], language: str) -> tuple[str, ...]:
    agreed = [row.value for row in rows if row.verdict in ("exact", "sampled")]
    others = [
        CHECKS.said(language, verdict, values=_listed([row.value for row in rows if row.verdict == verdict], language))
        for verdict in dict.fromkeys(row.verdict for row in rows if row.verdict not in ("exact", "sampled"))
    ]
    ratios = [row.ratio for row in rows if row.ratio is not None]
    worst = f"{max(ratios):.2g}" if ratios else CHECKS.said(language, "none")
    witness, against = LABELS.said(language, rows[0].witness), LABELS.said(language, rows[0].against)
    return witness, against, _listed(agreed, language), _listed(others, language, "between verdicts"), worst


def _units(by_witness: dict[str, list[Row]], language: str) -> str:
    """Each unit once, with the witnesses that are measured in it."""
    measured: dict[str, list[str]] = {}
    for witness, rows in by_witness.items():
        measured.setdefault(rows[0].unit, []).append(LABELS.said(language, witness))
    units = [
        CHECKS.said(language, "unit", unit=LABELS.said(language, unit), witnesses=_listed(witnesses, language))
        for unit, witnesses in measured.items()
    ]
    return CHECKS.listed(language, units, "between units")


def _listed(names: list[str], language: str, between: str = "and") -> str:
    return CHECKS.listed(language, names, between) or CHECKS.said(language, "none")


def _reasons(rows: Iterable[Row], language: str) -> list[str]:
    """What kept rows from being compared, each reason once, after the witnesses that it kept."""
    kept: dict[str, dict[str, None]] = {}
    for row in rows:
        for _, reason in row.not_compared[:1]:
            kept.setdefault(reason, {})[LABELS.said(language, row.witness)] = None
    return [
        LABELS.in_sentence(CHECKS, language, "reason", reason, witnesses=_listed(list(witnesses), language))
        for reason, witnesses in kept.items()
    ]
