"""The weights of an attention layer in a checkpoint in safetensors form as the inputs of multi-head attention."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from symattn.adapters.projections import bias_of_heads, grouped, into_heads, width_of
from symattn.errors import InputError, MissingExtraError
from symattn.language.names import suggestion


@dataclass(frozen=True)
class Naming:
    """How a family of models calls the weights of a layer: their names behind the layer's own, and their orientation.

    One name inward stands for queries, keys and values side by side. ``transposed``: a layer is ``y = x Wᵀ``, as in
    torch's linear layers, and not ``y = x W``.
    """

    inward: tuple[str, ...]
    outward: str
    transposed: bool = True


NAMINGS = {
    "torch": Naming(("in_proj_",), "out_proj."),
    "torch, separate": Naming(("q_proj_", "k_proj_", "v_proj_"), "out_proj."),
    "llama": Naming(("q_proj.", "k_proj.", "v_proj."), "o_proj."),
    "opt": Naming(("q_proj.", "k_proj.", "v_proj."), "out_proj."),
    "bert": Naming(("self.query.", "self.key.", "self.value."), "output.dense."),
    "gpt2": Naming(("c_attn.",), "c_proj.", transposed=False),
}
"""By model; each name is followed by ``weight`` or ``bias``. One name inward: queries, keys and values are packed."""

PACKED_BIAS = "in_proj_bias"
"""torch packs the biases also where it does not pack the weights."""


def from_safetensors(path: str | Path, layer: str, heads: int, key_heads: int | None = None) -> dict[str, Any]:
    """The weights of one attention layer of a checkpoint by the names that the mechanisms have for them.

    ``layer`` is what the names of its tensors begin with, such as ``"model.layers.0.self_attn."``; how the model calls
    them is found from what is there (torch, LLaMA, OPT, BERT and GPT-2). ``heads`` and ``key_heads`` stand in the
    model's configuration, not in the checkpoint.
    Shapes: as from :func:`from_multihead_attention`, for ``multi-head``; where ``key_heads`` are given, for
    ``grouped-query``, ``W_Q`` ``(G, R, d, d_k)``, and biases only if the checkpoint has some. Arrays of NumPy;
    bfloat16 becomes float32.

    Errors: ``InputError`` for a file that is none or a layer that is not in it, ``ShapeError`` for heads that do not
    divide, ``MissingExtraError`` without the package safetensors.
    """
    tensors = _tensors(Path(path), layer)
    naming = _naming(tensors, layer)
    groups = heads if key_heads is None else key_heads
    found: dict[str, Any] = {}
    counts = (heads, groups, groups)
    for letter, weight, count in zip("QKV", _inward(tensors, naming, "weight", counts), counts, strict=True):
        found[f"W_{letter}"] = into_heads(weight, count, f"the weight of {letter}")
    biases = _inward(tensors, naming, "bias", counts)
    for letter, bias, count in zip("QKV", biases, counts, strict=True):
        width = found[f"W_{letter}"].shape[-1]
        bias = np.zeros(count * width, found["W_Q"].dtype) if bias is None else bias
        found[f"b_{letter}"] = bias_of_heads(bias, count, f"the bias of {letter}")
    outward = tensors[f"{naming.outward}weight"]
    found["W_O"] = outward.T if naming.transposed else outward
    bias = tensors.get(f"{naming.outward}bias")
    found["b_O"] = (np.zeros(found["W_O"].shape[-1], found["W_O"].dtype) if bias is None else bias)[None, :]
    if key_heads is not None:
        found.update((name, grouped(found[name], groups)) for name in ("W_Q", "b_Q"))
        if all(each is None for each in (*biases, bias)):
            found = {name: value for name, value in found.items() if name.startswith("W")}
    return found


def _tensors(path: Path, layer: str) -> dict[str, Any]:
    """The tensors whose names begin with the layer's, by the rest of their names."""
    try:
        safetensors = importlib.import_module("safetensors")
    except ImportError as error:
        raise MissingExtraError(
            "reading a checkpoint needs safetensors, which is not installed: pip install 'symattn[checkpoints]'"
        ) from error
    try:
        with safetensors.safe_open(str(path), framework="np") as file:
            names = list(file.keys())
            chosen = [name for name in names if name.startswith(layer)]
            if not chosen:
                some = sorted({name.rsplit(".", 2)[0] + "." for name in names})
                hint = suggestion(layer, some)
                raise InputError(
                    f"{path} has no tensor that begins with {layer!r}.{hint} It has {', '.join(some[:5])} …"
                )
            return {name.removeprefix(layer): _array(file, name, path) for name in chosen}
    except (OSError, safetensors.SafetensorError) as error:
        raise InputError(f"{path} is no checkpoint in safetensors form: {error}.") from None


def _array(file: Any, name: str, path: Path) -> np.ndarray[Any, Any]:
    part = file.get_slice(name)
    if part.get_dtype() != "BF16":
        return np.asarray(file.get_tensor(name))
    try:
        torch_file = importlib.import_module("safetensors").safe_open(str(path), framework="pt")
    except ImportError as error:
        raise MissingExtraError(
            "a checkpoint in bfloat16 is read by torch, which is not installed: pip install 'symattn[torch]'"
        ) from error
    with torch_file as opened:
        return np.asarray(opened.get_tensor(name).float().numpy())


def _naming(tensors: Mapping[str, Any], layer: str) -> Naming:
    for naming in NAMINGS.values():
        if all(f"{name}weight" in tensors for name in (*naming.inward, naming.outward)):
            return naming
    listing = ", ".join(sorted(tensors)[:8])
    raise InputError(
        f"the names behind {layer!r} are those of no known model ({', '.join(NAMINGS)}); found {listing}. "
        "Put the arrays into the mechanism's inputs yourself: symattn.adapters.into_heads cuts them."
    )


def _inward(tensors: Mapping[str, Any], naming: Naming, kind: str, counts: tuple[int, ...]) -> list[Any]:
    """The weights of queries, keys and values as ``y = x Wᵀ`` has them, or their biases; ``None`` for none."""
    parts = [tensors.get(f"{name}{kind}") for name in naming.inward]
    if kind == "bias" and PACKED_BIAS in tensors:
        parts = [tensors[PACKED_BIAS]]
    if not naming.transposed and kind == "weight":
        parts = [part.T for part in parts if part is not None]
    if len(parts) == len(counts):
        return parts
    (whole,) = parts
    if whole is None:
        return [None] * len(counts)
    unit = width_of(whole.shape[0], sum(counts), f"the packed {kind}")
    return np.split(whole, np.cumsum([unit * count for count in counts])[:-1])
