"""Index notation as people read it: Σ_{r=1..d_k} Q_ir K_jr / √d_k, indices counted from 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from symattn.proof.terms import Expression, Factor, Index, Product

LETTERS = "rstuvwxyzabefghk"


class _Names:
    """Letters for bound indices, in the order in which they are met; free indices keep their names."""

    def __init__(self, free: frozenset[Index], taken: set[str] | None = None) -> None:
        self._taken = {index.name for index in free} | (taken or set())
        self._supply = self._letters()
        self._given: list[dict[str, str]] = [{}]

    def _letters(self) -> Iterator[str]:
        number = 0
        while True:
            for letter in LETTERS:
                name = letter if not number else f"{letter}{number}"
                if name not in self._taken:
                    yield name
            number += 1

    def bind(self, indices: tuple[Index, ...]) -> list[str]:
        """Open a scope in which some indices are bound."""
        self._given.append({index.name: next(self._supply) for index in indices})
        return list(self._given[-1].values())

    def leave(self) -> None:
        """Close the scope that was opened last."""
        self._given.pop()

    def of(self, name: str) -> str:
        """What an index is called."""
        for scope in reversed(self._given):
            if name in scope:
                return scope[name]
        return name.lstrip("#")


def text(value: Expression) -> str:
    """An expression as text.

    >>> from symattn.proof.terms import number
    >>> text(number(Fraction(3, 2)))
    '3 / 2'
    """
    return _sum(value, _Names(value.free, taken_letters(value)))


def taken_letters(value: Expression) -> set[str]:
    """The names of sizes and values, which no bound index may bear."""
    return set(re.findall(r"(?:size|entry)\.(\w+)\[", value.text))


def place(positions: tuple[Expression, ...]) -> str:
    """The position of an entry, counted from 1."""
    return ", ".join(_position(part, _Names(part.free)) for part in positions)


def _sum(value: Expression, names: _Names) -> str:
    if value.is_zero:
        return "0"
    made = ""
    for term, coefficient in value.terms:
        shown = _product(term, abs(coefficient), names)
        sign = "-" if coefficient < 0 else "+"
        made += f" {sign} {shown}" if made else (f"-{shown}" if coefficient < 0 else shown)
    return made


def _product(term: Product, coefficient: Fraction, names: _Names) -> str:
    letters = names.bind(term.bound)
    sums = "".join(
        f"Σ_{{{letter}=1..{_sum(index.length, names)}}} " for letter, index in zip(letters, term.bound, strict=True)
    )
    above, below = [], []
    if coefficient.numerator != 1:
        above.append(str(coefficient.numerator))
    if coefficient.denominator != 1:
        below.append(str(coefficient.denominator))
    for factor, exponent in term.factors:
        shown = _power(factor, abs(exponent), names)
        (above if exponent > 0 else below).append(shown)
    names.leave()
    top = " ".join(above) or "1"
    if not below:
        return sums + top
    bottom = below[0] if len(below) == 1 else "(" + " ".join(below) + ")"
    return f"{sums}{top} / {bottom}"


def _power(factor: Factor, exponent: Fraction, names: _Names) -> str:
    shown = _factor(factor, names)
    if exponent == 1:
        return shown
    if exponent == Fraction(1, 2):
        return f"√{shown}"
    if exponent.denominator == 1:
        return f"{shown}^{exponent}"
    return f"{shown}^({exponent})"


def _factor(factor: Factor, names: _Names) -> str:
    if factor.kind == "index":
        return f"({names.of(factor.head)} - 1)"
    if factor.kind in ("size", "number", "constant"):
        return factor.head
    if factor.kind == "entry":
        return factor.head + _places(factor.parts, names)
    if factor.bound:
        letters = names.bind(factor.bound)
        word = "max" if factor.kind == "largest" else f"threshold({factor.head})"
        made = f"{word}_{{{letters[0]}=1..{_sum(factor.bound[0].length, names)}}}({_sum(factor.parts[0], names)})"
        names.leave()
        return made
    if factor.kind == "place":
        return f"({factor.head}({_position(factor.parts[0], names)}) - 1)"
    if factor.kind == "greatest":
        return f"max({', '.join(_sum(part, names) for part in factor.parts)})"
    inside = _sum(factor.parts[0], names)
    marks = {"delta": "[{} = 0]", "holds": "[{} ≥ 0]", "nonzero": "[{} ≠ 0]", "base": "({})"}
    if factor.kind == "compare":
        return f"[{inside} > 0]" if factor.head == ">" else f"[{inside} ≠ 0]"
    return marks[factor.kind].format(inside) if factor.kind in marks else f"{factor.head}({inside})"


def _places(parts: tuple[Expression, ...], names: _Names) -> str:
    if not parts:
        return ""
    shown = [_position(part, names) for part in parts]
    joined = "".join(shown) if all(len(place) == 1 for place in shown) else ",".join(shown)
    return f"_{joined}" if len(joined) == 1 else f"_{{{joined}}}" if "," in joined else f"_{joined}"


def _position(part: Expression, names: _Names) -> str:
    """A position counted from 1."""
    single = part.single_index
    if single is not None:
        return names.of(single.name)
    known = part.number
    if known is not None:
        return str(known + 1)
    return f"{_sum(part, names)} + 1"
