"""The tables of one query: its weights under every mechanism, how even they are, and the output rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symattn.comparing.compared import Compared
from symattn.comparing.wording import keys_named
from symattn.exact import Element, ExactMatrix, functions
from symattn.exact.measures import spread
from symattn.publishing import Block, Formula, Heading, Joined, Paragraph, Rounded, Table, Words, text

COLUMNS = 6
"""Keys in one table; more take another table below it."""

ROW_WIDTH = 60
"""Characters of a row of exact weights that is shown beside its decimals."""

PICKED_DIGITS = 40
"""Digits by which the largest of several differences is picked."""

MARK = "*"


def weights_tables(comparison: Compared, i: int) -> Iterator[Table]:
    """Decimals of the weights, a row for each mechanism and a column for each key, the winning ones marked."""
    columns = comparison.members[0].weights.shape[1]
    for begin in range(0, columns, COLUMNS):
        keys = range(begin, min(begin + COLUMNS, columns))
        last = keys[-1] == columns - 1
        rows = []
        for known in comparison.known:
            best = known.winners[i] if comparison.has_winners else ()
            cells: list[Any] = [known.label, *(_cell(known.member.weights[i, j], j in best) for j in keys)]
            if comparison.has_winners and last:
                cells.append(keys_named(best))
            rows.append(cells)
        header = [comparison.value or "weights", *(f"key {j + 1}" for j in keys)]
        if comparison.has_winners and last:
            header.append("wins")
        yield Table(header, rows)


def _cell(weight: Element, wins: bool) -> Any:
    return Joined((Rounded(weight), Words(MARK)), "") if wins else Rounded(weight)


def exact_rows(comparison: Compared, i: int) -> Iterator[Block]:
    """The weights exactly, of the mechanisms for which that is short."""
    for member in comparison.members:
        row = ExactMatrix([member.weights.rows[i]])
        if (
            sum(entry.terms for entry in row.rows[0]) <= ROW_WIDTH
            and all(len(line) <= ROW_WIDTH for line in text(row, width=10 * ROW_WIDTH).split("\n"))
            and not all(entry.is_rational and len(text(entry)) <= 1 for entry in row.rows[0])
        ):
            yield Formula(Words(f"{comparison.value or 'weights'} of {member.label}"), "=", row)


def measures_table(comparison: Compared, i: int) -> Table:
    """How even the weights are, and how far the scores reach."""
    rows = []
    for known in comparison.known:
        member = known.member
        cells: list[Any] = [known.label]
        scores = [member.scores[i, j] for j in member.keys_of(i)] if member.scores is not None else []
        if member.has_entropy(i):
            cells += [Rounded(known.entropies[i]), Rounded(functions.exp(known.entropies[i]))]
        else:
            cells += ["none", "none"]
        rows.append([*cells, Rounded(spread(scores)) if scores else "none"])
    return Table(["mechanism", "entropy in nats", "perplexity", "range of the scores"], rows)


def outputs(comparison: Compared, i: int) -> Iterator[Block]:
    """The output rows, and where two mechanisms differ most."""
    shapes = {member.output.shape for member in comparison.members}
    if len(shapes) > 1 or i >= next(iter(shapes))[0]:
        return
    columns = next(iter(shapes))[1]
    yield Heading("The output", level=3)
    for begin in range(0, columns, COLUMNS):
        places = range(begin, min(begin + COLUMNS, columns))
        rows = [[member.label, *(Rounded(member.output[i, c]) for c in places)] for member in comparison.members]
        yield Table(["output", *(f"column {c + 1}" for c in places)], rows)
    yield _farthest(comparison, i, columns)


def _farthest(comparison: Compared, i: int, columns: int) -> Paragraph:
    members = comparison.members
    decimals = [[member.output[i, c].decimal(PICKED_DIGITS) for c in range(columns)] for member in members]
    pairs = [(a, b, c) for a in range(len(members)) for b in range(a) for c in range(columns)]
    a, b, c = max(pairs, key=lambda pair: abs(decimals[pair[0]][pair[2]] - decimals[pair[1]][pair[2]]))
    difference = abs(members[a].output[i, c] - members[b].output[i, c])
    if difference.is_zero:
        return Paragraph("The outputs are the same.")
    return Paragraph(
        f"The output moves most between {members[b].label} and {members[a].label}: by ", Rounded(difference),
        f" in column {c + 1}.",
    )  # fmt: skip
