"""The cotangent that a backward pass is given: it has the batches and the dtype of the output that it belongs to.

A gradient that comes with fewer batches, or in less precision, than what the output is computed from is stretched
before anything else. Then what is computed from it has room for the rest, and is written over instead of copied.
"""

from __future__ import annotations

from dataclasses import replace

from symattn.lowering.program import Program, mentions
from symattn.lowering.writer import Writer
from symattn.nodes import lengths_of


def note_upstream(program: Program) -> None:
    """Note which inputs the upstream cotangent takes its batches and its dtype from: all that a result rests on."""
    system = program.system
    if not system.cotangents:
        return
    upstream = system.cotangents[0][1]
    apart = {upstream, *(tangent for _, tangent in system.tangents)}
    mentioned = {
        name for equation in system.needed(*program.outputs) for name in mentions(equation.expression, system.inputs)
    }
    if upstream in mentioned:
        program.upstream = upstream
        program.stretching = tuple(name for name in system.inputs if name in mentioned - apart)
        known, dtypes = program.known[upstream], program.uses.dtypes & set(program.stretching)
        program.known[upstream] = replace(
            known, batches=known.batches | set(program.stretching), dtypes=known.dtypes | dtypes
        )


def upstream_lines(writer: Writer) -> list[str]:
    """The line that stretches the upstream cotangent over the batches of what it belongs to, if there is one."""
    program = writer.program
    if not program.stretching:
        return []
    batches = ", ".join(f"{name}.shape[:{-_axes(program, name)}]" for name in program.stretching)
    giving = [name for name in program.stretching if name in program.uses.dtypes]
    dtypes = ", ".join(f"{name}.dtype" for name in giving)
    count = _axes(program, program.upstream)
    text = writer.call("_upstream", program.upstream, str(count), f"[{batches}]", f"[{dtypes}]")
    return [f"{program.upstream} = {text}"]


def _axes(program: Program, name: str) -> int:
    return len(lengths_of(program.system.inputs[name])) + 2
