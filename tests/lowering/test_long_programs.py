"""What a program finds out about its statements does not grow faster than there are statements."""

from itertools import pairwise

import pytest

import symattn as sa
from symattn.equations import EquationSystem
from symattn.lowering.costs import Costs
from symattn.lowering.program import Program
from symattn.lowering.uses import uses_of


def chain(length):
    names = ["S", *(f"A{place}" for place in range(length))]
    lines = [f"{new} = tanh({old} + s)" for old, new in pairwise(names)]
    return sa.mechanism("chain", {"S": "1 1", "s": "1 1"}, "\n".join(lines))


@pytest.mark.parametrize("length", [10, 40])
def test_every_statement_is_asked_once_whether_it_is_large(length, monkeypatch):
    asked = []
    is_large = Program.is_large
    monkeypatch.setattr(Program, "is_large", lambda self, value: asked.append(value) or is_large(self, value))
    chain(length).lambdify()
    assert len(asked) <= 2 * length + 2


def test_names_of_one_stem_are_counted_on_and_never_given_twice():
    system: EquationSystem = chain(1)
    program = Program(system, ("A0",), uses_of(system, ("A0",)), Costs(system))
    found = [program.fresh("_value"), program.fresh("_value2"), program.fresh("_value"), program.fresh("_value")]
    assert found == ["_value", "_value2", "_value3", "_value4"]
