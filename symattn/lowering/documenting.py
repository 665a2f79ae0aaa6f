"""The docstring of generated code: what it computes, its source, what goes in and comes out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping

from symattn.equations import EquationSystem
from symattn.lowering.layouts import Layout
from symattn.lowering.target import Target
from symattn.nodes import shape_of

WIDTH = 110


def one_line(text: str) -> str:
    """Any text as it may stand inside a docstring: on one line, nothing in it that could end the docstring."""
    text = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return "".join(character if character.isprintable() else "?" for character in text)


def docstring(
    system: EquationSystem,
    target: Target,
    outputs: Iterable[str],
    truths: Iterable[str],
    layouts: Mapping[str, Layout] | None = None,
) -> list[str]:
    """The lines that name the mechanism, its source, and what goes in and comes out; ``truths`` are allowed sets."""
    shapes = ", ".join(_described(system, name, layouts) for name in system.inputs)
    results = ", ".join(_described(system, name, layouts) for name in outputs)
    accepts = target.accepts
    if not all(shape_of(symbol) for symbol in system.input_symbols):
        accepts += f"; {target.accepts_number}"
    accepts += "".join(f"; {name} may hold truth values, True where a key is allowed" for name in truths)
    lines = [f'"""{capitalised(one_line(system.name))}.', ""]
    if system.source:
        lines += wrapped(f"Source: {one_line(system.source)}.")
    if system.input_symbols:
        lines += wrapped(f"Inputs: {shapes}; {accepts}.")
    lines += wrapped(f"Result: {results}. Leading axes (...) are batches and broadcast.")
    return [*lines, '"""']


def capitalised(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def wrapped(text: str) -> list[str]:
    """Lines of the text, none of them broken inside a shape."""
    whole = re.sub(r"\(\.\.\.[^)]*\)", lambda shape: shape[0].replace(" ", "\0"), text)
    return [line.replace("\0", " ") for line in textwrap.wrap(whole, WIDTH, break_long_words=False)]


def _described(system: EquationSystem, name: str, layouts: Mapping[str, Layout] | None = None) -> str:
    if layouts and name in layouts:
        return f"{name} (..., {layouts[name].written()})"
    shape = system.shape(name)
    return f"{name} (..., {', '.join(map(str, shape))})" if shape else f"{name} (a number, or one a batch)"
