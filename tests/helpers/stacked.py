"""Layers on top of each other and products of matrices, as many as a test or a measurement wants."""

from collections.abc import Sequence

import symattn as sa


def layers(count: int) -> sa.Mechanism:
    """So many layers of self-attention with residual connections, three equations each."""
    shapes, lines, last = {"X": "n d"}, [], "X"
    for k in range(1, count + 1):
        shapes |= {f"W{k}": "d d", f"U{k}": "d d"}
        lines += [f"S{k} = {last} @ W{k} @ {last}.T", f"P{k} = softmax(S{k})", f"Y{k} = P{k} @ {last} @ U{k} + {last}"]
        last = f"Y{k}"
    return sa.mechanism("layers", shapes, "\n".join(lines))


def product(names: Sequence[str]) -> tuple[str, str, dict[str, str]]:
    """A product of square matrices, the transpose of the product of their transposes, and their shapes."""
    right = f"({' @ '.join(f'{name}.T' for name in reversed(names))}).T"
    return " @ ".join(names), right, dict.fromkeys(names, "n n")
