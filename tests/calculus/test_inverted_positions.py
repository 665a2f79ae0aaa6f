"""Positions turned round: every entry is found again from the place that it was looked up at, by counting them all."""

import itertools

import pytest
from sympy import Max, Mod, floor

from symattn.calculus.inverting import inverted
from symattn.nodes import index
from symattn.shapes import size

i, j, u, a, b, c = map(index, "ijuabc")
H, W, n, r = (size(name) for name in ("H", "W", "n", "r"))
AT = {H: 3, W: 4, n: 5, r: 1}

CASES = {
    "itself": ([(i, a, n), (j, b, W)], {i: n, j: W}),
    "transposed": ([(j, a, W), (i, b, n)], {i: n, j: W}),
    "shifted": ([(i, a, n), (j + r, b, W)], {i: n, j: W}),
    "backwards": ([(n - 1 - i, a, n), (j, b, W)], {i: n, j: W}),
    "flattened": ([(i * W + j, b, H * W)], {i: H, j: W}),
    "folded": ([(floor(j / W), a, H), (Mod(j, W), b, W)], {i: n, j: H * W}),
    "folded, of a family": ([(i, c, n), (floor(j / W), a, H), (Mod(j, W), b, W)], {i: n, j: H * W}),
    "every second": ([(2 * i + 1, a, 2 * n), (j, b, W)], {i: n, j: W}),
    "pooled": ([(floor(j / W), a, H), (2 * Mod(j, W) + 1, b, 2 * W)], {i: n, j: H * W}),
    "a band": ([(j - i + r, a, 2 * r + 1)], {i: n, j: n}),
    "a window": ([(i + u - r, a, n), (j, b, W)], {i: n, j: W, u: 2 * r + 1}),
    "repeated": ([(floor(j / W), a, H)], {i: n, j: H * W}),
}


def landed(positions, ranges):
    """Every pair of indices and place, as the positions have them."""
    symbols = list(ranges)
    found = set()
    for values in itertools.product(*(range(int(length.subs(AT))) for length in ranges.values())):
        at = {**AT, **dict(zip(symbols, values, strict=True))}
        places = tuple(int(position.subs(at)) for position, _, _ in positions)
        if all(0 <= place < int(length.subs(AT)) for place, (_, _, length) in zip(places, positions, strict=True)):
            found.add((values, places))
    return found


def turned(positions, ranges, inverse):
    """The same, from the places back to the indices."""
    symbols, found = list(ranges), set()
    lengths = [int(length.subs(AT)) for _, _, length in positions]
    left = list(inverse.left)
    for places in itertools.product(*map(range, lengths)):
        for rest in itertools.product(*(range(int(inverse.left[symbol].subs(AT))) for symbol in left)):
            at = {place: value for (_, place, _), value in zip(positions, places, strict=True)}
            at |= {**AT, **dict(zip(left, rest, strict=True))}
            if inverse.condition.subs(at) == True:  # noqa: E712
                values = tuple(int(inverse.values.get(symbol, symbol).subs(at)) for symbol in symbols)
                found.add((values, places))
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_entry_is_found_again(name):
    positions, ranges = CASES[name]
    fresh = map(index, ("x_1", "x_2", "x_3", "x_4"))
    inverse = inverted(positions, ranges, lambda: next(fresh))
    assert turned(positions, ranges, inverse) == landed(positions, ranges)


def test_what_cannot_be_turned_round_is_not():
    fresh = map(index, ("x_1", "x_2"))
    assert inverted([(Max(i - 2, 0), a, n)], {i: n}, lambda: next(fresh)) is None
    assert inverted([(i * j, a, n)], {i: n, j: n}, lambda: next(fresh)) is None
