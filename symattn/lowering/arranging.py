"""A function around the generated one that takes and gives arrays in the layouts that people have them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from symattn.equations import EquationSystem
from symattn.errors import LanguageError, LoweringError, UnknownNameError
from symattn.language.names import suggestion
from symattn.lowering.layouts import Layout
from symattn.nodes import full_shape
from symattn.shapes import concrete_size


@dataclass(frozen=True)
class Arrangement:
    """The layouts of some inputs and results, and sizes that no array tells."""

    layouts: Mapping[str, Layout]
    sizes: Mapping[str, int]

    @staticmethod
    def of(system: EquationSystem, layouts: Mapping[str, str], sizes: Mapping[str, int]) -> Arrangement:
        """The arrangement that a user asks for.

        Errors: ``UnknownNameError`` for what is no value or no size of the system, ``LanguageError`` for a layout that
        is none of its shape, ``ShapeError`` for a size below 1.
        """
        read = {}
        for name, text in layouts.items():
            if name not in system.inputs and name not in system.by_name:
                raise system.unknown(name)
            read[name] = Layout.of(text, name, system.shape(name))
        _check_orders(read.values())
        known = {symbol.name for symbol in system.sizes}
        for name, length in sizes.items():
            if name not in known:
                listing = ", ".join(sorted(known))
                raise UnknownNameError(f"no size is called {name!r}.{suggestion(name, known)} The sizes: {listing}.")
            concrete_size(length, name)
        return Arrangement(read, dict(sizes))

    def lines(
        self, system: EquationSystem, inner: str, outputs: tuple[str, ...], keys: list[str] | type, words: Library
    ) -> list[str]:
        """The body of the function: every array rearranged, the generated function called, its results rearranged."""
        lines = [f"{name} = {length}" for name, length in self.sizes.items()]
        known = set(self.sizes)
        taken = [self.layouts[name] for name in system.inputs if name in self.layouts]
        for layout in taken:
            lines.append(f"{layout.name} = {words.as_array}({layout.name})")
        lines += self._told_elsewhere(system, known, words)
        for layout in taken:
            lines += layout.taken(words.move, known)
        call = f"{inner}({', '.join(system.inputs)})"
        if keys is object:
            (name,) = outputs
            if name not in self.layouts:
                return [*lines, f"return {call}"]
            return [
                *lines,
                f"_result = {call}",
                *self.layouts[name].given("_result", words.move, known),
                "return _result",
            ]
        lines.append(f"_results = {call}")
        for position, name in enumerate(outputs):
            if name in self.layouts:
                place = repr(keys[position]) if isinstance(keys, list) else str(position)
                lines.append(f"_result = _results[{place}]")
                lines += self.layouts[name].given("_result", words.move, known)
                lines.append(f"_results[{place}] = _result")
        return [*lines, "return _results"]

    def _told_elsewhere(self, system: EquationSystem, known: set[str], words: Library) -> list[str]:
        """Sizes that an axis packs with others, read from an array that has them as an axis of its own."""
        lines = []
        packed = {
            atom for layout in self.layouts.values() for group in layout.groups if len(group) > 1 for atom in group
        }
        packed |= {atom for layout in self.layouts.values() for axis in layout.axes if len(axis) > 1 for atom in axis}
        for name, symbol in system.inputs.items():
            if name in self.layouts:
                continue
            shape = full_shape(symbol)
            for place, length in enumerate(shape):
                if str(length) in packed - known:
                    lines.append(f"{length} = {words.as_array}({name}).shape[{place - len(shape)}]")
                    known.add(str(length))
        return lines


def _check_orders(layouts: Iterable[Layout]) -> None:
    """Errors: ``LanguageError`` if one product of sizes, such as ``H*W``, is taken apart in two orders."""
    found: dict[frozenset[str], tuple[str, Layout]] = {}
    for layout in layouts:
        for axis in layout.axes:
            order, first = found.setdefault(frozenset(axis), (" ".join(axis), layout))
            if order != " ".join(axis):
                raise LanguageError(
                    f"the layout of {first.name} orders {order}, that of {layout.name} {' '.join(axis)}; "
                    "one axis of the equations has one order."
                )


@dataclass(frozen=True)
class Library:
    """What a target's library calls the making of an array and the moving of its axes."""

    as_array: str
    move: str


LIBRARIES = {"numpy": Library("np.asarray", "np.moveaxis"), "torch": Library("torch.as_tensor", "torch.movedim")}


def library_of(target: str) -> Library:
    """The words of a target. Errors: ``LoweringError`` for a target that has none here."""
    if target not in LIBRARIES:
        raise LoweringError(f"layouts are written for {', '.join(LIBRARIES)}, not for {target}.")
    return LIBRARIES[target]
