"""The weights of a torch.nn.MultiheadAttention as the inputs of multi-head attention."""

from __future__ import annotations

from typing import Any

from symattn.adapters.projections import bias_of_heads, into_heads
from symattn.errors import InputError

LETTERS = "QKV"


def from_multihead_attention(layer: Any) -> dict[str, Any]:
    """The weights of a ``torch.nn.MultiheadAttention`` by the names that the mechanism ``multi-head`` has for them.

    ``W_Q``, ``W_K``, ``W_V`` ``(H, d, d_k)``, ``b_Q``, ``b_K``, ``b_V`` ``(H, 1, d_k)``, ``W_O`` ``(H*d_k, d)`` and
    ``b_O`` ``(1, d)``: views of the layer's own tensors, so gradients reach them; a layer without biases gives zeros.
    The inputs ``X`` (queries) and ``Y`` (keys and values) remain, batch first: ``(batch, n, d)``.

    Errors: ``InputError`` for anything else, and for a layer with ``add_bias_kv`` or ``add_zero_attn``, which are other
    mechanisms, with keys and values of different widths, or with dropout at work.
    """
    asked = ("num_heads", "in_proj_weight", "out_proj")
    if not all(hasattr(layer, name) for name in asked):
        raise InputError(f"asked for a torch.nn.MultiheadAttention, found {type(layer).__name__}.")
    if layer.bias_k is not None:
        raise InputError("this layer has add_bias_kv, a key and a value of its own: stack them under K and V instead.")
    if layer.add_zero_attn:
        raise InputError(
            "this layer has add_zero_attn, softmax with one more logit of 0: see the mechanism off-by-one."
        )
    if layer.training and layer.dropout > 0:
        raise InputError(
            f"this layer drops weights with probability {layer.dropout} while training; call layer.eval()."
        )
    if layer.kdim != layer.vdim:
        raise InputError(f"keys of {layer.kdim} and values of {layer.vdim} numbers; multi-head takes both from one Y.")
    heads = layer.num_heads
    packed = layer.in_proj_weight
    weights = packed.chunk(3) if packed is not None else (layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight)
    found = {f"W_{letter}": into_heads(weight, heads) for letter, weight in zip(LETTERS, weights, strict=True)}
    biases = layer.in_proj_bias
    if biases is None:
        biases = weights[0].new_zeros(3 * weights[0].shape[0])
    for letter, bias in zip(LETTERS, biases.chunk(3), strict=True):
        found[f"b_{letter}"] = bias_of_heads(bias, heads)
    out = layer.out_proj
    found["W_O"] = out.weight.mT
    found["b_O"] = (out.weight.new_zeros(out.weight.shape[0]) if out.bias is None else out.bias)[None, :]
    return found
