"""Views of a block as NumPy writes them: slices, axes moved, axes of length 1; where that is not enough, a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from symattn.closed_form.steps import Axis, Step, View


def sliced(
    source: Step, name: str, view: View, lengths: Mapping[Axis, int], stretching: bool = False
) -> tuple[str, list[Axis]]:
    """The part of a block that a view shows, and the axes that it has in order, each an axis of the view.

    The batch is the block's first and last axis. ``lengths`` are those of the view's axes; an axis along which the
    view stands still has none here, or with ``stretching`` one of length 1 if the block has one.
    """
    walked = {axis: view.strides[axis] for axis in lengths if view.strides.get(axis, 0) and lengths[axis] > 1}
    strides, stride = [], source.size
    for _, length in source.axes:
        stride //= length
        strides.append(stride)
    offset = view.start - source.start
    firsts = [offset // s % length for s, (_, length) in zip(strides, source.axes, strict=True)]
    places: list[str] = [str(first) for first in firsts]
    order: dict[int, Axis] = {}
    for place, (axis, length) in enumerate(source.axes):
        if stretching and length == 1 and axis in lengths and axis not in walked:
            places[place], order[place] = ":", axis
    for axis, step in walked.items():
        for place, (own, (_, length)) in enumerate(zip(strides, source.axes, strict=True)):
            count, rest = divmod(step, own)
            last = firsts[place] + count * (lengths[axis] - 1)
            if rest == 0 and place not in order and 0 <= last < length and length > 1:
                order[place] = axis
                places[place] = _slice(firsts[place], count, lengths[axis], length)
                break
        else:
            return _listed(source, name, view, {axis: lengths[axis] for axis in walked})
    while places and places[-1] == ":":
        places.pop()
    text = f"{name}[{', '.join([':', *places])}]" if places else name
    return text, [order[place] for place in sorted(order)]


def _slice(first: int, step: int, count: int, length: int) -> str:
    stop = first + step * count
    if step > 0:
        start, end = ("" if first == 0 else str(first)), ("" if stop >= length else str(stop))
        return f"{start}:{end}" + (f":{step}" if step > 1 else "")
    return f"{first}:{'' if stop < 0 else stop}:{step}"


def _listed(source: Step, name: str, view: View, lengths: Mapping[Axis, int]) -> tuple[str, list[Axis]]:
    steps = [range(0, view.strides[axis] * length, view.strides[axis]) for axis, length in lengths.items()]
    numbers = [view.start - source.start + sum(each) for each in product(*steps)]
    return gathered(tuple(lengths.values()), [(range(len(numbers)), name, numbers)]), list(lengths)


def gathered(lengths: Sequence[int], parts: Iterable[tuple[Sequence[int], str, Sequence[int]]]) -> str:
    """A block of entries from elsewhere: for each part its places, and the block or numbers they come from."""
    texts = [f"({list(to)}, {text}, {list(places)})" for to, text, places in parts]
    shape = "".join(f"{length}, " for length in lengths)
    return f"_gathered(_dtype, ({shape.rstrip() if len(lengths) == 1 else shape.rstrip(', ')}), {', '.join(texts)})"


def aligned(text: str, found: Sequence[Axis], wanted: Sequence[Axis]) -> str:
    """The block with the wanted axes in order, of length 1 where it has none."""
    order = [axis for axis in wanted if axis in found]
    if list(found) != order:
        places = [1 + found.index(axis) for axis in order]
        text = f"{text}.transpose({', '.join(map(str, [0, *places, len(found) + 1]))})"
    if len(order) == len(wanted):
        return text
    last = max((place for place, axis in enumerate(wanted) if axis not in found), default=-1)
    return f"{text}[{', '.join([':', *(':' if axis in found else 'None' for axis in wanted[: last + 1])])}]"
