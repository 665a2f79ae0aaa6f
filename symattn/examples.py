"""The worked example: the article's numbers bound to a mechanism of the library, or to one's own equations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symattn import article
from symattn.defining import Mechanism
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.exact import Element, ExactMatrix
from symattn.mechanisms import named, names
from symattn.nodes import Value, is_matrix, lengths_of
from symattn.worked import Bound

NUMBERS: dict[str, Any] = {
    **article.SELF_ATTENTION,
    **article.ATTENTION,
    **article.ADDITIVE_NETWORK,
    **article.LAYER,
    **article.GAUSSIAN,
    **article.THIRD_KEY_MASKED,
}
"""The example's numbers by the name of the input that takes them."""

NUMBERS_OF_HEADS: dict[str, Any] = dict(article.THREE_HEADS)
"""The same for inputs that are families over one axis: three heads of one number each."""


def numbers_for(system: EquationSystem) -> dict[str, Any]:
    """The example's numbers for the inputs of a system, by name.

    >>> sorted(numbers_for(named("dot")))
    ['K', 'Q', 'V']

    Errors: ``InputError`` if the system has an input that the example has no numbers for.
    """
    unknown = [_missing(name, symbol) for name, symbol in system.inputs.items() if _numbers(name, symbol) is None]
    if unknown:
        known = ", ".join(dict.fromkeys([*NUMBERS, *NUMBERS_OF_HEADS]))
        raise InputError(f"the worked example has numbers for {known}, but none for {', '.join(unknown)}; give them.")
    return {name: _numbers(name, symbol) for name, symbol in system.inputs.items()}


def has_numbers(system: EquationSystem) -> bool:
    """Whether the example has numbers for every input of a system, by name and kind; their sizes may differ.

    >>> has_numbers(named("cosine")), has_numbers(named("multi-head")), has_numbers(named("alibi-slopes"))
    (True, True, False)
    """
    return all(_numbers(name, symbol) is not None for name, symbol in system.inputs.items())


def _numbers(name: str, symbol: Value) -> Any:
    """The example's numbers for an input of that name and kind, a family's for a family; ``None`` if it has none."""
    axes = len(lengths_of(symbol))
    if axes:
        return NUMBERS_OF_HEADS.get(name) if axes == 1 else None
    found = NUMBERS.get(name)
    return found if is_matrix(symbol) == isinstance(found, tuple) else None


def _missing(name: str, symbol: Value) -> str:
    """An input that the example has no numbers for; of one that it has as something else, what it is asked for as."""
    if name not in NUMBERS and name not in NUMBERS_OF_HEADS:
        return name
    return f"{name} as a {'family' if lengths_of(symbol) else 'matrix' if is_matrix(symbol) else 'number'}"


def scaled_pairs() -> Mapping[str, str]:
    """The mechanisms that the library has with and without ``1/sqrt(d_k)``: unscaled name to scaled name.

    >>> scaled_pairs()["dot"]
    'scaled-dot'
    """
    return {name: f"scaled-{name}" for name in names() if f"scaled-{name}" in names()}


def choose_scaled(name: str, scaled: bool | None) -> str:
    """The name of a mechanism's scaled or unscaled form; ``None`` leaves it as it is.

    >>> choose_scaled("dot", True), choose_scaled("scaled-dot", False), choose_scaled("cosine", None)
    ('scaled-dot', 'dot', 'cosine')

    Errors: ``InputError`` for a mechanism that the library has in one form only.
    """
    plain = str(name).replace("_", "-")
    if scaled is None:
        return plain
    pairs = scaled_pairs()
    plain = {long: short for short, long in pairs.items()}.get(plain, plain)
    if plain not in pairs:
        both = ", ".join(sorted(pairs))
        raise InputError(f"{name} has no scaled and unscaled form; these have both: {both}.")
    return pairs[plain] if scaled else plain


def worked_example(name: str | None = None, *, scaled: bool = False) -> Bound:
    """The worked example's 3 inputs of 4 numbers in self-attention, or its Q, K and V in another mechanism.

    Every value is exact: ``example["O"]`` is a SymPy matrix, ``example.decimal("O", 20)`` its decimals.
    Errors: ``UnknownNameError`` for a mechanism that the library does not have, ``InputError`` if the example has no
    numbers for it, or if ``scaled`` is asked of a mechanism without a scaled form.
    Source: R. Karim 2019, "Illustrated: Self-Attention".

    >>> worked_example()["S"]
    Matrix([
    [2,  4,  4],
    [4, 16, 12],
    [4, 12, 10]])
    >>> worked_example(scaled=True).decimal("O", 5)[0][0]
    Decimal('1.8639')
    """
    chosen = choose_scaled("self-attention" if name is None else name, True if scaled else None)
    found: Mechanism = named(chosen)
    return found.bind(numbers_for(found))


def matrix_of(example: Bound, name: str) -> ExactMatrix:
    """One value of an example that is a matrix.

    Errors: ``UnknownNameError`` for a name that it does not have, ``InputError`` for a single number or a family.

    >>> matrix_of(worked_example(), "K").shape
    (3, 3)
    """
    value = example.exact(name)
    if not isinstance(value, ExactMatrix):
        found = "a single number" if isinstance(value, Element) else "a family of matrices"
        raise InputError(f"asked for a matrix {name}; {name} of {example.symbolic.name} is {found}.")
    return value


def weighted_values(example: Bound, weights: str = "P", values: str = "V") -> tuple[ExactMatrix, ...]:
    """Every value times its attention weights, one block an input, as the article lays them out.

    Block ``k`` has shape ``(n, d_v)`` and row ``i`` of it is ``P[i, k] * V[k, :]``; the blocks add up to ``P @ V``.
    Errors: ``UnknownNameError`` if the mechanism has no values of these names.

    >>> len(weighted_values(worked_example()))
    3
    """
    p, v = matrix_of(example, weights), matrix_of(example, values)
    rows, inputs = p.shape
    return tuple(
        ExactMatrix([[p[i, k] * v[k, c] for c in range(v.shape[1])] for i in range(rows)]) for k in range(inputs)
    )
