"""The comparison told: the numbers, what the scores are, which key wins, and each query's weights and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from symattn.comparing.compared import Compared
from symattn.comparing.facts import score_facts
from symattn.comparing.known import Known
from symattn.comparing.reasons import reasons_for
from symattn.comparing.tables import PICKED_DIGITS, exact_rows, measures_table, outputs, weights_tables
from symattn.comparing.wording import Parts, factor, keys_named, listed, numbered
from symattn.comparing.wording import told as told_numbers
from symattn.exact import Element, ExactMatrix
from symattn.exact.measures import spread
from symattn.language.declarations import declare
from symattn.publishing import (
    Block,
    Formula,
    Heading,
    Paragraph,
    Presentation,
    Stage,
    Table,
)

INPUT_ENTRIES = 144
"""Entries of an input that is printed; of a larger one, its shape."""


def told(comparison: Compared) -> Presentation:
    """The document of a comparison."""
    return Presentation(title(comparison), tuple(blocks(comparison)), tuple(stages(comparison)))


def title(comparison: Compared) -> str:
    """The mechanisms' names in a line."""
    return f"{listed(comparison.labels)} on the same numbers"


def blocks(comparison: Compared) -> Iterator[Block]:
    """The blocks of the document, in order."""
    n, m = comparison.members[0].weights.shape
    yield Paragraph(_opening(comparison, n, m))
    yield Heading("The numbers")
    yield from inputs(comparison)
    yield Heading("What the scores are" if comparison.value is None else "What is compared")
    yield from score_facts(comparison.known)
    if comparison.has_winners:
        yield Heading("Which key wins")
        yield winners_table(comparison, n)
        yield Paragraph(f"The reasons below say why a key wins that does not under {comparison.labels[0]}.")
    for i in range(n):
        comparison.progress(i, n, f"query {i + 1}")
        yield Heading(f"Query {i + 1}")
        yield from one_query(comparison, i)


def _opening(comparison: Compared, n: int, m: int) -> str:
    what = f"{'query' if n == 1 else 'queries'} over {m} key{'' if m == 1 else 's'}"
    if not comparison.has_winners:
        return f"Rows of {comparison.value or 'weights that may be negative'}: {n} {what}. No key is said to win."
    return (
        f"The attention weights of {n} {what}. A key wins a query if no key has a larger weight; ties are decided "
        "by exact arithmetic, not by the digits shown."
    )


def inputs(comparison: Compared) -> Iterator[Block]:
    """Every input once, or a mechanism's own where its numbers are others."""
    seen: dict[str, Any] = {}
    for member in comparison.members:
        for name in member.bound.symbolic.inputs:
            value = member.bound.exact(name)
            if name in seen and seen[name] == value:
                continue
            shape = member.bound.system.shape(name)
            symbol = declare(name, shape)
            if name in seen:
                yield Paragraph(f"For {member.label}:")
            seen.setdefault(name, value)
            if len(shape) > 2 or (isinstance(value, ExactMatrix) and value.shape[0] * value.shape[1] > INPUT_ENTRIES):
                yield Paragraph(symbol, " is of shape ", " × ".join(map(str, shape)), ".")
            else:
                yield Formula(symbol, "=", value)


def winners_table(comparison: Compared, n: int) -> Table:
    """The winning keys, a row for each query."""
    rows = [
        [str(i + 1), *(numbered(known.winners[i]) if known.winners[i] else "none" for known in comparison.known)]
        for i in range(n)
    ]
    return Table(["query", *comparison.labels], rows)


def one_query(comparison: Compared, i: int) -> Iterator[Block]:
    """The weights of one query under every mechanism and why they differ, how even they are, and the outputs."""
    yield from weights_tables(comparison, i)
    yield from exact_rows(comparison, i)
    if comparison.has_winners:
        yield from why(comparison, i)
        yield Heading("How even the weights are", level=3)
        yield measures_table(comparison, i)
        yield from without_entropy(comparison, i)
        yield from evenness(comparison, i)
    if comparison.value is None:
        yield from outputs(comparison, i)


def why(comparison: Compared, i: int) -> Iterator[Block]:
    """Why other keys win than under the first mechanism."""
    found = [change for change in comparison.changes if change.query == i]
    if not found:
        won = comparison.known[0].winners[i]
        yield Paragraph(f"All agree on {keys_named(won)}." if won else "No mechanism gives any key a weight.")
    for change in found:
        yield Heading(change.headline(), level=3)
        parts: list[Any] = []
        for reason in reasons_for(change):
            parts += [" " if parts else "", *reason]
        yield Paragraph(*parts)


def without_entropy(comparison: Compared, i: int) -> Iterator[Paragraph]:
    """Why a row has no entropy."""
    for known in comparison.known:
        row = known.member.weights.rows[i]
        if not known.member.has_entropy(i):
            total = sum(row, Element.of(0))
            yield Paragraph(
                f"The weights of {known.label} add up to ", factor(total), ", not to 1, and so have no entropy."
            )


def evenness(comparison: Compared, i: int) -> Iterator[Paragraph]:
    """Which mechanism spreads its weights most, and how far the scores of each reach."""
    known = [known for known in comparison.known if known.member.has_entropy(i)]
    found = _evenness(known, i)
    if found:
        yield Paragraph(*found)


def _evenness(known: Sequence[Known], i: int) -> Parts:
    entropies = [each.entropies[i].decimal(PICKED_DIGITS) for each in known]
    if len(set(entropies)) < 2:
        return ()
    most, least = (
        [each for each, entropy in zip(known, entropies, strict=True) if entropy == extreme(entropies)]
        for extreme in (max, min)
    )
    begin = (
        f"The weights of {listed([each.label for each in most])} are the most even, "
        f"those of {listed([each.label for each in least])} the least"
    )
    if len(most) > 1 or len(least) > 1:
        return (f"{begin}.",)
    (even,), (peaked,) = most, least
    scores = [
        [each.member.scores[i, j] for j in each.member.keys_of(i)] if each.member.scores is not None else []
        for each in (even, peaked)
    ]
    if not all(scores) or not (even.is_softmax and peaked.is_softmax):
        return (f"{begin}.",)
    narrow, wide = map(spread, scores)
    if not narrow < wide:
        return (f"{begin}.",)
    near, far = told_numbers(narrow, wide)
    return (f"{begin}: the scores of {even.label} lie within ", near,
            f" of one another, those of {peaked.label} within ", far, ".")  # fmt: skip


def stages(comparison: Compared) -> Iterable[Stage]:
    """For a machine: weights, scores, winners (1 for each), entropy and output, by mechanism."""
    for known in comparison.known:
        member = known.member
        n, m = member.weights.shape
        shape = tuple(member.bound.system.shape(member.name)) if member.name in member.bound.names else (n, m)
        yield Stage(f"{known.label}: {member.name}", shape, exact=member.weights)
        if member.scores is not None:
            yield Stage(f"{known.label}: scores", shape, exact=member.scores)
        if comparison.has_winners:
            won = [[int(j in known.winners[i]) for j in range(m)] for i in range(n)]
            yield Stage(f"{known.label}: winners", shape, exact=ExactMatrix.of(won))
            if member.are_distributions:
                entropies = ExactMatrix([[entropy] for entropy in known.entropies])
                yield Stage(f"{known.label}: entropy", (n, 1), exact=entropies)
        if comparison.value is None:
            output = member.bound.system.output
            yield Stage(f"{known.label}: {output}", member.bound.system.shape(output), exact=member.output)
