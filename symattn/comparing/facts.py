"""What the scores of each mechanism are: their formula, and what they amount to on the numbers given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Symbol

from symattn.comparing.known import Known
from symattn.comparing.wording import Parts, factor, product_of, squared_distance, squared_length, told
from symattn.exact import Element
from symattn.publishing import Paragraph

QUERY, KEY = Symbol("q"), Symbol("k")
"""Any query and any key."""


def score_facts(known: Sequence[Known]) -> Iterator[Paragraph]:
    """A paragraph for each mechanism."""
    for place, each in enumerate(known):
        parts: list[object] = [f"{each.label}: ", *_equations(each)]
        for fact in (amounts_to(each), reaches(each), relates(each, known[:place])):
            if fact:
                parts += [" ", *fact]
        yield Paragraph(*parts)


def _equations(known: Known) -> Parts:
    """The equations of the weights, from queries and keys on."""
    system, name = known.member.bound.symbolic, known.member.name
    if name in system.inputs:
        return (f"{name} is an input.",)
    before = {each.name for vectors in ("Q", "K") if vectors in system.by_name for each in system.needed(vectors)}
    asked = name if name in system.by_name else system.output
    parts: list[object] = []
    for equation in system.needed(asked):
        if equation.name not in before:
            parts += [", " if parts else "", equation.left_side, " = ", equation.expression]
    return (*parts, ".")


def amounts_to(known: Known) -> Parts:
    """What the scores are in terms of products, angles and distances, where they are one of these."""
    form = known.form
    if form is None:
        return ()
    times: Parts = () if form.factor == 1 else (factor(form.factor), " times ")
    start = "Here a score is " + ("" if form.is_exact else "up to a number common to its row ")
    product = product_of(QUERY, KEY)
    if form.kind == "product":
        return (start, *times, product, ", so that the length of a key counts.")
    if form.kind == "angle":
        return (
            start,
            *times,
            "the cosine of the angle between query and key, so that the length of a key does not count.",
        )
    assert form.penalty is not None
    if form.is_nearness:
        half = factor(form.factor * Element.of("-1/2"))
        best = "nearest" if form.factor.sign > 0 else "farthest"
        return (start, half, " times ", squared_distance(QUERY, KEY), f", so that the {best} key counts most.")
    verb = " less " if form.penalty.sign > 0 else " plus "
    begin: Parts = (*times, "the difference ") if times and verb == " less " else times
    return (start, *begin, product, verb, factor(abs(form.penalty)), " times ", squared_length(KEY), ".")


def reaches(known: Known) -> Parts:
    """How large the scores can be, whatever the queries and keys."""
    if known.form is not None and known.form.kind == "angle":
        return ()
    if known.bound is None or known.bounded_by is None:
        return ()
    word, ends = known.bounded_by
    minus, shown = told(-known.bound, known.bound)
    return (
        f"As {word} lies between {ends}, every score lies between ",
        minus,
        " and ",
        shown,
        ", whatever the queries and keys.",
    )


def relates(known: Known, earlier: Sequence[Known]) -> Parts:
    """A mechanism named before whose scores are these, times a number."""
    mine = known.member.scores
    for other in earlier:
        its = other.member.scores
        found = known.multiple_of(other)
        if found is None:
            continue
        if found == 1:
            end = "" if mine == its else ", up to a number common to the row"
            return (f"They are the scores of {other.label}{end}.",)
        start: Parts = ("They are ", factor(found), f" times those of {other.label}")
        if found.sign < 0:
            return (*start, ", which reverses the order of the keys.")
        if known.member.allowed != other.member.allowed:
            return (*start, ", which keeps the order of the keys that both allow.")
        if not (known.is_softmax and other.is_softmax):
            return (*start, ", which keeps the order of the keys.")
        closer = "brings the weights closer together" if found < 1 else "drives the weights apart"
        return (*start, f", which keeps the order of the keys and {closer}.")
    return ()
