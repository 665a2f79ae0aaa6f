"""Reasons from the lengths, angles and distances of queries and keys."""

from __future__ import annotations

from symattn.comparing.changes import Change
from symattn.comparing.fits import HALF, Geometry
from symattn.comparing.known import Known
from symattn.comparing.wording import (
    Parts,
    factor,
    key,
    length_of,
    query,
    squared_distance,
    told,
    told_lengths,
)


def product_and_angle(change: Change, a: int, b: int) -> Parts:
    """Dot product against angle: the length of a key decides."""
    roles = _roles(change, a, b, "product", "angle")
    if roles is None:
        return ()
    one, _, ahead, behind, geometry = roles
    i = change.query
    mine, its = geometry.products[i, ahead], geometry.products[i, behind]
    same, order = mine == its, (geometry.cosines[i, ahead] - geometry.cosines[i, behind]).sign
    if mine.sign * its.sign <= 0 or order > 0 or (same and not order):
        return ()
    length, other_length = told_lengths([geometry.key_squares[j] for j in (ahead, behind)])
    cosine, other_cosine = told(*(geometry.cosines[i, j] for j in (ahead, behind)))
    kind, negative = ("long", "") if mine.sign > 0 else ("short", ", and both products are negative")
    start = f"Key {ahead + 1} " + (f"keeps up with key {behind + 1}" if same else "wins") + f" under {one.label}"
    compared: Parts = (" is the same, ", cosine, ".") if not order else (
        " is smaller: ", cosine, " against ", other_cosine, "."
    )  # fmt: skip
    return (
        f"{start} because it is {kind}: ",
        length_of(key(ahead)),
        " = ",
        length,
        " against ",
        length_of(key(behind)),
        " = ",
        other_length,
        f"{negative}; its cosine with ",
        query(i),
        *compared,
    )


def product_and_distance(change: Change, a: int, b: int) -> Parts:
    """Dot product against distance: the square of a key's length is held against it, or counts for it."""
    roles = _roles(change, a, b, "product", "distance")
    if roles is None:
        return ()
    _, other, ahead, behind, geometry = roles
    i, form = change.query, other.form
    assert form is not None and form.penalty is not None
    penalty = form.penalty
    taken = [penalty * geometry.key_squares[j] for j in (ahead, behind)]
    products = [geometry.products[i, j] for j in (ahead, behind)]
    totals = [dot - less for dot, less in zip(products, taken, strict=True)]
    if products[0] < products[1] or totals[0] > totals[1]:
        return ()
    shown_taken = told(*map(abs, taken))
    shown_products, shown_totals = told(*products), told(*totals)
    word, dash = ("less", " - ") if penalty.sign > 0 else ("plus", " + ")
    share: Parts = ("half of ",) if abs(penalty) == HALF else (factor(abs(penalty)), " times ")
    found: Parts = (
        f"{other.label} ranks keys by the product {word} ", *share, "their squared length: ",
        shown_products[0], dash, shown_taken[0], " = ", shown_totals[0], f" for key {ahead + 1} against ",
        shown_products[1], dash, shown_taken[1], " = ", shown_totals[1], f" for key {behind + 1}.",
    )  # fmt: skip
    return found + _nearer(geometry, i, ahead, behind) if form.is_nearness else found


def _nearer(geometry: Geometry, i: int, far: int, near: int) -> Parts:
    distances = geometry.distance(i, near), geometry.distance(i, far)
    shown = told(*distances)
    if distances[0] == distances[1]:
        return (
            " Both are equally far from ",
            query(i),
            ": ",
            squared_distance(query(i), key(near)),
            " = ",
            shown[0],
            ".",
        )
    return (
        f" Of the two, key {near + 1} is nearer to ",
        query(i),
        ": ",
        squared_distance(query(i), key(near)),
        " = ",
        shown[0],
        " against ",
        shown[1],
        ".",
    )


def angle_and_distance(change: Change, a: int, b: int) -> Parts:
    """Angle against distance: one key points more nearly the way of the query, the other is nearer to it."""
    roles = _roles(change, a, b, "angle", "distance")
    if roles is None:
        return ()
    one, other, ahead, behind, geometry = roles
    i = change.query
    assert other.form is not None
    cosines = [geometry.cosines[i, j] for j in (ahead, behind)]
    distances = [geometry.distance(i, j) for j in (ahead, behind)]
    if not other.form.is_nearness or cosines[0] < cosines[1] or distances[0] < distances[1]:
        return ()
    shown = told(*cosines)
    angle: Parts = (shown[0], " against ", shown[1]) if cosines[0] != cosines[1] else ("the same for both, ", shown[0])
    return (
        f"{one.label} looks at the angle alone: the cosine with ",
        query(i),
        f" of key {ahead + 1} is ",
        *angle,
        f". {other.label} looks at the distance.",
        *_nearer(geometry, i, ahead, behind),
    )


def _roles(
    change: Change, a: int, b: int, kind: str, other_kind: str
) -> tuple[Known, Known, int, int, Geometry] | None:
    """Who plays which part: the mechanism of each kind, the key ahead under the first kind and the one behind."""
    for one, other, ahead, behind in ((change.first, change.other, a, b), (change.other, change.first, b, a)):
        mine, its = one.form, other.form
        if mine is None or its is None or one.geometry is None or (mine.kind, its.kind) != (kind, other_kind):
            continue
        if mine.factor.sign > 0 and its.factor.sign > 0:
            return one, other, ahead, behind, one.geometry
    return None
