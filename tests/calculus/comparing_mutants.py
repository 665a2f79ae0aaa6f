"""Mutants of the equations of a system, each compared with the right formula: refuted, proved equal, or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from cotangent_rows import Instance, instances
from mutating import Mutant, all_mutants
from sympy import Symbol

from symattn.calculus import named_parts
from symattn.equations import Equation, EquationSystem
from symattn.mechanisms import named
from symattn.nodes import Entmax, full_shape
from symattn.proof import prove_values
from symattn.proof.counterexample import search
from symattn.verdicts import Counterexample

WRONG = "wrong"
SECONDS = 10.0


@dataclass(frozen=True)
class Compared:
    """An equation of a system with one change in it, which stands behind the others as ``wrong``."""

    system: EquationSystem
    name: str
    mutant: Mutant

    @property
    def right(self) -> Equation:
        return self.system.by_name[self.name]

    def verdict(self, seconds: float = SECONDS) -> tuple[str, Counterexample | None]:
        """``refuted`` with a counterexample, ``proved`` equal, ``unknown``; or ``no value``.

        The last has no value at instances at which the right formula has one, and is nowhere seen to differ elsewhere:
        it is wrong, whether or not it can be proved equal where both have a value.
        """
        axes = self.right.axes
        whole = replace(self.system, equations=(*self.system, Equation(WRONG, self.mutant.expression, axes)))
        found = search(whole, self.name, WRONG, seconds=seconds / 2)
        if found.counterexample is not None:
            return "refuted", found.counterexample
        verdict = prove_values(whole, self.name, WRONG, seconds)
        if verdict.kind != "refuted" and found.undefined and not search(whole, self.name, self.name).undefined:
            return "no value", None
        return verdict.kind, verdict.counterexample

    def __str__(self) -> str:
        return f"{self.right.left_side} = {self.right.expression}: {self.mutant}: {self.mutant.expression}"


def of_rows(only: type | None = None) -> Iterator[Compared]:
    """Every mutant of every cotangent of every instance of a row; of entmax over a set, that of sparsemax alone.

    What the others have to say of sets is the same, and roots of irrational numbers take long to decide.
    """
    for generic, same in zip(instances(), instances(same=True), strict=True):
        node = generic.node
        takes_long = isinstance(node, Entmax) and node.alpha != 2 and node.allowed is not None
        if (only is None or type(node) is only) and not takes_long:
            yield from of_instance(generic, same)


def of_instance(generic: Instance, same: Instance) -> Iterator[Compared]:
    systems = [each.whole(each.claimed()) for each in (generic, same)]
    for name in generic.arguments:
        cotangent = f"D_{name}" if f"D_{name}" in systems[0].by_name else f"d{name}"
        yield from of_equation(*systems, cotangent)


def of_equation(generic: EquationSystem, same: EquationSystem, name: str) -> Iterator[Compared]:
    """The mutants of one equation of a system; ``same`` is the system with equal sizes."""

    def parts(equal: bool) -> tuple[Any, Any, Any]:
        system = same if equal else generic
        return system[name], known_before(system, name), system.by_name[name].axes

    for equal, mutant in all_mutants(parts):
        yield Compared(same if equal else generic, name, mutant)


def of_mechanism(name: str) -> Iterator[Compared]:
    """Every mutant of every equation of the backward pass of a mechanism of the library, behind the forward ones."""
    system = named(name).backward()
    same = with_equal_sizes(system)
    forward = {equation.name for equation in named_parts(named(name))}
    for equation in system:
        if equation.name not in forward:
            yield from of_equation(system, same, equation.name)


def known_before(system: EquationSystem, name: str) -> tuple[Any, ...]:
    """The inputs, and the values of the equations before one."""
    before = []
    for equation in system:
        if equation.name == name:
            break
        before.append(equation.symbol)
    return (*system.input_symbols, *before)


def with_equal_sizes(system: EquationSystem) -> EquationSystem:
    """The system with one size for all rows and columns; the numbers of members stay apart."""
    sizes = [size for symbol in system.input_symbols for length in full_shape(symbol)[-2:] for size in _size(length)]
    replaced = dict.fromkeys(dict.fromkeys(sizes), sizes[0])
    return replace(
        system,
        input_symbols=tuple(symbol.xreplace(replaced) for symbol in system.input_symbols),
        equations=tuple(equation.replaced(replaced) for equation in system.equations),
    )


def _size(length: Any) -> list[Symbol]:
    return [length] if isinstance(length, Symbol) else []
