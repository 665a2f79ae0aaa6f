"""The usual mistakes: one row a mistake, with what it is, where it is seen, and how it is made in any mechanism."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from symattn.auditing import of_heads, of_masks, of_positions, of_scales, of_softmax
from symattn.auditing.rewriting import Mistaken, Systems, at_places, everywhere, together
from symattn.equations import EquationSystem


@dataclass(frozen=True)
class Mistake:
    """A mistake that is made often: its name, what it does in a sentence, where it is seen, and what it makes."""

    name: str
    statement: str
    source: str
    systems: Systems


def at_equal_sizes(rewrite: Any) -> Systems:
    """The mistake where shapes allow it for all sizes, and else where two of the sizes are equal."""

    def systems(system: EquationSystem) -> Iterator[Mistaken]:
        found = False
        for mistaken in at_places(rewrite)(system):
            found = True
            yield mistaken
        if found:
            return
        for equal, merged in with_equal_sizes(system):
            for mistaken in at_places(rewrite)(merged):
                yield Mistaken(mistaken.system, mistaken.places, equal)

    return systems


def with_equal_sizes(system: EquationSystem) -> Iterator[tuple[Mapping[str, str], EquationSystem]]:
    """The system with two of its sizes made one, for each pair of them.

    >>> from symattn.mechanisms import named
    >>> [equal for equal, _ in with_equal_sizes(named("dot"))][:2]
    [{'d_k': 'n'}, {'m': 'n'}]
    """
    for kept, dropped in combinations(system.sizes, 2):
        yield {dropped.name: kept.name}, system.with_sizes(**{dropped.name: kept})


ROWS = (
    Mistake(
        "1/√d_k missing",
        "The scores are not divided by the root of their width, so that softmax saturates as the width grows.",
        "Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1",
        at_places(of_scales.left_out),
    ),
    Mistake(
        "1/√d_k twice",
        "The scores are divided by the width, its root two times, as where a kernel scales what is scaled already.",
        "torch's scaled_dot_product_attention and ONNX Attention scale by themselves",
        at_places(of_scales.doubled),
    ),
    Mistake(
        "√d_k multiplied",
        "The scores are multiplied by the root of their width and not divided by it.",
        "Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1",
        at_places(of_scales.multiplied),
    ),
    Mistake(
        "d_model for d_k",
        "The root is of the model's width, or of all heads together, and not of one head's queries and keys.",
        "Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2: d_k = d_model / h",
        at_places(of_scales.of_the_model),
    ),
    Mistake(
        "another size for d_k",
        "The root is of a length that has nothing to do with the queries' and keys' width.",
        "Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1",
        at_places(of_scales.of_another_size),
    ),
    Mistake(
        "1/√d_k where there is none",
        "The scores are scaled although the mechanism does not scale them.",
        "Luong et al. 2015 and T5 have no scale; the non-local paper has none, its code has one",
        at_places(of_scales.though_there_is_none),
    ),
    Mistake(
        "softmax over the wrong axis",
        "Weights sum to 1 over the queries and not over the keys.",
        "dim=-2 for dim=-1",
        at_places(of_softmax.over_queries),
    ),
    Mistake(
        "softmax over the heads",
        "Weights sum to 1 over the heads at each query and key.",
        "dim=1 of an array of batch, heads, queries and keys",
        at_places(of_softmax.over_heads),
    ),
    Mistake(
        "softmax over the whole matrix",
        "All weights of a matrix together sum to 1.",
        "no axis named, as in scipy.special.softmax(S)",
        at_places(of_softmax.over_everything),
    ),
    Mistake(
        "mask sign",
        "The keys that are allowed and those that are not are exchanged.",
        "True means attend in scaled_dot_product_attention and ONNX, blocked in nn.MultiheadAttention",
        at_places(of_masks.inverted),
    ),
    Mistake(
        "additive mask of the wrong sign",
        "A large number is added to the masked scores and not taken away, so that they get all the weight.",
        "an additive mask holds 0 and minus infinity",
        at_places(of_masks.added_with_the_wrong_sign),
    ),
    Mistake(
        "upper triangle for lower",
        "Each query sees itself and the keys behind it.",
        "triu for tril",
        at_places(of_masks.other_triangle),
    ),
    Mistake(
        "causal alignment",
        "The allowed set is aligned at the other corner, which differs where queries and keys are not as many.",
        "torch's is_causal is aligned upper left, FlashAttention 2 and caches of keys lower right",
        at_places(of_masks.other_alignment),
    ),
    Mistake(
        "mask one position off",
        "The allowed set ends one key too early or too late, as without the query's own key.",
        "tril(k=-1), i < j for i <= j",
        at_places(of_masks.one_position_off),
    ),
    Mistake(
        "mask after softmax without renormalising",
        "Weights of keys that are not allowed are set to 0 after softmax, so that rows no longer sum to 1.",
        "the mask belongs before softmax: Vaswani et al. 2017, section 3.2.3",
        at_places(of_masks.after_softmax),
    ),
    Mistake(
        "mask multiplied into the scores",
        "Scores that are not allowed become 0 and keep a weight; they are to be minus infinity.",
        "S * mask for masked_fill",
        at_places(of_masks.multiplied_into_scores),
    ),
    Mistake(
        "mask added as 0 and 1",
        "True is added as the number 1, where minus infinity is to be added for false.",
        "a boolean mask where an additive one is meant",
        at_places(of_masks.added_as_numbers),
    ),
    Mistake(
        "mask missing",
        "Queries attend to keys that are not allowed.",
        "is_causal=False is the default",
        at_places(of_masks.left_out),
    ),
    Mistake(
        "mask where there is none",
        "The keys behind each query are left out although the mechanism attends to all keys.",
        "is_causal=True, or a decoder's layer, where an encoder's is meant",
        at_places(of_masks.though_there_is_none),
    ),
    Mistake(
        "a large number for minus infinity",
        "A query without any allowed key gets the mean of all values, where the mechanism gives 0.",
        "torch.finfo(dtype).min in eager attention of transformers",
        at_places(of_masks.by_a_large_number),
    ),
    Mistake(
        "softcap after the mask",
        "Masked scores go through the cap and become -c, which has a weight.",
        "Gemma 2 caps before it masks, arXiv:2408.00118",
        at_places(of_masks.before_the_cap),
    ),
    Mistake(
        "softcap missing", "The scores are not capped.", "Gemma 2, arXiv:2408.00118", at_places(of_scales.cap_left_out)
    ),
    Mistake(
        "softcap by half",
        "The scores are divided by the cap or multiplied by it, and not both.",
        "Gemma 2, arXiv:2408.00118",
        at_places(of_scales.cap_not_undone),
    ),
    Mistake(
        "softcap before the scale",
        "The unscaled scores are capped, and the result is scaled.",
        "Gemma 2 scales first, arXiv:2408.00118",
        at_places(of_scales.cap_before_scale),
    ),
    Mistake(
        "K not transposed",
        "Queries are multiplied by the keys as they are; this conforms where two of the sizes are equal.",
        "Q @ K for Q @ K.T",
        at_equal_sizes(of_softmax.not_transposed),
    ),
    Mistake(
        "transpose missing on the left",
        "The left factor of a product is used as it is; this conforms where two of the sizes are equal.",
        "P @ dO for P.T @ dO in a backward pass",
        at_equal_sizes(of_softmax.left_not_transposed),
    ),
    Mistake(
        "queries and keys exchanged",
        "The scores are transposed: each key asks for queries.",
        "K @ Q.T for Q @ K.T",
        at_equal_sizes(of_softmax.exchanged),
    ),
    Mistake(
        "weight transposed",
        "A weight is used transposed; this conforms where it is square.",
        "torch.nn.Linear keeps its weight as (out, in)",
        at_equal_sizes(of_softmax.weight_transposed),
    ),
    Mistake(
        "V inside the softmax",
        "Scores are multiplied by the values before softmax is taken.",
        "a bracket at the wrong place: softmax(S @ V)",
        at_places(of_softmax.of_the_values),
    ),
    Mistake(
        "softmax missing",
        "The scores themselves are the weights.",
        "linear attention aside",
        at_places(of_softmax.forgotten),
    ),
    Mistake(
        "softmax twice",
        "Softmax is taken of weights that are normalised already.",
        "a layer that ends with softmax under a loss that begins with one",
        at_places(of_softmax.twice),
    ),
    Mistake(
        "not normalised",
        "Exponentials or kernels are not divided by their row sum.",
        "Katharopoulos et al. 2020, arXiv:2006.16236; ONNX LinearAttention is unnormalised",
        at_places(of_softmax.not_normalised),
    ),
    Mistake(
        "diag(ℓ) for diag(ℓ)⁻¹",
        "Rows are multiplied by their sum and not divided by it.",
        "Dao et al. 2022, arXiv:2205.14135, algorithm 1",
        at_places(of_softmax.times_the_row_sum),
    ),
    Mistake(
        "base of the logarithm",
        "Powers of 2 stand for powers of e, or a logarithm to the base 2 or 10 for the natural one.",
        "kernels that use exp2 fold log2(e) into the scale",
        at_places(of_softmax.of_base_two),
    ),
    Mistake(
        "heads tiled instead of interleaved",
        "Shared keys are repeated 0 1 0 1 and not 0 0 1 1, or heads are put side by side with groups inside.",
        "repeat for repeat_interleave; Ainslie et al. 2023, arXiv:2305.13245",
        together(at_places(of_heads.tiled), everywhere(of_heads.tiled)),
    ),
    Mistake(
        "heads by column",
        "Columns of the heads alternate where the heads are to lie side by side.",
        "reshape(n, d, H) for reshape(n, H, d)",
        at_places(of_heads.side_by_side_by_column),
    ),
    Mistake(
        "heads cut without transposing",
        "Rows of numbers are cut into heads as they lie in memory, so that a head mixes tokens.",
        "view(H, n, d) for view(n, H, d).transpose(0, 1)",
        together(at_places(of_heads.cut_without_transposing), at_places(of_heads.put_together_without_transposing)),
    ),
    Mistake(
        "one head for all",
        "Every head uses the first head's matrix.",
        "an index left out",
        at_places(of_heads.of_one_head),
    ),
    Mistake(
        "RoPE layout",
        "Coordinates are paired as halves where they are neighbours, or the other way round.",
        "GPT-NeoX and LLaMA pair halves; Su et al. 2021, arXiv:2104.09864, and GPT-J neighbours",
        together(
            everywhere(of_positions.other_layout),
            everywhere(of_positions.partner_of_other_layout),
            everywhere(of_positions.angles_of_other_layout),
        ),
    ),
    Mistake(
        "RoPE direction",
        "Coordinates turn the other way, which changes the sign of relative positions.",
        "Su et al. 2021, arXiv:2104.09864, eq. (15)",
        at_places(of_positions.other_direction),
    ),
    Mistake(
        "keys or queries not rotated",
        "One side, or both, is not turned by its position.",
        "a cache of keys that were stored before they were rotated",
        at_places(of_positions.not_rotated),
    ),
    Mistake(
        "frequencies of positions",
        "The exponent of the base is half or twice what it is to be.",
        "10000 ** (-t/d) for 10000 ** (-2t/d)",
        together(at_places(of_positions.other_exponent), everywhere(of_positions.other_exponent)),
    ),
    Mistake(
        "sine and cosine exchanged",
        "Even coordinates have cosines and odd ones sines.",
        "Vaswani et al. 2017, arXiv:1706.03762, section 3.5",
        everywhere(of_positions.exchanged_waves),
    ),
    Mistake(
        "positions counted from 1",
        "The first token stands at position 1 and not 0.",
        "Vaswani et al. 2017, arXiv:1706.03762, section 3.5",
        everywhere(of_positions.counted_from_one),
    ),
    Mistake(
        "sign of the relative position",
        "i - j is taken for j - i, so that the past is taken for the future.",
        "Shaw and T5 count j - i, Transformer-XL i - j",
        at_places(of_positions.distance_negated),
    ),
    Mistake(
        "sign of the bias",
        "A bias of positions is added where it is to be taken away.",
        "Press et al. 2022, arXiv:2108.12409: a penalty",
        at_places(of_positions.bias_negated),
    ),
    Mistake(
        "slope index from 0",
        "The first head's slope is 1 and not 2 ** (-8/H).",
        "Press et al. 2022, arXiv:2108.12409: heads are counted from 1",
        at_places(of_positions.head_counted_from_zero),
    ),
    Mistake(
        "bias inside the scale",
        "The bias is scaled with the scores, or what is to be scaled is not.",
        "ALiBi and T5 add to scores that are scaled already; Shaw et al. scale both",
        at_places(of_scales.around_a_bias),
    ),
    Mistake(
        "row sum missing in softmax's gradient",
        "The gradient of each score is taken as if the others of its row did not move.",
        "dS = P * (dP - rowsum(P * dP)), Dao et al. 2022, arXiv:2205.14135, appendix B.2",
        at_places(of_softmax.diagonal_jacobian),
    ),
    Mistake(
        "weights missing in softmax's gradient",
        "The gradients of the weights are summed as they are, and not each times its weight.",
        "dS = P * (dP - rowsum(P * dP)), Dao et al. 2022, arXiv:2205.14135, appendix B.2",
        at_places(of_softmax.row_sum_without_weights),
    ),
    Mistake(
        "a term missing",
        "One of two matrices that are added is left out.",
        "a bias forgotten",
        at_places(of_softmax.term_left_out),
    ),
    Mistake(
        "sign of a term",
        "A matrix is taken away where it is to be added, or the other way round.",
        "a residual taken away; a distance for a score",
        at_places(of_softmax.sign_changed),
    ),
    Mistake(
        "sign of a value",
        "A whole value has the opposite sign.",
        "a gradient taken of minus the loss; DANet's channel attention in its code",
        at_places(of_softmax.value_negated),
    ),
    Mistake(
        "place of epsilon",
        "Epsilon is added to the root and not under it.",
        "normalize adds it to the norm, layer normalisation to the variance",
        together(at_places(of_softmax.epsilon_moved), everywhere(of_softmax.epsilon_moved)),
    ),
    Mistake(
        "epsilon missing",
        "Nothing is added under the root.",
        "layer normalisation",
        together(at_places(of_softmax.epsilon_left_out), everywhere(of_softmax.epsilon_left_out)),
    ),
)
"""The table: a new mistake is a rewrite and a row here. Where two rows make one system, the earlier one names it."""


def mistaken_systems(system: EquationSystem) -> Iterator[tuple[Mistake, Mistaken]]:
    """Every mistake of the table made in a system, at each place."""
    for mistake in ROWS:
        for mistaken in mistake.systems(system):
            yield mistake, mistaken
