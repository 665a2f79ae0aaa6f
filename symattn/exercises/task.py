"""Kind and task: a type of exercise, and one exercise of it with its numbers, its question and its usual mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from symattn.defining import Mechanism, mechanism
from symattn.equations import EquationSystem
from symattn.exact.evaluation import Known
from symattn.exercises.drawing import Draw
from symattn.language import parse_expression
from symattn.worked import Bound

ATTEMPTS = 100
"""How often an exercise is drawn before one whose slips do not all show is taken as it is."""


@dataclass(frozen=True)
class Slip:
    """A mistake made on purpose: its sentence in the tables of languages, and the equations as it has them."""

    sentence: str
    equations: Mapping[str, str]

    def made_in(self, system: EquationSystem) -> EquationSystem:
        """The system with the equations of the mistake.

        >>> from symattn.mechanisms import named
        >>> str(Slip("times", {"P": "S"}).made_in(named("dot"))["P"])
        'S'
        """
        known = dict(system.inputs)
        changed = []
        for equation in system.equations:
            if equation.name in self.equations:
                equation = replace(equation, expression=parse_expression(self.equations[equation.name], known))
            known[equation.name] = equation.symbol
            changed.append(equation)
        return replace(system, equations=tuple(changed))


@dataclass(frozen=True)
class Task:
    """What is given and what is asked: equations, numbers for their inputs, and the name of the value that is asked.

    ``words`` stand for the places in the sentence of the question and of the remark after the solution. The equations
    are on the sheet where ``shown``; else finding them is the exercise. ``hidden`` inputs are said in the question.
    """

    system: Mechanism
    numbers: Mapping[str, Any]
    asked: str
    words: Mapping[str, Any] = field(default_factory=dict)
    slips: tuple[Slip, ...] = ()
    remark: str = ""
    question: str = ""
    """The sentence of the question, where it is not that of the kind."""
    shown: bool = True
    hidden: frozenset[str] = frozenset()
    more_given: bool = False
    """Whether inputs stand on the sheet that the answer does not need, as choosing among them is the exercise."""

    also: tuple[str, ...] = ()
    """Values that the solution works out beside those that the answer needs."""

    @cached_property
    def bound(self) -> Bound:
        """The equations with the numbers."""
        return self.system.bind(self.numbers)

    @cached_property
    def answer(self) -> Known:
        """What is asked, exact."""
        return self.bound.exact(self.asked)

    def shows(self, slip: Slip) -> bool:
        """Whether a slip gives another value with these numbers."""
        bound = Bound(slip.made_in(self.system), {name: self.bound.exact(name) for name in self.system.inputs})
        return bound.exact(self.asked) != self.answer


@dataclass(frozen=True)
class Kind:
    """A type of exercise: its name, which is part of every exercise's, its topic, and how one is drawn.

    ``question`` is a sentence in the tables of languages; ``source`` says what it practises.
    """

    name: str
    topic: str
    draw: Callable[[Draw], Task]

    @property
    def question(self) -> str:
        """The name of its question in the tables of languages."""
        return f"ask {self.name}"


@dataclass(frozen=True)
class Exercise:
    """One exercise: of which kind, from which seed, the how many-th of them."""

    kind: Kind
    seed: int
    number: int

    @property
    def name(self) -> str:
        """What a sheet calls it and ``symattn check`` is asked for, such as ``softmax-7-3``."""
        return f"{self.kind.name}-{self.seed}-{self.number}"

    @cached_property
    def task(self) -> Task:
        """Its numbers and its question; drawn again while one of its own slips would give the right answer."""
        for attempt in range(ATTEMPTS):
            task = self.kind.draw(Draw(f"{self.name} {attempt}"))
            if all(task.shows(slip) for slip in task.slips):
                break
        return task


def equations(inputs: Mapping[str, str], text: str, name: str = "exercise") -> Mechanism:
    """A mechanism of an exercise's own."""
    return mechanism(name, inputs, text)
