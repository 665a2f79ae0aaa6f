"""Recurrence: what a state that takes in one row after the other comes to, by induction on the number of rows."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from symattn.deriving.claim import Claim, Setting
from symattn.deriving.derivation import Checker, Derivation
from symattn.deriving.rules import definition, induction_step
from symattn.deriving.step import Step
from symattn.deriving.wording import ENGLISH
from symattn.publishing.to_code import declared
from symattn.verdicts import Verdict

PAST = "_past"
"""What is put behind the names of rows and states that are those of the rows before the last."""


@dataclass(frozen=True)
class Recurrence:
    """States that are ``first`` of one row, then ``following`` of the state before and the next row.

    ``rows`` gives for each matrix of rows the name of its next one; ``closed`` are formulas in the matrices, of which
    the induction shows that they are the states; ``inputs`` are the shapes of the matrices and of whatever else there
    is. Every formula may use the names of the rows and states, and in ``following`` a state means the one before.

    >>> counted = Recurrence(
    ...     "a sum, term by term",
    ...     inputs={"X": "t d"},
    ...     rows={"X": "x"},
    ...     first={"s": "x"},
    ...     following={"s": "s + x"},
    ...     closed={"s": "colsum(X)"},
    ... )
    >>> counted.step("s").conclusion
    'colsum(X) = s_past + x'
    >>> counted.solved("s").evidence
    'proved'
    """

    title: str
    inputs: Mapping[str, str]
    rows: Mapping[str, str]
    first: Mapping[str, str]
    following: Mapping[str, str]
    closed: Mapping[str, str]
    source: str = ""
    evidence: str = "proved"
    """What the base and the step are kept with where there is no proof; see ``Derivation.to``."""
    checker: Checker | None = field(default=None, compare=False, repr=False)

    def base(self, state: str) -> Derivation:
        """The closed formula of one row alone, and that it is what the recurrence starts from."""
        given = "\n".join(f"{matrix} = {row}" for matrix, row in self.rows.items())
        title = f"{self.title}: {state} of one row"
        return self._chain(title, self.closed[state], self._one_row(), given).to(
            self.first[state], by=definition, evidence=self.evidence
        )

    def step(self, state: str) -> Derivation:
        """The closed formula of one more row, and that it is what the recurrence makes of the state before."""
        pasts = {name: f"{name}{PAST}" for name in (*self.rows, *self.closed)}
        given = [f"{matrix} = vstack({pasts[matrix]}, {row})" for matrix, row in self.rows.items()]
        given += [f"{pasts[name]} = {renamed(formula, pasts)}" for name, formula in self.closed.items()]
        whole = {pasts[name]: shape for name, shape in self.inputs.items() if name in self.rows}
        states = {name: pasts[name] for name in self.closed}
        title = f"{self.title}: {state} of one row more"
        chain = self._chain(title, self.closed[state], {**whole, **self._one_row()}, "\n".join(given))
        return chain.to(renamed(self.following[state], states), by=definition, evidence=self.evidence)

    @cached_property
    def obligations(self) -> dict[str, tuple[Derivation, Derivation]]:
        """The base and the step of every state."""
        return {name: (self.base(name), self.step(name)) for name in self.closed}

    def needed(self, state: str) -> tuple[str, ...]:
        """The state and all others that its recurrence mentions, through all levels."""
        found, pending = {state}, [state]
        while pending:
            for other in _names(self.following[pending.pop()]) & set(self.closed) - found:
                found.add(other)
                pending.append(other)
        return tuple(name for name in self.closed if name in found)

    def solved(self, state: str) -> Derivation:
        """The state after all rows is its closed formula; rests on the base and the step of every state needed."""
        before = f"{state}(t) with {state}(1) = {self.first[state]}, {state}(t + 1) = {self.following[state]}"
        shapes = {**self.inputs, **self._one_row(), **self._shapes_of_states()}
        claim = Claim(before, "=", self.closed[state], Setting(shapes))
        verdict = Verdict("proved", str(claim), "the formula holds for one row, and for one row more if it did before")
        rows = ENGLISH.listed([f"`{row}` is the next row of `{matrix}`" for matrix, row in self.rows.items()])
        used = tuple(one for name in self.needed(state) for one in self.obligations[name])
        step = Step(before, "=", self.closed[state], induction_step, verdict, used, rows)
        return Derivation(
            f"{self.title}: {state}", before, shapes, source=self.source, checker=self.checker, steps=(step,)
        )

    def _shapes_of_states(self) -> dict[str, str]:
        system = Setting(self.inputs).system(**self.closed)
        return {state: declared(system.shape(state)) for state in self.closed}

    def _one_row(self) -> dict[str, str]:
        """The shapes where each matrix has one row, which is called as the next row is."""
        shapes = {}
        for name, shape in self.inputs.items():
            if name in self.rows:
                shapes[self.rows[name]] = " ".join(["1", *shape.split()[1:]])
            else:
                shapes[name] = shape
        return shapes

    def _chain(self, title: str, start: str, inputs: Mapping[str, str], given: str) -> Derivation:
        return Derivation(title, start, inputs, given, source=self.source, checker=self.checker)


def _names(formula: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(formula, mode="eval")) if isinstance(node, ast.Name)}


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def renamed(formula: str, names: Mapping[str, str]) -> str:
    """A formula with other names in it.

    >>> renamed("A.T @ B[0, :] + A_1", {"A": "C"})
    'C.T @ B[0, :] + A_1'
    """
    return ast.unparse(_Renaming(names).visit(ast.parse(formula, mode="eval")))
