"""A comparison that prints itself, and how it is made from the names of mechanisms and from numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from symattn.comparing import telling
from symattn.comparing.compared import Compared, Step, silent
from symattn.comparing.weighing import Weighed, weighed, weights_in
from symattn.equations import EquationSystem
from symattn.errors import InputError, ShapeError, SymattnError
from symattn.examples import numbers_for
from symattn.language.names import suggestion
from symattn.mechanisms import named
from symattn.publishing import Presentation
from symattn.shapes import show
from symattn.worked import Bound, bind


class Comparison(Compared):
    """Mechanisms compared on one set of numbers, with a document; ``to`` prints it in every format."""

    @cached_property
    def document(self) -> Presentation:
        """The comparison as a document."""
        return telling.told(self)

    def to(self, format: str = "text", **options: Any) -> str:
        """The comparison as text, LaTeX, MathML or JSON; the options are those of ``Presentation.to``."""
        return self.document.to(format, **options)

    def __str__(self) -> str:
        return self.to("text")

    def _repr_html_(self) -> str:
        return self.to("mathml")

    def __repr__(self) -> str:
        return f"Comparison({', '.join(self.labels)})"


def compare(
    *mechanisms: str | EquationSystem | Bound,
    numbers: Mapping[str, Any] | None = None,
    value: str | None = None,
    progress: Step | None = None,
    **more: Any,
) -> Comparison:
    """Attention weights of several mechanisms on one set of numbers: which key wins under each, and why.

    A mechanism is a name of the library, a ``Mechanism``, or one with its own numbers (``Bound``). Without numbers the
    worked example's are taken; with them, each mechanism takes its inputs by name. ``value`` compares another value
    than the attention weights.
    Errors: ``InputError`` for fewer than two mechanisms, missing or unknown inputs, weights that are not to be found;
    ``UnknownNameError`` for a name that the library does not have; ``ShapeError`` for weights of different shapes.

    >>> compare("dot", "cosine").winners
    {'dot': ((1, 2), (1,), (1,)), 'cosine': ((0,), (2,), (0,))}
    """
    if len(mechanisms) < 2:
        raise InputError(
            f"a comparison takes at least two mechanisms, found {len(mechanisms)}; name more, such as dot and cosine."
        )
    chosen = [(_label(each), each if isinstance(each, Bound) else _system(each)) for each in mechanisms]
    given = {**(numbers or {}), **more}
    _check_numbers(given, [system for _, system in chosen if isinstance(system, EquationSystem)])
    members, progress = [], progress if progress is not None else silent
    for done, (label, system) in enumerate(distinct(chosen)):
        progress(done, len(chosen), f"the weights of {label}")
        try:
            if value is None and isinstance(system, EquationSystem):
                weights_in(system, label)  # what cannot be compared is refused before its numbers are asked for
            members.append(weighed(label, system if isinstance(system, Bound) else _bound(system, given), value))
        except SymattnError as error:
            raise error if label in error.message else error.in_context(f"in comparing {label}") from None
    _check_shapes(members)
    return Comparison(tuple(members), value, progress)


def distinct(chosen: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The mechanisms with labels that are all different.

    Errors: ``InputError`` for the same mechanism twice.

    >>> distinct([("a", 1), ("a", 2)])
    [('a', 1), ('a (2)', 2)]
    """
    found: list[tuple[str, Any]] = []
    for label, system in chosen:
        if any(system == other for _, other in found):
            raise InputError(f"{label} is named twice; a comparison takes each mechanism once.")
        number, wanted = 1, label
        while any(wanted == other for other, _ in found):
            number += 1
            wanted = f"{label} ({number})"
        found.append((wanted, system))
    return found


def _label(mechanism: Any) -> str:
    if isinstance(mechanism, str):
        return mechanism.replace("_", "-")
    return mechanism.symbolic.name if isinstance(mechanism, Bound) else str(getattr(mechanism, "name", mechanism))


def _system(mechanism: Any) -> EquationSystem:
    if isinstance(mechanism, EquationSystem):
        return mechanism
    if isinstance(mechanism, str):
        return named(mechanism)
    raise InputError(f"a mechanism is a name of the library or made by mechanism(), found {type(mechanism).__name__}.")


def _bound(system: EquationSystem, given: Mapping[str, Any]) -> Bound:
    if not given:
        return bind(system, numbers_for(system))
    return bind(system, {name: given[name] for name in system.inputs if name in given})


def _check_numbers(given: Mapping[str, Any], systems: list[EquationSystem]) -> None:
    known = dict.fromkeys(name for system in systems for name in system.inputs)
    for name in given:
        if name not in known:
            hint = suggestion(str(name), known)
            raise InputError(f"no mechanism here has an input {name!a}.{hint} The inputs: {', '.join(known)}.")


def _check_shapes(members: list[Weighed]) -> None:
    first = members[0]
    for member in members[1:]:
        if member.weights.shape != first.weights.shape:
            raise ShapeError(
                f"weights of one shape can be compared: {first.name} of {first.label} is {show(first.weights.shape)}, "
                f"{member.name} of {member.label} is {show(member.weights.shape)}."
            )
