"""What the sentences of a theorem may name: the names of its derivations, each with the shape that it has there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symattn.deriving.claim import Setting
from symattn.deriving.marked import pieces
from symattn.deriving.mentioned import names_in
from symattn.nodes import full_shape
from symattn.publishing.to_code import declared


def scope(sentences: Iterable[str], settings: Iterable[Setting], own: Mapping[str, str]) -> Setting:
    """The names that the formulas of some sentences mention, found in ``own`` or in the first setting that has them.

    A size is brought along by a symbol that has it. Only what is mentioned is there, because derivations that stand
    beside one another may give one name two shapes, or use it as a size and as a matrix; where a symbol that is
    mentioned has it as a size, it is that.

    >>> rows, columns = Setting({"S": "n m"}, "P = softmax(S)"), Setting({"m": "1 1"})
    >>> scope(["`P` has `m` columns"], [rows, columns], {}).inputs
    {'P': 'n m'}
    """
    formulas = [piece for sentence in sentences for is_formula, piece in pieces(sentence) if is_formula]
    mentioned = [name for formula in formulas for name in sorted(names_in(formula))]
    shapes = dict(own)
    for setting in settings:
        for name, symbol in setting.known.items():
            shapes.setdefault(name, declared(full_shape(symbol)))
    found = {name: shapes[name] for name in mentioned if name in shapes}
    found = {name: shape for name, shape in found.items() if name not in _sizes(found)}
    for size in mentioned:
        if size not in found and size not in _sizes(found):
            bringing = [name for name, shape in shapes.items() if size in names_in(shape)]
            found |= {name: shapes[name] for name in bringing[:1]}
    return Setting(found)


def _sizes(shapes: Mapping[str, str]) -> set[str]:
    return {size for shape in shapes.values() if shape != "scalar" for size in names_in(shape)}
