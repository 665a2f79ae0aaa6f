"""Conditions: what the inputs of a derivation satisfy, where the language can say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from symattn.deriving.claim import Setting
from symattn.errors import SymattnError
from symattn.nodes import Value


@dataclass(frozen=True)
class AtLeast:
    """``larger >= smaller``, entry by entry, with the text that says so; ``strict`` for ``>``."""

    text: str
    larger: str
    smaller: str
    strict: bool = False

    @property
    def least(self) -> tuple[str, int] | None:
        """The input that a condition such as ``g >= 0`` is about, and the number that it is at least."""
        if self.larger.isidentifier() and self.smaller.isdigit():
            return self.larger, int(self.smaller)
        return None


def stated(conditions: Iterable[str]) -> list[AtLeast]:
    """The conditions that are inequalities; the others are words, which nothing is concluded from.

    >>> [(one.larger, one.smaller, one.strict) for one in stated(["g >= 0", "a < b", "q and k are independent"])]
    [('g', '0', False), ('b', 'a', True)]
    """
    found = []
    for text in conditions:
        for sign in (">=", "<=", ">", "<"):
            left, there, right = (part.strip() for part in text.partition(sign))
            if there:
                larger, smaller = (left, right) if sign[0] == ">" else (right, left)
                found.append(AtLeast(text, larger, smaller, sign in "<>"))
                break
    return found


def read(setting: Setting) -> list[tuple[AtLeast, Value, Value]]:
    """The inequalities among a setting's conditions, with what stands on either side.

    Errors: those of the language, naming the condition.
    """
    made = []
    for one in stated(setting.conditions):
        try:
            system = setting.system(larger_side=one.larger, smaller_side=one.smaller)
        except SymattnError as error:
            raise error.in_context(f"in the condition {one.text}") from None
        made.append((one, system["larger_side"], system["smaller_side"]))
    return made


def freed(setting: Setting) -> Setting:
    """The setting with definitions in the place of conditions on inputs, such as ``T = exp(T_free)`` for ``T > 0``.

    Every number that satisfies the conditions is reached, so that what holds for all free inputs holds under them.

    >>> freed(Setting({"T": "scalar", "g": "1 m"}, "", ("T > 0", "g >= 0", "T is hot"))).given.splitlines()
    ['T = exp(T_free)', 'g = g_free**2']
    """
    inputs, given, left = dict(setting.inputs), [], []
    for text in setting.conditions:
        known = next(iter(stated([text])), None)
        least = known.least if known is not None else None
        if known is None or least is None or least[0] not in inputs or len(inputs[least[0]].split()) > 2:
            left.append(text)
            continue
        name, number = least
        free = _free_name(f"{name}_free", setting)
        above = f"exp({free})" if known.strict else f"{free}**2"
        given.append(f"{name} = {number} + {above}" if number else f"{name} = {above}")
        inputs = {free if key == name else key: shape for key, shape in inputs.items()}
    definitions = [*given, *setting.given.strip().splitlines()]
    return Setting(inputs, "\n".join(definitions), tuple(left))


def _free_name(name: str, setting: Setting) -> str:
    return _free_name(f"{name}_1", setting) if name in setting.names else name


def within(conditions: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Drawn numbers by input, those that a condition keeps above a number moved there.

    >>> within(["g >= 1"], {"g": [[-2]], "h": [[-2]]})
    {'g': [[3]], 'h': [[-2]]}
    """
    least = dict(one.least for one in stated(conditions) if one.least is not None)
    return {name: _raised(value, least[name]) if name in least else value for name, value in values.items()}


def _raised(value: Any, least: int) -> Any:
    return [_raised(entry, least) for entry in value] if isinstance(value, list) else abs(value) + least
