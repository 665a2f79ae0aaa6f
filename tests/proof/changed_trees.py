"""Random changes of one place in a tree: some keep what it means, some do not, and nobody says which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random
from typing import Any

from trees import LENGTHS, Grower

Tree = tuple[Any, ...]
Path = tuple[int, ...]

ARGUMENTS = {
    # What the parts of a node are; of every other node they are what the node itself is.
    **dict.fromkeys(("entry", "holds", "delta", "floor", "mod"), "whole"),
    **dict.fromkeys(("sum", "largest", "power", "apply", "compare"), "real"),
    **dict.fromkeys(("not", "both"), "truth"),
}
PLACES = {("where", 1): "truth", ("softmax", 3): "truth", ("softmax", 4): "real", ("softmax", 5): "key"}


def changed(random: Random, tree: Tree, free: Mapping[str, str]) -> Tree:
    """The tree with one place changed."""
    while True:
        path = random.choice(list(_paths(tree)))
        part, is_a, scope = _at(tree, path, free)
        new = _other(random, part, is_a, scope)
        if new is not None and new != part:
            return _with(tree, path, new)


def _paths(tree: Tree, before: Path = ()) -> Iterator[Path]:
    yield before
    for place, part in enumerate(tree):
        if isinstance(part, tuple) and part and isinstance(part[0], str):
            yield from _paths(part, (*before, place))


def _at(tree: Tree, path: Path, free: Mapping[str, str]) -> tuple[Tree, str, dict[str, str]]:
    """The part at a path, what kind of value it is, and the indices that it may mention."""
    is_a, scope = "real", dict(free)
    for place in path:
        kind = tree[0]
        if kind in ("sum", "largest") or (kind == "softmax" and place != 5):
            scope[tree[1]] = tree[2]
        is_a = PLACES.get((kind, place)) or ARGUMENTS.get(kind, is_a)
        tree = tree[place]
    return tree, is_a, scope


def _with(tree: Tree, path: Path, new: Tree) -> Tree:
    if not path:
        return new
    first, *rest = path
    return (*tree[:first], _with(tree[first], tuple(rest), new), *tree[first + 1 :])


def _other(random: Random, part: Tree, is_a: str, scope: dict[str, str]) -> Tree | None:
    grower = Grower(random, scope)
    grower.count = 1000
    if is_a == "key":
        return None
    way = random.choice(["turned", "range", "split", "power", "like", "like", "anew"])
    if way == "turned" and part[0] in ("plus", "times", "both", "delta"):
        return (part[0], part[2], part[1])
    if way == "range" and part[0] in ("sum", "largest"):
        return (*part[:2], random.choice(sorted(LENGTHS)), *part[3:])
    if way == "split" and part[0] == "sum":
        early = ("holds", ("minus", ("index", part[1]), _free_of(grower, part[1])))
        other = ("not", early) if random.random() < 0.7 else early
        halves = (("sum", *part[1:3], ("where", truth, part[3], ("whole", 0))) for truth in (early, other))
        return ("plus", *halves)
    if way == "power" and part[0] == "power":
        return ("power", part[1], Fraction(random.choice([-2, -1, 1, 2])))
    if way == "like":
        return _alike(random, grower, part, is_a)
    if way == "anew":
        return getattr(grower, is_a)(1)
    return None


def _free_of(grower: Grower, name: str) -> Tree:
    """A whole number that does not rest on an index."""
    scope = grower.scope
    grower.scope = {other: length for other, length in scope.items() if other != name}
    made = grower.whole(1)
    grower.scope = scope
    return made


def _alike(random: Random, grower: Grower, part: Tree, is_a: str) -> Tree:
    """What often has the same value as a part."""
    if is_a == "whole":
        return random.choice([("plus", part, ("whole", 1)), ("plus", ("minus", part, ("size", "n")), ("size", "n"))])
    if is_a == "truth":
        return random.choice([("not", ("not", part)), ("not", part), ("both", part, grower.truth(1))])
    other = grower.real(1)
    return random.choice(
        [
            ("times", part, ("times", other, ("power", other, Fraction(-1)))),
            ("plus", ("minus", part, other), other),
            ("where", grower.truth(1), part, part),
            ("where", grower.truth(1), part, other),
            ("power", ("power", part, Fraction(2)), Fraction(1, 2)),
            *(("apply", name, part) for name in ("abs", "relu")),
            ("apply", "log", ("apply", "exp", part)),
        ]
    )
