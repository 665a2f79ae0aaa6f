"""Exact forms of a page's values for its own numbers, as MathML: at the beginning, and with one choice changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

from symattn import limits
from symattn.errors import SymattnError
from symattn.exact import Element
from symattn.page.lines import Workbench
from symattn.publishing.numbers import each_number
from symattn.publishing.to_mathml import elements, serialized
from symattn.worked import Bound, bind

UNSHOWN = ("mask", "weigh", "entropy")
"""Roles of lines whose values have no exact form on the page: 0 and 1, terms shown one by one, logarithms."""


class ExactForms:
    """Values by choice and name, each entry the place of its form in ``texts``, or a whole number as a text.

    It is ``None`` for a form that is too long to read.

    What needs more room or time than a page may take is left out, the rarer choices first.
    """

    def __init__(self, bench: Workbench, numbers: Mapping[str, Any]) -> None:
        self.texts: list[str] = []
        self.values: list[dict[str, Any]] = []
        self._places: dict[str, int] = {}
        # Names with forms that were too long at the beginning: with another choice they would take longest to find.
        self._too_long: set[str] = set()
        self._room = limits.PAGE_EXACT_CHARACTERS
        until = monotonic() + limits.PAGE_EXACT_SECONDS
        for chosen in bench.selections():
            if monotonic() > until or self._room <= 0:
                break
            system = bench.chosen(chosen)
            given = {name: numbers[name] for name in system.inputs}
            self.values.append({"chosen": chosen, "values": dict(self._of(bind(system, given), bench, chosen, until))})

    def _of(self, bound: Bound, bench: Workbench, chosen: Mapping[str, str], until: float) -> Iterator[tuple[str, Any]]:
        shown = [line.equation.name for line in bench.lines if line.is_in(chosen) and line.role not in UNSHOWN]
        for name in shown:
            if monotonic() > until or name in self._too_long:
                return
            try:
                value = bound.exact(name)
            except SymattnError:
                return
            before = len(self.texts)
            places = each_number(value, self._place)
            if self._room <= 0:
                del self.texts[before:]
                return
            yield name, places
            if self._has_long_forms(places):
                # What rests on it is longer still, and where nothing is changed yet, with another choice as well.
                if chosen == bench.at_first:
                    self._too_long.add(name)
                return

    def _has_long_forms(self, places: Any) -> bool:
        return any(map(self._has_long_forms, places)) if isinstance(places, list) else places is None

    def _place(self, entry: Element) -> int | str | None:
        if entry.is_rational and entry.as_fraction().denominator == 1:
            return str(entry.as_fraction())
        text = "".join(map(serialized, elements(entry, digits=10)))
        if len(text) > limits.PAGE_EXACT_FORM:
            return None
        if text not in self._places:
            self._places[text] = len(self.texts)
            self.texts.append(text)
            self._room -= len(text)
        return self._places[text]
