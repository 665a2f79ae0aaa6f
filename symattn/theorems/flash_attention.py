"""From the merging of states to tiled attention and its backward pass."""

from symattn.deriving import Theorem
from symattn.theorems import backward_pass, online_softmax

theorem = Theorem(
    "G14",
    "Online softmax and tiled attention",
    "States merge in any order; folded key by key or block by block they give the stable softmax, of which the "
    "output is read; the backward pass goes block by block too, with weights computed again from the scores and "
    "their `L = lse(S)`.",
    (
        online_softmax.weights_add,
        online_softmax.outputs_add,
        online_softmax.associative_reference,
        online_softmax.associative_weight,
        online_softmax.associative_output,
        online_softmax.commutative,
        online_softmax.folded_weight,
        online_softmax.folded_output,
        online_softmax.read_out,
        online_softmax.read_out_lse,
        online_softmax.shifted_scores,
        online_softmax.shifted_sums,
        online_softmax.shifted_output,
        online_softmax.tile_weight,
        online_softmax.tile_output,
        online_softmax.tiled,
        online_softmax.tiled_lse,
        backward_pass.row_sums,
        online_softmax.tiled_backward_query,
        online_softmax.tiled_backward_key,
        online_softmax.tiled_backward_value,
    ),
    remarks=("that the memory needed is of order `n * d`: nothing here counts it",),
)
