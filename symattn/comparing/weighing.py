"""Attention weights of one mechanism with numbers: which value they are, and the scores and keys they are made from."""

from __future__ import annotations

from dataclasses import dataclass

from symattn.equations import Equation, EquationSystem
from symattn.errors import InputError
from symattn.exact import Element, ExactMatrix
from symattn.nodes import FamilySymbol, OverAllowedKeys
from symattn.pictures.weights import is_normaliser, left_factor, makers, stretched, value_of
from symattn.shapes import show
from symattn.worked import Bound

Normaliser = OverAllowedKeys
Row = tuple[Element, ...]


@dataclass(frozen=True)
class Weighed:
    """One mechanism's attention weights and what they come from; ``None`` for what it does not have.

    ``weights`` is ``(n, m)``, a row for each query; ``scores`` what the ``normaliser`` takes, of the same shape;
    ``allowed[i][j]`` whether query ``i`` may attend to key ``j``; ``output`` the mechanism's result.
    """

    label: str
    bound: Bound
    name: str
    weights: ExactMatrix
    normaliser: OverAllowedKeys | None
    scores: ExactMatrix | None
    allowed: tuple[tuple[bool, ...], ...]
    output: ExactMatrix
    are_distributions: bool

    def matrix(self, name: str) -> ExactMatrix | None:
        """A value of the mechanism that is a matrix, or nothing if it has none of that name."""
        if name not in self.bound.names or len(self.bound.symbolic.shape(name)) != 2:
            return None
        found = self.bound.exact(name)
        return found if isinstance(found, ExactMatrix) else None

    @property
    def are_nonnegative(self) -> bool:
        """Whether no entry is below 0."""
        return all(entry.sign >= 0 for row in self.weights for entry in row)

    def has_entropy(self, i: int) -> bool:
        """Whether a row is a distribution: a normaliser's row is one, unless no key is allowed."""
        row = self.weights.rows[i]
        return any(self.allowed[i]) if self.normaliser is not None else is_distribution(row) and any(row)

    def keys_of(self, i: int) -> list[int]:
        """The keys that a query may attend to."""
        return [j for j, allowed in enumerate(self.allowed[i]) if allowed]


def weighed(label: str, bound: Bound, value: str | None = None) -> Weighed:
    """The attention weights of a mechanism with numbers, or another of its values by name.

    Errors: ``InputError`` if no value can be taken for the weights, and for one that is no single matrix.
    """
    system = bound.system
    name, normaliser = weights_in(system, label) if value is None else (value, None)
    if value is not None:
        if len(system.shape(value)) != 2:
            raise InputError(f"{label}: {value} is {_kind(system, value)}; compare takes one matrix a mechanism.")
        found = system.by_name.get(value)
        normaliser = found.expression if found is not None and is_normaliser(found.expression) else None
    weights = bound.exact(name) if name in bound.names else value_of(bound, normaliser)
    assert isinstance(weights, ExactMatrix)
    output = bound.exact(system.output) if len(system.shape(system.output)) == 2 else None
    if not isinstance(output, ExactMatrix):
        raise InputError(f"{label}: the output {system.output} is {_kind(system, system.output)}, not a matrix.")
    n, m = weights.shape
    scores = value_of(bound, normaliser.scores) if normaliser is not None else None
    assert scores is None or isinstance(scores, ExactMatrix)
    allowed = ((True,) * m,) * n
    if normaliser is not None and normaliser.allowed is not None:
        marks = value_of(bound, normaliser.allowed)
        assert isinstance(marks, ExactMatrix)
        allowed = stretched(marks, n, m)
    distributions = normaliser is not None or all(map(is_distribution, weights.rows))
    return Weighed(label, bound, name, weights, normaliser, scores, allowed, output, distributions)


def is_distribution(row: Row) -> bool:
    """Whether a row's entries are nowhere below 0 and add up to 1, or are all 0.

    >>> is_distribution(ExactMatrix.of([["1/3", "2/3"]]).rows[0]), is_distribution(ExactMatrix.of([[1, 1]]).rows[0])
    (True, False)
    """
    total = sum(row, Element.of(0))
    return (total == 1 or total.is_zero) and all(entry.sign >= 0 for entry in row)


def weights_in(system: EquationSystem, label: str) -> tuple[str, Normaliser | None]:
    """Which value of a mechanism holds its attention weights: its name, and the normaliser that makes it.

    That is the left factor of the output's product where a normaliser makes it or it is called ``P``; else the only
    normaliser on the way to the output; else what is called ``P``; else that left factor, whatever makes it.
    Errors: ``InputError`` that says what to name with ``value``, and for weights that are a family, one matrix a head.
    """
    found = list(makers(system))
    whole = {equation.name: node for equation, node in found if equation.expression == node}
    left = left_factor(system)
    if left in whole or left == "P":
        return _single(system, label, left, whole.get(left))
    if len(found) == 1:
        equation, node = found[0]
        if equation.name in whole or equation.axes or node.free_symbols & set(equation.indices):
            return _single(system, label, equation.name, node)
        return "P" if "P" not in system.by_name else f"weights in {equation.name}", node
    chosen = "P" if "P" in system.by_name else left
    if chosen is None:
        matrices = ", ".join(name for name in system.by_name if len(system.shape(name)) == 2)
        made = f"{len(found)} values are normalised rows" if found else "no value is a row of normalised scores"
        raise InputError(
            f"{label} has no attention weights that can be told from its equations: {made}. Name a value "
            f"of every mechanism with --value NAME; the matrices of {label}: {matrices}."
        )
    return _single(system, label, chosen, whole.get(chosen))


def _single(system: EquationSystem, label: str, name: str, node: Normaliser | None) -> tuple[str, Normaliser | None]:
    equation: Equation = system.by_name[name]
    families = [symbol.name for symbol in equation.expression.atoms(FamilySymbol)]
    if equation.axes or (node is not None and node.atoms(FamilySymbol)) or (node is None and families):
        raise InputError(
            f"{label}: the attention weights {name} are {_kind(system, name)}, one matrix a head; compare takes one "
            "matrix of weights a mechanism. Compare a single head, written as its own equations."
        )
    if len(equation.shape) != 2:
        raise InputError(f"{label}: {name} is {_kind(system, name)}; compare takes one matrix a mechanism.")
    return name, node


def _kind(system: EquationSystem, name: str) -> str:
    shape = system.shape(name)
    if len(shape) > 2:
        return f"a family of shape {show(shape)}"
    return f"a matrix of shape {show(shape)}" if shape else "a single number"
