"""The steps as NumPy code on blocks of instances: a line a step, in place where nothing reads the memory again.

A block has the batch as its first and its last axis, and its own axes between them: instances that lie side by side
are few enough that what is read of them stays in the smallest cache while they are moved there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symattn.closed_form.steps import ALONG, GATHER, Axis, Step, View
from symattn.lowering.scalar_arrays import IN_PLACE, ONE_CALL, OVER_ROWS, REDUCTIONS, TRUE_OR_FALSE, TRUTHS, array_text
from symattn.lowering.scalar_entries import Entries
from symattn.lowering.scalar_numbers import equation_comment, number
from symattn.lowering.scalar_reads import known_numbers, last_reads
from symattn.lowering.scalar_views import aligned, gathered, sliced

LETTERS = "ijklmnopqrstuvwxycdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Of the axes in a sum of products; ``a`` and ``b`` are the batch."""


class BatchWriter:
    """Writes the lines; ``batches`` are for each input the inputs whose leading axes it has, ``truths`` hold truths."""

    def __init__(self, entries: Entries, batches: Mapping[str, frozenset[str]], truths: frozenset[str]) -> None:
        self.entries, self.truths = entries, truths
        self.steps = entries.steps.program.steps
        self.lines: list[str] = []
        self._given = batches
        self._names: dict[int, str] = {}
        self._own: set[int] = set()
        """Steps whose block is memory that is written over once nothing else reads it."""
        self._arrays: dict[int, frozenset[str]] = {}
        """For each block the inputs whose batches it has."""
        self._constants: dict[tuple, str] = {}
        self._stems = {entries.steps.view(name).source: name for name in entries.steps.ends}
        self._count = 0
        self._values = known_numbers(entries)
        self._last_read = last_reads(entries, self._values)

    def write(self) -> list[str]:
        """The lines that compute the outputs, and the texts of the outputs, each of its own axes and the batch."""
        pending = list(self.entries.steps.ends.items())
        for place in sorted(self._last_read):
            step = self.steps[place]
            if self._values[place] is not None:
                continue
            if step.operation == "input":
                self._names[place], self._arrays[place] = step.detail.name, self._given[step.detail.name]
                continue
            while pending and place >= pending[0][1]:
                pending.pop(0)
            if pending and pending[0][0]:
                self.lines.append(equation_comment(self.entries, pending[0][0]))
                pending[0] = "", pending[0][1]
            self._step(place, step)
        return [self._output(name) for name in self.entries.steps.outputs]

    def _output(self, name: str) -> str:
        steps = self.entries.steps
        view, axes = steps.view(name), steps.axes(name)
        text, _ = self._operand(view, axes, list(axes))
        if self._values[view.source] is not None and not text.startswith("_constant"):
            return f"np.full(({', '.join(map(str, [1, *axes.values(), 1]))}), {text}, _dtype)"
        return text

    def _step(self, place: int, step: Step) -> None:
        batches = frozenset[str]().union(*(self._arrays.get(view.source, frozenset()) for view in step.operands))
        self._arrays[place] = batches
        name = self._names[place] = self._fresh(self._stems.get(place))
        if step.operation == GATHER:
            self._gather(name, place, step)
            return
        axes = dict(step.axes)
        if step.operation == "dot":
            text, lacking = self._products(name, step, axes)
        elif step.operation in OVER_ROWS:
            text, lacking = self._over_rows(name, step, axes)
        else:
            written, lacking = self._entrywise(name, place, step, axes)
            if written is None:
                self._own.add(place)
                return
            text = written
        self.lines.append(f"{name} = {text}")
        if lacking:
            shape = ", ".join([f"{name}.shape[0]", *map(str, axes.values()), f"{name}.shape[-1]"])
            self.lines.append(f"{name} = np.broadcast_to({name}, ({shape}))")
        elif step.operation != "copy":
            self._own.add(place)

    def _products(self, name: str, step: Step, axes: Mapping[Axis, int]) -> tuple[str, bool]:
        """The sum of products along an axis."""
        lengths, wanted = {**axes, ALONG: step.along}, [*axes, ALONG]
        parts = [self._part(view, lengths) for view in step.operands]
        numbers = [self._is_number(view) for view in step.operands]
        if any(numbers) or not any(ALONG in found for _, found in parts):
            texts = [
                text if plain else aligned(text, found, wanted)
                for (text, found), plain in zip(parts, numbers, strict=True)
            ]
            if any(ALONG in found for _, found in parts):
                return f"({texts[0]} * {texts[1]}).sum(axis=-2)", self._lacks(step, axes)
            return f"({texts[0]} * {texts[1]})[..., 0, :] * {float(step.along)}", self._lacks(step, axes)
        letters = dict(zip(wanted, LETTERS, strict=False))
        present = [axis for axis in axes if any(axis in found for _, found in parts)]
        subscripts = ",".join("a" + "".join(letters[axis] for axis in found) + "b" for _, found in parts)
        made = "a" + "".join(letters[axis] for axis in present) + "b"
        memory = f', out=_memory.get("{name}")' if present == list(axes) else ""
        text = f'np.einsum("{subscripts}->{made}", {parts[0][0]}, {parts[1][0]}{memory})'
        if memory:
            text = f'_memory["{name}"] = {text}'
        return aligned(text, present, list(axes)), self._lacks(step, axes)

    def _over_rows(self, name: str, step: Step, axes: Mapping[Axis, int]) -> tuple[str, bool]:
        """A sum, a maximum or a threshold along an axis."""
        view, *options = step.operands
        lengths, wanted = {**axes, ALONG: step.along}, [*axes, ALONG]
        text, found = self._part(view, lengths)
        if step.operation in REDUCTIONS and ALONG in found:
            memory = f'_memory["{name}"] = '
            along = 1 + found.index(ALONG)
            reduced = f'{REDUCTIONS[step.operation]}({text}, axis={along}, out=_memory.get("{name}"))'
            found.remove(ALONG)
            if found == list(axes):
                return f"{memory}{reduced}", self._lacks(step, axes)
            self.lines.append(f"{name} = {memory}{reduced}")
            return aligned(name, found, list(axes)), self._lacks(step, axes)
        text, found = self._operand(view, lengths, wanted)
        if ALONG not in found:
            text = f"np.repeat({text}, {step.along}, axis=-2)"
        more = [number(self._constant(option)) for option in options]
        return OVER_ROWS[step.operation](text, *more), self._lacks(step, axes)

    def _entrywise(self, name: str, place: int, step: Step, axes: Mapping[Axis, int]) -> tuple[str | None, bool]:
        """An operation on each entry; ``None`` where its lines have been written, in memory that was another's."""
        asked = range(len(step.operands))[TRUTHS.get(step.operation, slice(0, 0))]
        texts, memory = [], ""
        for position, view in enumerate(step.operands):
            text, _ = self._operand(view, axes, list(axes))
            if position in asked:
                text = self._truth(view, text, axes)
            elif not memory and step.operation in IN_PLACE and self._may_be_written_over(view, place, axes):
                memory = text
            texts.append(text)
        written, lacking = array_text(step.operation), self._lacks(step, axes)
        if memory and not lacking and len(texts) < 3 + len(asked):
            *lines, last = IN_PLACE[step.operation](memory, *texts)
            self.lines += [*lines, f"{name} = {last}"]
            return None, False
        if step.operation in ONE_CALL and len(texts) < 3:
            (text,) = IN_PLACE[step.operation](f'_memory.get("{name}")', *texts)
            return f'_memory["{name}"] = {text}', lacking
        return written(*texts), lacking

    def _truth(self, view: View, text: str, axes: Mapping[Axis, int]) -> str:
        """A block as truth values."""
        source = self.steps[view.source]
        if self._is_number(view):
            return str(self._constant(view) != 0.0)
        is_truth = source.operation == "input" and source.detail.name in self.truths
        return text if is_truth or source.operation in TRUE_OR_FALSE else f"({text} != 0)"

    def _may_be_written_over(self, view: View, place: int, axes: Mapping[Axis, int]) -> bool:
        source = self.steps[view.source]
        return (
            view.source in self._own
            and source.operation not in TRUE_OR_FALSE
            and self._last_read[view.source] == place
            and [other.source for other in self.steps[place].operands].count(view.source) == 1
            and source.axes == tuple(axes.items())
            and view.strides == source.strides
            and self._arrays[place] <= self._arrays[view.source]
        )

    def _gather(self, name: str, place: int, step: Step) -> None:
        """Entries from elsewhere, each from its place: those of one block at once."""
        needed = self.entries.needed
        positions: Sequence[int] = range(step.size) if needed is None else needed[place]
        groups: dict[int, tuple[list[int], list[int]]] = {}
        program = self.entries.steps.program
        for position, found in zip(positions, step.sources(positions)[0], strict=True):
            source = program.step_of(found)
            to, from_ = groups.setdefault(source, ([], []))
            to.append(position)
            from_.append(found - self.steps[source].start)
        self._own.add(place)
        parts: list[tuple[list[int], str, list[int]]] = []
        for source, (to, from_) in groups.items():
            values = self._values[source]
            if values is None:
                parts.append((to, self._names[source], from_))
            elif any(values[at] for at in from_):
                parts.append((to, f"[{', '.join(number(values[at]) for at in from_)}]", []))
        self.lines.append(f"{name} = {gathered([length for _, length in step.axes], parts)}")

    def _operand(self, view: View, lengths: Mapping[Axis, int], wanted: Sequence[Axis]) -> tuple[str, list[Axis]]:
        text, found = self._part(view, lengths, True)
        return (text if self._is_number(view) else aligned(text, found, wanted)), found

    def _part(self, view: View, lengths: Mapping[Axis, int], stretching: bool = False) -> tuple[str, list[Axis]]:
        if self._is_number(view):
            return number(self._constant(view)), []
        if self._values[view.source] is not None and view.source not in self._names:
            self._names[view.source] = self._written(view.source)
        return sliced(self.steps[view.source], self._names[view.source], view, lengths, stretching)

    def _is_number(self, view: View) -> bool:
        """Whether all entries of a block are one number."""
        values = self._values[view.source]
        return values is not None and len(set(map(repr, values))) == 1

    def _constant(self, view: View) -> float:
        values = self._values[view.source]
        assert values is not None
        return values[0]

    def _written(self, source: int) -> str:
        """The variable that holds a block of numbers."""
        values, shape = self._values[source], [length for _, length in self.steps[source].axes]
        assert values is not None
        key = tuple(map(repr, values)), tuple(shape)
        if key not in self._constants:
            self._constants[key] = f"_constant{len(self._constants) + 1}"
            listed = ", ".join(map(number, values))
            shown = ", ".join(map(str, [1, *shape, 1]))
            self.lines.append(f"{self._constants[key]} = np.array([{listed}], _dtype).reshape({shown})")
        return self._constants[key]

    def _lacks(self, step: Step, axes: Mapping[Axis, int]) -> bool:
        """Whether no operand has one of the step's axes."""
        found = {axis for view in step.operands if not self._is_number(view) for axis in view.strides}
        return any(length > 1 and axis not in found for axis, length in axes.items())

    def _fresh(self, stem: str | None) -> str:
        """The name of an equation for its own block, else one that nothing has."""
        if stem is not None:
            return stem
        self._count += 1
        return f"_{self._count}"
