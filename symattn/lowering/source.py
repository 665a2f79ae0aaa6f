"""The module that ``lambdify`` writes: the function of one strategy, and around it one for layouts of one's own."""

from __future__ import annotations

import re

from symattn.equations import EquationSystem
from symattn.lowering.arranging import Arrangement, library_of
from symattn.lowering.choosing import chosen
from symattn.lowering.coding import Code, code_of, function_text
from symattn.lowering.costs import Costs
from symattn.lowering.documenting import capitalised, docstring, one_line
from symattn.lowering.naming import function_name
from symattn.lowering.target import Target
from symattn.lowering.uses import uses_of


def source_of(
    system: EquationSystem,
    target: Target,
    outputs: tuple[str, ...],
    keys: list[str] | type,
    arrangement: Arrangement | None = None,
    strategy: str = "direct",
    costs: Costs | None = None,
) -> str:
    """The module's text. ``keys``: the names under which several results come back, ``list`` for a list of them, or
    ``object`` for one result on its own. With an ``arrangement`` a second function rearranges arrays around the first.
    ``strategy`` is one of the target's; ``costs`` guess how large arrays are, from the system unless they are given.
    """
    name = function_name(system) if arrangement is None else f"_{function_name(system)}_of_matrices"
    if strategy == "auto":
        code = chosen(system, target, name, outputs, keys, costs)
    else:
        code = code_of(system, target, name, outputs, keys, strategy, costs)
    if arrangement is not None:
        truths = [key for key in system.inputs if key in uses_of(system, outputs).truths]
        about = docstring(system, target, outputs, truths, arrangement.layouts)
        about[-1:-1] = code.about
        around = arrangement.lines(system, name, outputs, keys, library_of(target.name))
        body = [*about, *around]
        outer = function_text(function_name(system), system, body)
        standard = frozenset(["math"]) if re.search(r"\bmath\.", outer) else frozenset()
        code = code.joined(Code(standard, (), {}, (outer,)))
    return code.text(capitalised(one_line(system.name)), target)
