"""Two values of a system of equations compared entry by entry, for every size: names are opened one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from symattn.equations import Equation, EquationSystem
from symattn.errors import LimitError, MissingRowError
from symattn.proof import deciding, normal_form, notation
from symattn.proof.normal_form import UndefinedError
from symattn.proof.patience import OutOfTimeError, check_time, within_seconds
from symattn.proof.same_equations import with_merged
from symattn.proof.terms import Expression, Factor, Index, of_index, subtracted, zero
from symattn.proof.translation import Translator
from symattn.shapes import show
from symattn.verdicts import Verdict

SHORT = 0.5
"""Seconds for asking whether a difference is zero before every name in it is opened."""

PATIENT = 2.0
"""Seconds for the same before another layer of names is opened, on a machine that is busy with other things."""

ENTRY_LETTERS = ("i", "j")


@dataclass(frozen=True)
class Argument:
    """How far a proof by normal forms came: whether it is one, its lines, what both sides come to, or why not."""

    holds: bool
    steps: tuple[str, ...] = ()
    normal_form: str = ""
    reason: str = ""


def translator_of(system: EquationSystem, opened: Mapping[str, Equation] | None = None) -> Translator:
    """A translator that keeps the names of a system, but for those that are to be opened at once."""
    scalars = frozenset(name for name in [*system.inputs, *system.by_name] if not system.shape(name))
    return Translator(definitions=dict(opened or {}), scalars=scalars)


def place_of(system: EquationSystem, name: str, translator: Translator) -> tuple[Expression, ...]:
    """The position of any entry: the family's own indices, then ``i`` and ``j``; 0 where there is one row or column."""
    shape = system.shape(name)
    equation = system.by_name.get(name)
    front = [symbol.name for symbol in equation.indices] if equation is not None else []
    if not shape:
        return ()
    letters = list(ENTRY_LETTERS)
    for k in reversed(range(len(shape) - 2)):
        letter = front[k] if len(front) == len(shape) - 2 else f"h{k}"
        # A family may call its index i: it is another one than that of the row.
        while letter in letters:
            letter += "_1"
        letters.insert(0, letter)
    lengths = zip(letters, shape, strict=True)
    return tuple(zero() if n == 1 else of_index(Index(letter, translator.length(n))) for letter, n in lengths)


def opened_until_zero(
    difference: Expression,
    system: EquationSystem,
    translator: Translator,
    first: Iterable[str] = (),
    late: Iterable[str] = (),
) -> tuple[Expression, tuple[str, ...]]:
    """The difference with names replaced by what they stand for, the last equation first, until it is zero.

    The names in ``first`` come before all others. Where some are to come ``late``, those of them that are there at the
    beginning wait, and the others are opened one layer at a time: what both sides meet in is near, and behind it
    stands all that comes before it in a long system. Gives what is left and the names that were opened.
    """
    names: list[str] = []
    ahead = [system.by_name[name] for name in first if name in system.by_name]
    by_layers = frozenset(late)
    waiting = {name for name in by_layers if _mark(name) in difference.text} - {each.name for each in ahead}
    order = [*ahead, *reversed(system.equations)]
    answer = _soon_zero(difference)
    while True:
        layer = {each.name for each in order if _mark(each.name) in difference.text} - waiting
        for equation in order:
            if answer:
                return Expression(()), tuple(names)
            # What has been opened before is opened again where it comes back.
            chosen = not by_layers or equation.name in layer or equation.name in names
            if chosen and _mark(equation.name) in difference.text:
                names.append(equation.name)
                difference = with_definition(difference, equation, translator)
                answer = None
            if answer is None:
                answer = _soon_zero(difference)
        if answer is None and by_layers:
            answer = _soon_zero(difference, PATIENT)
        if not by_layers or not (layer or waiting):
            return (Expression(()) if deciding.is_zero(difference) else difference), tuple(names)
        if not layer:
            waiting = set()
        order = list(reversed(system.equations))


def _mark(name: str) -> str:
    """What the text of an expression holds wherever a name stands."""
    return f"entry.{name}["


def _soon_zero(value: Expression, seconds: float = SHORT) -> bool | None:
    """Whether an expression is zero, or nothing if that is not seen in a short time: more names may have to be opened.

    On a busy machine the next look may see it.
    """
    check_time()
    try:
        with within_seconds(seconds):
            return deciding.is_zero(value)
    except OutOfTimeError:
        check_time()
        return None


def with_definition(value: Expression, equation: Equation, translator: Translator) -> Expression:
    """The expression with an equation's name replaced by its right side."""
    template = Translator({equation.name: equation}, translator.scalars, translator.templates)

    def change(factor: Factor) -> Expression | None:
        if factor.kind == "entry" and factor.head == equation.name:
            return template.named(factor.head, factor.parts)
        return None

    return normal_form.replaced(value, _mark(equation.name), change)


def argue(system: EquationSystem, left: str, right: str, seconds: float) -> Argument:
    """An argument, by normal forms, that two values of a system are equal for every size."""
    try:
        with within_seconds(seconds):
            return _argued(system, left, right)
    except OutOfTimeError:
        return Argument(False, reason=f"no answer within {seconds:g} s")
    except (MissingRowError, LimitError, UndefinedError, RecursionError) as error:
        return Argument(False, reason=f"index notation cannot tell: {error}")


def _argued(system: EquationSystem, left: str, right: str) -> Argument:
    system, same = with_merged(system)
    if left in same and same[left] == same.get(right):
        return Argument(True, ("both sides are the same formula of the same values",), left)
    sides = {name: system.by_name[name] for name in (left, right) if name in system.by_name}
    translator = translator_of(system)
    positions = place_of(system, left, translator)
    opening = Translator(sides, translator.scalars, translator.templates)
    found = [opening.named(name, positions) for name in (left, right)]
    rest, names = opened_until_zero(subtracted(*found), system, translator)
    if not rest.is_zero:
        return Argument(False, reason=f"the normal forms differ by {_short(notation.text(rest))}")
    shown = [found[0]]
    for name in names:
        shown.append(with_definition(shown[-1], system.by_name[name], translator))
    at = f"({notation.place(positions)}) of " if positions else ""
    steps = [f"entry {at}the left side: {_short(notation.text(found[0]))}"]
    steps.append(f"entry {at}the right side: {_short(notation.text(found[1]))}")
    steps += [
        f"{name} written out: {_short(notation.text(value))}" for name, value in zip(names, shown[1:], strict=True)
    ]
    steps.append("both sides have this normal form; their difference is 0")
    return Argument(True, tuple(steps), notation.text(shown[-1]))


def _short(text: str, most: int = 400) -> str:
    return text if len(text) <= most else text[: most - 2] + " …"


def same_shape(system: EquationSystem, left: str, right: str) -> bool:
    """Whether two values have one shape for all sizes."""
    return show(system.shape(left)) == show(system.shape(right))


def proved(system: EquationSystem, left: str, right: str, statement: str, argument: Argument, begun: float) -> Verdict:
    """The verdict of an argument that holds."""
    return Verdict(
        "proved",
        statement,
        "both sides have one normal form in index notation, for every size and all values of the inputs where both are "
        "defined",
        steps=argument.steps,
        normal_form=argument.normal_form,
        seconds=time.monotonic() - begun,
    )
