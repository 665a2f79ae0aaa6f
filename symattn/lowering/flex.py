"""``flex_attention`` with what happens to the scores as functions of one score: ``score_mod`` and ``mask_mod``."""

from __future__ import annotations

from symattn.lowering.flex_entries import EntryWriter
from symattn.lowering.fused_helpers import FLEX_IMPORT
from symattn.lowering.fused_nodes import FlexProduct
from symattn.lowering.fused_rows import heads_of, named, scale_of, spread, with_helpers
from symattn.lowering.naming import function_name
from symattn.lowering.pieces import Piece
from symattn.lowering.writer import Writer

PARAMETERS = "b, h, q_idx, kv_idx"
"""What a function of one score is given: its batch, head, query and key."""


def flex_product(writer: Writer, node: FlexProduct, place: str) -> Piece:
    """The two functions, what they read of each batch, and the call."""
    axes = writer.program.facts(node).axes
    operands, shared = heads_of(writer, node.query, node.key, node.value, axes)
    operands = [named(writer, stem, text) for stem, text in zip(STEMS, operands, strict=True)]
    batch = writer.program.fresh("_batch")
    functions, options, reads = [], [], []
    if node.scores != node.score:
        scores = EntryWriter(writer, axes, node.score.shape, node.score)
        text = scores.at(node.scores).text
        name = _function_name(writer, "score_mod")
        functions += [f"def {name}(score, {PARAMETERS}):", *scores.body(text), ""]
        options.append(f"score_mod={name}")
        reads += scores.reads
    if node.allowed is not None:
        allowed = EntryWriter(writer, axes, node.score.shape, node.score)
        text = allowed.truth(node.allowed).text
        name = _function_name(writer, "mask_mod")
        functions += [f"def {name}({PARAMETERS}):", *allowed.body(text), ""]
        options.append(f"mask_mod={name}")
        options += ["of_batches=True"] if allowed.depends_on_batch else []
        options += ["of_heads=True"] if allowed.depends_on_head else []
        reads += allowed.reads
    around = [f"{text}.shape[:{-2 - len(axes)}]" for text in operands[:1]]
    around += [f"{text}.shape[:{-2 - len(axes) + shared}]" for text in operands[1:]]
    around += [f"{read.text}.shape[:{-read.axes}]" for read in reads]
    writer.line(f"{batch} = torch.broadcast_shapes({', '.join(dict.fromkeys(around))})")
    for read in reads:
        writer.line(f"{read.name} = {writer.call('_per_batch', read.text, batch, str(read.axes))}{read.part}")
    for line in ["", *functions] if functions else []:
        writer.line(line)
    lengths = [writer.value(writer.program.lengths[axis]).text for axis in axes]
    heads = f"({', '.join(lengths)}{',' if len(lengths) == 1 else ''})"
    options = [*([f"shared={shared}"] if shared else []), *options, f"scale={scale_of(writer, node.scale)}"]
    writer.imports[FLEX_IMPORT] = None
    with_helpers(writer, "_as_heads")
    return writer.new(spread(writer.call("_flex_attention", *operands, batch, heads, *options)), node)


STEMS = ("_queries", "_keys", "_values")


def _function_name(writer: Writer, kind: str) -> str:
    system = writer.program.system
    name = f"{function_name(system)}_{kind}"
    while name in system.inputs or name in system.by_name:
        name += "_function"
    return writer.program.fresh(name)
