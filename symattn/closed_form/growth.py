"""How a graph of entries grows from the steps: each entry looked up among the nodes there are before one is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sympy import Expr, Integer, S

from symattn.closed_form.graph import PLAIN, ScalarGraph
from symattn.closed_form.operations import OVER_A_ROW
from symattn.closed_form.steps import ALONG, Program, Step
from symattn.nodes import Value, is_matrix
from symattn.nodes.conditions import decider


def graph_of(
    program: Program, target: Step, only: int | None = None, named: Mapping[int, Value] | None = None
) -> ScalarGraph:
    """The graph of everything in a program, its outputs the entries of one step.

    With ``only``, a position in that step's block, it holds what that one entry rests on, down to the inputs and to the
    steps in ``named``, whose entries then stand under their symbols.
    """
    growth = Growth()
    if only is None:
        growth.grow(program, None, named or {})
        wanted = range(target.start, target.start + target.size)
    else:
        wanted = range(target.start + only, target.start + only + 1)
        growth.grow(program, needed_positions(program, wanted, named or {}), named or {})
    ids = [growth.of_entry[number] for number in wanted]
    nodes, rows = growth.nodes, growth.rows
    if growth.decides:
        nodes, rows, ids = growth.without_the_unused(ids)
    width = target.shape[1] if only is None and target.axes else 1
    outputs = tuple(tuple(ids[start : start + width]) for start in range(0, len(ids), width))
    return ScalarGraph(nodes, rows, outputs)


class Growth:
    """Nodes and rows of nodes, each once, and the node of each entry number."""

    def __init__(self) -> None:
        self.nodes: list[tuple] = []
        self.rows: list[tuple[int, ...]] = []
        self.of_entry: Any = {}
        self._index: dict[tuple, int] = {}
        self._row_index: dict[tuple[int, ...], int] = {}
        self._special: set[int] = set()
        self.decides = False
        """Whether conditions were decided, so that some nodes may be of no use."""

    def grow(self, program: Program, needed: list[list[int]] | None, named: Mapping[int, Value]) -> None:
        """Make the nodes of all entries of a program, or of those needed, step by step."""
        self.of_entry = {} if needed is not None else [0] * program.size
        for place, step in enumerate(program.steps):
            positions = None if needed is None else needed[place]
            if positions is not None and not positions:
                continue
            entries = self._block(step, positions, named.get(place))
            where = range(step.size) if positions is None else positions
            for position, id in zip(where, entries, strict=True):
                self.of_entry[step.start + position] = id

    def _block(self, step: Step, positions: Sequence[int] | None, symbol: Value | None) -> list[int]:
        """The nodes of a step's entries, or of those at some positions; a ``symbol`` stands in for the operation."""
        where = range(step.size) if positions is None else positions
        if step.operation == "input" or symbol is not None:
            leaves = self._leaves(step.detail if symbol is None else symbol, step, where)
            return leaves if step.operation != "where" else self._without_barred(step, positions, leaves)
        if step.operation == "number":
            return [self._number(step.detail)]
        if step.operation == "position":
            return [self._number(Integer(position)) for position in where]
        if step.operation == "condition":
            ends = self._number(S.Zero), self._number(S.One)
            holds = decider(*step.detail)
            return [ends[holds(place)] for place in step.places(where)]
        if step.operation == "identity":
            width = step.shape[1]
            ends = self._number(S.Zero), self._number(S.One)
            return [ends[position // width == position % width] for position in where]
        found = self.of_entry
        if step.operation in OVER_A_ROW:
            read = [self._row_numbers(step, view, positions) for view in step.operands]
        else:
            read = [[found[number] for number in step.first_numbers(view, positions)] for view in step.operands]
        if step.operation == "copy":
            return read[0]
        keys = zip(repeat(step.operation), *read)
        if self._special or step.operation == "where":
            return [self._folded(*key) for key in keys]
        return [self._intern(key) for key in keys]

    def _intern(self, key: tuple) -> int:
        found = self._index.get(key)
        if found is None:
            found = self._index[key] = len(self.nodes)
            self.nodes.append(key)
        return found

    def _leaves(self, symbol: Value, step: Step, positions: Iterable[int]) -> list[int]:
        if not is_matrix(symbol):
            return [self._intern(("input", symbol))]
        width = step.shape[1]
        return [self._intern(("input", (symbol, *divmod(position, width)))) for position in positions]

    def _without_barred(self, step: Step, positions: Sequence[int] | None, leaves: list[int]) -> list[int]:
        """The entries of a named step that chooses, 0 where its conditions are known not to hold."""
        zero = self._index.get(("number", S.Zero), -1)
        sets = [[self.of_entry.get(n) for n in step.first_numbers(view, positions)] for view in step.operands[:-1]]
        barred = [zero in ids for ids in zip(*sets, strict=True)]
        return [self._number(S.Zero) if bar else leaf for bar, leaf in zip(barred, leaves, strict=True)]

    def _number(self, value: Expr) -> int:
        id = self._intern(("number", value))
        if value in (S.Zero, S.One):
            self._special.add(id)
        return id

    def _row_numbers(self, step: Step, view: Any, positions: Sequence[int] | None) -> list[int]:
        """For each entry of a step the row of nodes that an operand runs along; a row met before is not made again."""
        found, stride, rows = self.of_entry, view.strides.get(ALONG, 0), {}
        along = range(0, stride * step.along, stride) if stride else [0] * step.along
        firsts = step.first_numbers(view, positions)
        for first in firsts:
            if first not in rows:
                rows[first] = self._row(tuple(found[first + offset] for offset in along))
        return [rows[first] for first in firsts]

    def _row(self, ids: tuple[int, ...]) -> int:
        number = self._row_index.get(ids)
        if number is None:
            number = self._row_index[ids] = len(self.rows)
            self.rows.append(ids)
        return number

    def _folded(self, operation: str, *operands: int) -> int:
        """The node of an operation, the numbers 0 and 1 among its operands left out where they change nothing."""
        zero, one = self._index.get(("number", S.Zero), -1), self._index.get(("number", S.One), -1)
        if operation == "dot":
            pairs = list(zip(*(self.rows[number] for number in operands), strict=True))
            if not any(x in self._special or y in self._special for x, y in pairs):
                return self._intern((operation, *operands))
            kept = [(x, y) for x, y in pairs if zero not in (x, y)]
            if kept and not any(one in pair for pair in kept):
                if len(kept) == 1:
                    return self._intern(("multiply", *kept[0]))
                return self._intern((operation, *(self._row(side) for side in zip(*kept, strict=True))))
            return self._folded("add", *(self._folded("multiply", x, y) for x, y in kept))
        if operation == "sum":
            ids = self.rows[operands[0]]
            return self._folded("add", *ids) if zero in ids else self._intern((operation, *operands))
        if operation == "where":
            return self._where(operands[:-1], operands[-1], zero)
        if operation == "multiply":
            if zero in operands:
                return zero
            operands = tuple(id for id in operands if id != one) or (one,)
        elif operation == "add":
            operands = tuple(id for id in operands if id != zero)
            if not operands:
                return self._number(S.Zero)
        elif (operation == "subtract" and operands[1] == zero) or (operation == "divide" and operands[1] == one):
            return operands[0]
        elif operation == "divide" and operands[0] == operands[1] and self.nodes[operands[0]][0] == "exp":
            return self._number(S.One)  # the only allowed key of a row
        if operation in ("multiply", "add") and len(operands) == 1:
            return operands[0]
        return self._intern((operation, *operands))

    def _where(self, sets: tuple[int, ...], value: int, zero: int) -> int:
        """The node of a value where all sets allow it, those that are known to do so left out."""
        known = {id: self.nodes[id][1] != 0 for id in sets if self.nodes[id][0] == "number"}
        self.decides = self.decides or bool(known)
        if value == zero or not all(known.values()):
            return self._number(S.Zero)
        asked = [id for id in dict.fromkeys(sets) if id not in known]
        return self._intern(("where", *asked, value)) if asked else value

    def without_the_unused(self, ids: list[int]) -> tuple[list[tuple], list[tuple[int, ...]], list[int]]:
        """The nodes and rows that some nodes rest on, numbered anew, and the new numbers of these nodes."""
        used, used_rows = set(ids), set[int]()
        for id in range(len(self.nodes) - 1, -1, -1):
            operation, *operands = self.nodes[id]
            if id not in used or operation in PLAIN:
                continue
            if operation in OVER_A_ROW:
                fresh = set(operands) - used_rows
                used_rows |= fresh
                used.update(*(self.rows[number] for number in fresh))
            else:
                used.update(operands)
        new = {id: number for number, id in enumerate(sorted(used))}
        new_row = {row: number for number, row in enumerate(sorted(used_rows))}
        nodes = []
        for id in new:
            operation, *operands = self.nodes[id]
            if operation not in PLAIN:
                operands = [(new_row if operation in OVER_A_ROW else new)[operand] for operand in operands]
            nodes.append((operation, *operands))
        return nodes, [tuple(new[id] for id in self.rows[row]) for row in new_row], [new[id] for id in ids]


def needed_positions(program: Program, wanted: Iterable[int], named: Mapping[int, Value]) -> list[list[int]]:
    """For each step the positions in its block that the wanted entries rest on, ascending."""
    needed: list[set[int]] = [set() for _ in program.steps]
    for number in wanted:
        place = program.step_of(number)
        needed[place].add(number - program.steps[place].start)
    for place in range(len(program.steps) - 1, -1, -1):
        step = program.steps[place]
        if not needed[place]:
            continue
        read = step.operands
        if place in named:
            # What is known of a named value without looking into it: where its conditions do not hold it is 0.
            sets = read[:-1] if step.operation == "where" else ()
            read = tuple(view for view in sets if program.steps[view.source].operation in ("condition", "number"))
        positions = sorted(needed[place])
        for view in read:
            start, stride = program.steps[view.source].start, view.strides.get(ALONG, 0)
            along = range(0, stride * step.along, stride) if stride else (0,)
            firsts = set(step.first_numbers(view, positions))
            needed[view.source].update(first + offset - start for first in firsts for offset in along)
    return [sorted(positions) for positions in needed]
