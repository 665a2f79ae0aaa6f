"""Reasons from the tables of scores: what is not allowed, equal, reversed, added to, or flattened out."""

from __future__ import annotations

from symattn.comparing.changes import Change
from symattn.comparing.wording import Parts, factor, key, keys_named, product_of, query, told
from symattn.exact import ExactMatrix


def not_allowed(change: Change) -> Parts:
    """The keys that change are those that one of the mechanisms does not allow."""
    i = change.query
    sides = ((change.first, change.other, change.left), (change.other, change.first, change.come))
    for chooser, other, keys in sides:
        if keys and not any(other.member.allowed[i]):
            return (f"Under {other.label} query {i + 1} may attend to no key at all.",)
        if keys and not any(other.member.allowed[i][j] for j in keys):
            verb = "are" if len(keys) > 1 else "is"
            return (
                f"Under {other.label} query {i + 1} may not attend to {keys_named(keys)}, which {verb} the best "
                f"under {chooser.label}.",
            )
    return ()


def one_not_allowed(change: Change, a: int, b: int) -> Parts:
    """One of two keys is not allowed under the mechanism for which it does not win."""
    i = change.query
    for chooser, other, j in ((change.first, change.other, a), (change.other, change.first, b)):
        if not other.member.allowed[i][j]:
            best = f"which is the best under {chooser.label}"
            return (f"Under {other.label} query {i + 1} may not attend to key {j + 1}, {best}.",)
    return ()


def all_equal(change: Change) -> Parts:
    """One of the mechanisms gives every allowed key the same score."""
    i = change.query
    for one in (change.other, change.first):
        keys = one.member.keys_of(i)
        if one.member.scores is None or len(keys) < 2:
            continue
        row = [one.member.scores[i, j] for j in keys]
        if all(score == row[0] for score in row[1:]):
            (shown,) = told(row[0])
            return (f"{one.label} gives every allowed key the same score, ", shown, ".")
    return ()


def reversed_order(change: Change) -> Parts:
    """The scores of one are those of the other times a negative number."""
    found = change.other.multiple_of(change.first)
    if found is None or found.sign > 0:
        return ()
    return (
        f"The scores of {change.other.label} are ",
        factor(found),
        f" times those of {change.first.label}, up to a number common to the row: the order is reversed.",
    )


def other_vectors(change: Change, a: int, b: int) -> Parts:
    """Both rank keys by a product, of queries and keys that are not the same."""
    i, shown = change.query, list[object]()
    products = []
    for known in (change.first, change.other):
        if known.own is None or known.member.scores is None:
            return ()
        form = known.form_in(known.own)
        if form is None or form.kind != "product" or form.factor.sign < 0:
            return ()
        products.append(known.own.products)
    if products[0] == products[1]:
        return ()
    for known, table in zip((change.first, change.other), products, strict=True):
        mine, its = told(table[i, a], table[i, b])
        shown += [f"; under {known.label} " if shown else f"under {known.label} ", product_of(query(i), key(a)), " = ",
                  mine, " and ", product_of(query(i), key(b)), " = ", its]  # fmt: skip
    return ("Both rank keys by the product, but their queries or keys are not the same: ", *shown, ".")


def added_number(change: Change, a: int, b: int) -> Parts:
    """One mechanism adds to the other's scores a number that rests on positions alone, or on the key alone."""
    one, other = change.first.member.scores, change.other.member.scores
    if one is None or other is None or one.shape[0] < 2:
        return ()
    n, m = one.shape
    bias = [[other[i, j] - one[i, j] for j in range(m)] for i in range(n)]
    if all(row[j] - row[0] == bias[0][j] - bias[0][0] for row in bias[1:] for j in range(m)):
        on = "the key alone"
    elif all(bias[i][j] == bias[i - 1][j - 1] for i in range(1, n) for j in range(1, m)) and n * m > n + m - 1:
        on = "the distance of query and key alone"
    else:
        return ()
    i = change.query
    added, scores = told(bias[i][a], bias[i][b]), told(one[i, a], one[i, b])
    return (
        f"To the scores of {change.first.label}, {change.other.label} adds a number that depends on {on}: ",
        added[0],
        " to the ",
        scores[0],
        f" of key {a + 1} and ",
        added[1],
        " to the ",
        scores[1],
        f" of key {b + 1}.",
    )


def saturated(change: Change, a: int, b: int) -> Parts:
    """A tanh or sigmoid flattens out: without it the other key would be ahead."""
    i = change.query
    for other, ahead, behind in ((change.other, a, b), (change.first, b, a)):
        free, bent = other.unsaturated, other.member.scores
        if free is None or bent is None or other.bounded_by is None:
            continue
        word, ends = other.bounded_by
        loose, tight = [free[i, j] for j in (ahead, behind)], [bent[i, j] for j in (ahead, behind)]
        if tight[0] > tight[1]:
            continue
        free_shown, bent_shown = told(*loose), told(*tight)
        if loose[0] > loose[1]:
            end = "no longer leads" if tight[0] == tight[1] else "falls behind"
            return (
                f"Without {word}, {other.label} would give key {ahead + 1} more than key {behind + 1}: ",
                free_shown[0],
                " against ",
                free_shown[1],
                f". But {word} stays between {ends} and hardly grows far from 0, so that key {ahead + 1} {end}: ",
                bent_shown[0],
                " against ",
                bent_shown[1],
                ".",
            )
        if loose[0] <= loose[1] and _same_for_every_query(free):
            relation = "as much as" if loose[0] == loose[1] else "less than"
            return (
                f"But for {word}, {other.label} would add up query and key without pairing them, and every query "
                f"would rank the keys alike: key {ahead + 1} would get {relation} key {behind + 1}, ",
                free_shown[0],
                " against ",
                free_shown[1],
                f". With {word} it is ",
                bent_shown[0],
                " against ",
                bent_shown[1],
                ".",
            )
    return ()


def _same_for_every_query(scores: ExactMatrix) -> bool:
    """Whether the rows differ by a number common to each, so that queries have no say."""
    first, *others = scores.rows
    return bool(others) and all(row[j] - row[0] == first[j] - first[0] for row in others for j in range(len(row)))
