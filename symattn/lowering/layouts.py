"""Arrays as people have them: packed heads, tokens before heads, feature maps; axes named, split, merged and moved.

A layout names the axes of an array, those that are one axis of the array in brackets: ``n (H d_k)`` are heads side by
side, ``n H d_k`` tokens before heads, ``C H W`` a feature map. What the equations ask for follows from the shape that
they declare: the axes of a family first, then rows and columns, a size such as ``H*W`` in the order of the layout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from sympy import Expr, Integer

from symattn import limits
from symattn.errors import LanguageError, LimitError, LoweringError
from symattn.language.names import printable
from symattn.shapes import Shape, same_size, show, size

Groups = Sequence[tuple[str, ...]]
"""The axes of an array: the names of the sizes that each holds, outermost first."""

LAYOUT = re.compile(r"\s*(?:\((?P<group>[\w\s]*)\)|(?P<atom>\w+))", re.ASCII)


@dataclass(frozen=True)
class Layout:
    """The axes of one array: groups of names, most of one name; ``shape`` is what the equations declare."""

    name: str
    groups: tuple[tuple[str, ...], ...]
    shape: Shape

    @staticmethod
    def of(text: object, name: str, shape: Shape) -> Layout:
        """The layout that a text describes, checked against the declared shape.

        >>> n, H, d = size("n"), size("H"), size("d")
        >>> Layout.of("n (H d)", "Q", (H, n, d)).groups
        (('n',), ('H', 'd'))

        Errors: ``LanguageError`` for a text that is no layout, or whose names are not the sizes of the shape,
        ``LimitError`` for one that is too long.
        """
        if not isinstance(text, str):
            raise LanguageError(f"the layout of {name} is text such as 'n (H d_k)', found {text!r}.")
        if len(text) > limits.LAYOUT_LENGTH:
            message = f"the layout of {name} is {len(text)} characters long; the most is {limits.LAYOUT_LENGTH}."
            raise LimitError(message)
        groups, place = [], 0
        while place < len(text.rstrip()):
            found = LAYOUT.match(text, place)
            group = tuple((found["group"] or found["atom"] or "").split()) if found else ()
            if found is None or not group:
                shown = printable(text)
                raise LanguageError(f"the layout of {name} is {shown}; asked for names of sizes, as in 'n (H d_k)'.")
            groups.append(group)
            place = found.end()
        layout = Layout(name, tuple(groups), shape)
        layout._check(text)
        return layout

    @property
    def atoms(self) -> tuple[str, ...]:
        """Every name, in the order of the array."""
        return tuple(atom for group in self.groups for atom in group)

    @property
    def axes(self) -> tuple[tuple[str, ...], ...]:
        """The names that make up each axis of the declared shape, as the layout orders them; none for a length of 1."""
        return tuple(
            tuple(atom for atom in self.atoms if size(atom) in length.free_symbols or atom == str(length))
            for length in self.shape
        )

    def written(self) -> str:
        """The shape of the array: ``n, H*d_k``."""
        return ", ".join("*".join(group) for group in self.groups)

    def _check(self, text: str) -> None:
        whole = all(
            same_size(prod(map(_length, axis), start=Integer(1)), length)
            for axis, length in zip(self.axes, self.shape, strict=True)
        )
        used = [atom for axis in self.axes for atom in axis]
        if not whole or sorted(used) != sorted(self.atoms):
            asked = show(self.shape)
            shown = printable(text)
            raise LanguageError(f"the layout of {self.name} is {shown}; asked for the sizes of {asked}, each once.")

    def taken(self, move: str, known: set[str]) -> list[str]:
        """Lines that make the declared shape of the array; ``known`` are sizes with a value, more join them here.

        ``move`` is the target's function that moves axes.
        Errors: ``LoweringError`` if two sizes of one group are unknown.
        """
        checks = [*self._enough_axes(), *self._lengths(known), *self._packed_lengths(known)]
        return [*checks, *rearranged(self.name, self.groups, self.axes, known, move)]

    def given(self, value: str, move: str, known: set[str]) -> list[str]:
        """Lines that make the layout of a result of the declared shape, held by the variable ``value``.

        Errors: ``LoweringError`` for sizes of one axis that nothing tells apart.
        """
        return rearranged(value, self.axes, self.groups, known, move)

    def _enough_axes(self) -> list[str]:
        """Lines that refuse an array of too few axes."""
        return [f"if {self.name}.ndim < {len(self.groups)}:", self._refusal()]

    def _packed_lengths(self, known: set[str]) -> list[str]:
        """Lines that refuse a packed axis that does not divide into what is known of it, and say what is left."""
        lines = []
        for position, group in enumerate(self.groups):
            told = [atom for atom in group if atom in known or atom.isdigit()]
            if len(group) > 1 and told:
                sign = "!=" if len(told) == len(group) else "%"
                product = told[0] if len(told) == 1 else f"({' * '.join(told)})"
                values = ", ".join(f"{atom} = {{{atom}}}" for atom in told if not atom.isdigit())
                lines.append(f"if {self.name}.shape[{position - len(self.groups)}] {sign} {product}:")
                lines.append(self._refusal(f" with {values}" if values else ""))
                left = [atom for atom in group if atom not in told]
                if len(left) == 1:
                    lines.append(f"{left[0]} = {self.name}.shape[{position - len(self.groups)}] // {product}")
                    known.add(left[0])
        return lines

    def _refusal(self, told: str = "") -> str:
        asked = f"{self.name} takes shape (..., {self.written()}){told}"
        return f'    raise ValueError(f"{asked}; found {{tuple({self.name}.shape)}}.")'

    def _lengths(self, known: set[str]) -> list[str]:
        """Lines that read the sizes which are an axis of their own."""
        count, lines = len(self.groups), []
        for position, group in enumerate(self.groups):
            if len(group) == 1 and not group[0].isdigit() and group[0] not in known:
                lines.append(f"{group[0]} = {self.name}.shape[{position - count}]")
                known.add(group[0])
        return lines


def rearranged(name: str, source: Groups, target: Groups, known: set[str], move: str) -> list[str]:
    """Lines that take an array from one grouping of its axes to another: split, move, merge, each only where needed.

    >>> rearranged("Q", [("n",), ("H", "d")], [("H",), ("n",), ("d",)], {"H"}, "np.moveaxis")
    ['Q = Q.reshape(*Q.shape[:-2], Q.shape[-2], H, Q.shape[-1] // H)', 'Q = np.moveaxis(Q, (-3, -2, -1), (-2, -3, -1))']

    Errors: ``LoweringError`` if two sizes that an axis must split into are unknown.
    """
    order = [atom for group in source for atom in group]
    wanted = [atom for group in target for atom in group]
    units = _units(order, target)
    lines = []
    if units != list(source):
        lengths = ", ".join(_unit_length(name, unit, source, known) for unit in units)
        lines.append(f"{name} = {name}.reshape(*{name}.shape[:-{len(source)}], {lengths})")
    moved = sorted(units, key=lambda unit: wanted.index(unit[0]))
    if moved != units:
        lines.append(_moved(name, units, moved, move))
    if moved != list(target):
        lengths = ", ".join(_axis_length(name, group, moved) for group in target)
        lines.append(f"{name} = {name}.reshape(*{name}.shape[:-{len(moved)}], {lengths})")
    return lines


def _units(order: Sequence[str], target: Groups) -> list[tuple[str, ...]]:
    """The longest runs of neighbours that are neighbours in one axis of the target too."""
    follows = {pair for group in target for pair in pairwise(group)}
    units: list[tuple[str, ...]] = []
    for atom in order:
        if units and (units[-1][-1], atom) in follows:
            units[-1] = (*units[-1], atom)
        else:
            units.append((atom,))
    return units


def _unit_length(name: str, unit: tuple[str, ...], source: Groups, known: set[str]) -> str:
    """The length of a run of neighbours, from the lengths of the array's axes and the sizes that are known."""
    factors = []
    for position, group in enumerate(source):
        inside = [atom for atom in group if atom in unit]
        axis = f"{name}.shape[{position - len(source)}]"
        if len(inside) == len(group):
            factors += [axis] if group else []
            continue
        unknown = [atom for atom in group if atom not in known and not atom.isdigit()]
        if len(unknown) > 1 and inside:
            raise LoweringError(
                f"{name} packs {' '.join(group)} in one axis, and nothing says how long {', '.join(unknown)} are; "
                f"give one of them, as in sizes={{{unknown[0]!r}: 8}}."
            )
        if unknown and unknown[0] in inside:
            others = [atom for atom in group if atom not in inside]
            divisor = others[0] if len(others) == 1 else f"({' * '.join(others)})"
            factors.append(f"{axis} // {divisor}")
        else:
            factors += inside
    return " * ".join(factors) or "1"


def _axis_length(name: str, group: tuple[str, ...], units: Sequence[tuple[str, ...]]) -> str:
    """The length of an axis that some units make together, from the array's own shape; 1 for an axis of none."""
    places = [place for place, unit in enumerate(units) if set(unit) <= set(group)]
    return " * ".join(f"{name}.shape[{place - len(units)}]" for place in places) or "1"


def _moved(name: str, units: Sequence[tuple[str, ...]], moved: Sequence[tuple[str, ...]], move: str) -> str:
    count = len(units)
    if list(units[:-2]) == list(moved[:-2]):
        return f"{name} = {name}.mT"
    to = tuple(list(moved).index(unit) - count for unit in units)
    return f"{name} = {move}({name}, {tuple(range(-count, 0))}, {to})"


def _length(atom: str) -> Expr:
    return Integer(atom) if atom.isdigit() else size(atom)
