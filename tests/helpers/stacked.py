"""Layers on top of each other, as many as are asked for: a system that is as long as a test or a measurement wants."""

import symattn as sa


def layers(count: int) -> sa.Mechanism:
    """So many layers of self-attention with residual connections, three equations each."""
    shapes, lines, last = {"X": "n d"}, [], "X"
    for k in range(1, count + 1):
        shapes |= {f"W{k}": "d d", f"U{k}": "d d"}
        lines += [f"S{k} = {last} @ W{k} @ {last}.T", f"P{k} = softmax(S{k})", f"Y{k} = P{k} @ {last} @ U{k} + {last}"]
        last = f"Y{k}"
    return sa.mechanism("layers", shapes, "\n".join(lines))
