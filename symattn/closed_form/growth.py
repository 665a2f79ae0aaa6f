"""How a graph of entries grows from the steps: each entry looked up among the nodes there are before one is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sympy import Expr, S

from symattn.closed_form.gathering import decides, value
from symattn.closed_form.graph import PLAIN, ScalarGraph
from symattn.closed_form.operations import CHOOSING, COMPARISONS, OVER_A_ROW
from symattn.closed_form.program import Program
from symattn.closed_form.steps import ALONG, GATHER, Step
from symattn.nodes import Value, is_matrix


def graph_of(
    program: Program, target: Step, only: int | None = None, named: Mapping[int, Value] | None = None
) -> ScalarGraph:
    """The graph of everything in a program, its outputs the entries of one step.

    With ``only``, a position in that step's block, it holds what that one entry rests on, down to the inputs and to the
    steps in ``named``, whose entries then stand under their symbols.
    """
    growth = Growth()
    wanted = range(target.start, target.start + target.size)
    if only is not None:
        wanted = wanted[only : only + 1]
    # An entry outside its matrix matters only where it is asked for.
    lazily = only is not None or any(step.operation == GATHER for step in program.steps)
    growth.grow(program, needed_positions(program, wanted, named or {}) if lazily else None, named or {})
    ids = [growth.of_entry[number] for number in wanted]
    nodes, rows = growth.nodes, growth.rows
    if growth.decides:
        nodes, rows, ids = growth.without_the_unused(ids)
    return ScalarGraph(nodes, rows, _nested(ids, target.shape if only is None and target.axes else (1, 1)))


def _nested(ids: Sequence[int], shape: Sequence[int]) -> tuple:
    """Ids one after the other as rows, and rows as members of a family."""
    if len(shape) == 1:
        return tuple(ids)
    size = len(ids) // shape[0]
    return tuple(_nested(ids[start : start + size], shape[1:]) for start in range(0, len(ids), size))


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
        if step.operation == "formula":
            number = value(*step.detail)
            return [self._number(number(place)) for place in step.places(where)]
        if step.operation == "condition":
            ends = self._number(S.Zero), self._number(S.One)
            holds = decides(*step.detail)
            return [ends[holds(place)] for place in step.places(where)]
        if step.operation == GATHER:
            return [self.of_entry[number] for number in step.sources(where)[0]]
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
        if self._special or step.operation in CHOOSING:
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
        return [self._intern(("input", (symbol, *place))) for place in step.places(positions)]

    def _without_barred(self, step: Step, positions: Sequence[int] | None, leaves: list[int]) -> list[int]:
        """The entries of a named step that chooses, 0 where its conditions are known not to hold."""
        zero = self._index.get(("number", S.Zero), -1)
        sets = [[self.of_entry.get(n) for n in step.first_numbers(view, positions)] for view in step.operands[:-1]]
        barred = [zero in ids for ids in zip(*sets, strict=True)]
        return [self._number(S.Zero) if bar else leaf for bar, leaf in zip(barred, leaves, strict=True)]

    def _number(self, value: Expr) -> int:
        id = self._intern(("number", value))
        if value in (S.Zero, S.One, S.NegativeInfinity):
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
        if operation == "max":
            return self._max(operands[0])
        if operation == "threshold":
            return self._threshold(*operands)
        if operation in COMPARISONS:
            return self._compared(operation, *operands)
        if operation in CHOOSING:
            return self._where(operation, operands[:-1], operands[-1])
        if operation == "if":
            return self._if(*operands)
        if operation == "both":
            return self._both(operands, zero, one)
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

    def _where(self, operation: str, sets: tuple[int, ...], value: int) -> int:
        """The node of a value where all sets allow it, those that are known to do so left out."""
        otherwise = S.Zero if operation == "where" else S.NegativeInfinity
        known = {id: self.nodes[id][1] != 0 for id in sets if self.nodes[id][0] == "number"}
        self.decides = self.decides or bool(known)
        if not all(known.values()) or self.nodes[value] == ("number", otherwise):
            return self._number(otherwise)
        asked = [id for id in dict.fromkeys(sets) if id not in known]
        return self._intern((operation, *asked, value)) if asked else value

    def _max(self, row: int) -> int:
        """The largest of a row, minus infinities left out."""
        lowest = self._index.get(("number", S.NegativeInfinity), -1)
        kept = tuple(id for id in self.rows[row] if id != lowest)
        if not kept:
            return lowest
        return kept[0] if len(kept) == 1 else self._intern(("max", self._row(kept)))

    def _threshold(self, scores: int, alphas: int) -> int:
        """The threshold of the scores that are not minus infinity; of none it is asked by nothing."""
        lowest = self._index.get(("number", S.NegativeInfinity), -1)
        kept = tuple(id for id in self.rows[scores] if id != lowest)
        if not kept:
            return self._number(S.Zero)
        return self._intern(("threshold", self._row(kept), self._row(self.rows[alphas][: len(kept)])))

    def _compared(self, operation: str, left: int, right: int) -> int:
        """A comparison; decided for one value with itself and for two numbers."""
        numbers = [self.nodes[id][1] for id in (left, right) if self.nodes[id][0] == "number"]
        if left != right and len(numbers) < 2:
            return self._intern((operation, left, right))
        self.decides = True
        sides = numbers if len(numbers) == 2 else (S.Zero, S.Zero)
        return self._number(S.One if COMPARISONS[operation](*sides) else S.Zero)

    def _if(self, condition: int, value: int, otherwise: int) -> int:
        if self.nodes[condition][0] != "number":
            return value if value == otherwise else self._intern(("if", condition, value, otherwise))
        self.decides = True
        return value if self.nodes[condition][1] != 0 else otherwise

    def _both(self, truths: tuple[int, ...], zero: int, one: int) -> int:
        if zero in truths:
            return zero
        kept = tuple(id for id in dict.fromkeys(truths) if id != one)
        if len(kept) < 2:
            return kept[0] if kept else one
        return self._intern(("both", *kept))

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
        if step.operation == GATHER and place not in named:
            for number in set(step.sources(positions)[0]):
                source = program.step_of(number)
                needed[source].add(number - program.steps[source].start)
            continue
        for view in read:
            start, stride = program.steps[view.source].start, view.strides.get(ALONG, 0)
            along = range(0, stride * step.along, stride) if stride else (0,)
            firsts = set(step.first_numbers(view, positions))
            needed[view.source].update(first + offset - start for first in firsts for offset in along)
    return [sorted(positions) for positions in needed]
