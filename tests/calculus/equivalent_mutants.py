"""Why a changed formula can still be the right one: a reason for every mutant that is proved equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from comparing_mutants import Compared
from sympy import OneMatrix

import symattn.nodes as nodes
from symattn.nodes import is_matrix

ZEROS_AND_ONES = (OneMatrix, nodes.IndexedMatrix, nodes.Step, nodes.Sign)
UP_TO_SCALE = (nodes.Step, nodes.Sign, nodes.Hardmax)


def reason(each: Compared) -> str:
    """Why the change makes no difference; empty where none is known."""
    return next(reasons(each), "")


def reasons(each: Compared) -> Iterator[str]:
    path, what, _ = each.mutant.key
    node = each.system.equations[0].expression
    around = [part_at(each.right.expression, path[:end]) for end in range(len(path) + 1)]
    part = around[-1]
    outer = around[-2] if len(around) > 1 else None
    over_keys = isinstance(node, nodes.OverAllowedKeys) and not isinstance(node, nodes.LogSumExp)
    if over_keys and node.shape[1] == 1:
        yield "the weight of the only key does not move"
    if is_matrix(part) and 1 in part.shape:
        yield "there is one row or one column"
    if isinstance(part, nodes.MatrixProduct) and part.left.shape[1] == 1:
        yield "the product has one term"
    if isinstance(part, ZEROS_AND_ONES) or (part.args and isinstance(part.args[-1], ZEROS_AND_ONES)):
        yield "entries are 0 and 1, or signs"
    if any(isinstance(inner, UP_TO_SCALE) for inner in around[:-1]):
        yield "only the sign, or which is the largest, counts"
    if isinstance(outer, nodes.Cosine) or (isinstance(outer, nodes.ElementwisePower) and outer.right.is_even):
        yield "the function is even"
    if any(isinstance(inner, nodes.ColumnSum) for inner in around[:-1]) and what.startswith(("transpose", "axis")):
        yield "all entries are added up"
    if what.startswith("name"):
        yield "two names stand for the same values, or for values of the same sign"
    if what.startswith("product") and -1 in part.args:
        yield "divided by -1"
    if what == "index: the border of a condition":
        yield "the border is never reached"
    if isinstance(node, nodes.Entmax) and any(isinstance(inner, nodes.ElementwiseSum) for inner in around):
        yield "a weight of 0 is only kept from a root and a division"


def why_undecided(each: Compared) -> str:
    """Why index notation cannot tell whether the change makes a difference, and no numbers show one; else empty.

    That a row of entmax has a weight above 0 wherever it has a key rests on what its threshold is.
    """
    node = each.system.equations[0].expression
    guard = (1, 1, 1, 1)
    if isinstance(node, nodes.Entmax) and node.allowed is not None and each.mutant.key[0][: len(guard)] == guard:
        return "whether a row of entmax has any weight"
    return ""


def part_at(whole: Any, path: tuple[int, ...]) -> Any:
    """The part of a formula that a path leads to."""
    for place in path:
        whole = whole.args[place]
    return whole
