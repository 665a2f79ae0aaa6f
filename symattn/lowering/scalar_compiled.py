"""The same statements as one loop over instances that numba compiles to machine code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symattn.lowering.scalar_entries import Entries
from symattn.lowering.scalar_numbers import number, statements

DECORATOR = '@numba.njit(error_model="numpy", fastmath={"contract"}, nogil=True)\n'
"""Division by zero is what NumPy makes of it; nothing is reordered, but a product may be added before it is rounded."""

COMPILED_HELPERS = {
    "_by_instance": '''
def _by_instance(statements, inputs, results):
    """Results of all instances, one after the other, each array with one row of numbers for each of them.

    ``inputs``: arrays with their own lengths; ``results``: own lengths, the shapes of which the batches are made, and
    the dtype. What is the same for all instances has one row.
    """
    whole = np.broadcast_shapes(*(array.shape[: array.ndim - len(lengths)] for array, lengths in inputs))
    count, rows = math.prod(whole), []
    for array, lengths in inputs:
        own = array.shape[: array.ndim - len(lengths)]
        if math.prod(own) != 1 and own != whole:
            array, own = np.broadcast_to(array, whole + lengths), whole
        flat = np.ascontiguousarray(array.reshape(math.prod(own), math.prod(lengths)), np.float64)
        rows.append(flat if flat.flags.writeable else flat.copy())
    made = [np.empty((count, math.prod(lengths))) for lengths, *_ in results]
    statements(count, *rows, *made)
    return [
        _only(array.astype(kind, copy=False).reshape(whole + lengths), np.broadcast_shapes(*own), len(lengths))
        for array, (lengths, own, kind) in zip(made, results)
    ]
''',
}
"""What surrounds the loop."""


def loop(entries: Entries, needed: Sequence[str], outputs: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arguments and the lines of the function that numba compiles; its signature is that of :func:`signature`."""
    lines = ['"""One instance after the other: each array has a row for each of them, or one row for all."""']
    lines += [f"_step_{name} = 0 if {name}.shape[0] == 1 else 1" for name in needed]
    lines.append("for _t in range(_count):")
    body = []
    for name in needed:
        for place, entry in enumerate(entries.inputs[name]):
            if entry:
                body.append(f"{entry} = {name}[_t * _step_{name}, {place}]")
    body += statements(entries)
    for name in outputs:
        body += [f"_made_{name}[_t, {place}] = {number(entry)}" for place, entry in enumerate(entries.outputs[name])]
    return ["_count", *needed, *(f"_made_{name}" for name in outputs)], [*lines, *(f"    {line}" for line in body)]


def decorated(needed: Sequence[str], outputs: Sequence[str], function: str) -> str:
    """The function with the types of its arguments, so that it is compiled once."""
    arrays = ", ".join(["numba.int64", *["numba.float64[:, ::1]"] * (len(needed) + len(outputs))])
    return f'@numba.njit(numba.void({arrays}), error_model="numpy", fastmath={{"contract"}}, nogil=True)\n{function}'


def compiled_helpers(texts: Mapping[str, str]) -> dict[str, str]:
    """Helpers that the compiled statements call, which are compiled as well."""
    return {name: f"\n{DECORATOR}{text.strip()}\n" for name, text in texts.items()}
