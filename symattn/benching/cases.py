"""One case of a benchmark: sizes for a mechanism, and random inputs of these, as data that another process can take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt
from typing import Any

from symattn.equations import EquationSystem
from symattn.errors import InputError, UnknownNameError
from symattn.lowering.costs import counts_of_heads, feature_sizes
from symattn.lowering.uses import uses_of
from symattn.nodes import is_matrix, lengths_of, shape_of

ALLOWED = 0.75
"""Which part of the keys a random mask allows; one of each query's at least."""

NUMBER = 1.0
"""What a scalar input is."""


@dataclass(frozen=True)
class Input:
    """One array: its shape, and whether it holds truth values (``"truth"``), ones and zeros (``"mask"``), or random
    numbers (``"normal"``); a scalar is ``"number"``.
    """

    name: str
    shape: tuple[int, ...]
    kind: str


@dataclass(frozen=True)
class Case:
    """The inputs of one run: random numbers from a seed, the same in every process and for every dtype."""

    inputs: tuple[Input, ...]
    dtype: str = "float32"
    device: str = "cpu"
    seed: int = 0

    def numpy(self, dtype: str | None = None) -> dict[str, Any]:
        """The inputs as NumPy arrays, first drawn and rounded to the case's own dtype; bfloat16 needs torch."""
        import numpy as np

        generator = np.random.default_rng(self.seed)
        made: dict[str, Any] = {}
        for each in self.inputs:
            if each.kind == "number":
                made[each.name] = NUMBER
            elif each.kind == "normal":
                drawn = generator.standard_normal(each.shape, dtype=np.float32)
                made[each.name] = _rounded(drawn, self.dtype).astype(dtype or self._numpy_dtype)
            else:
                allowed = generator.random(each.shape, dtype=np.float32) < ALLOWED
                rows = np.arange(each.shape[-2])
                allowed[..., rows, rows % each.shape[-1]] = True
                made[each.name] = allowed if each.kind == "truth" else allowed.astype(dtype or self._numpy_dtype)
        return made

    def torch(self) -> dict[str, Any]:
        """The same as tensors on the case's device."""
        import torch

        made: dict[str, Any] = {}
        for name, array in self.numpy().items():
            if isinstance(array, float):
                made[name] = array
                continue
            tensor = torch.from_numpy(array).to(self.device)
            made[name] = tensor.to(getattr(torch, self.dtype)) if tensor.is_floating_point() else tensor
        return made

    @property
    def _numpy_dtype(self) -> str:
        return "float32" if self.dtype == "bfloat16" else self.dtype


def _rounded(array: Any, dtype: str) -> Any:
    if dtype != "bfloat16":
        return array.astype(dtype)
    import torch

    return torch.from_numpy(array).to(torch.bfloat16).to(torch.float32).numpy()


def sizes_for(
    system: EquationSystem, n: int, heads: int = 1, features: int = 64, given: Mapping[str, int] | None = None
) -> dict[str, int]:
    """A value for every size: ``n`` tokens, ``features`` for what is the second size of an input, heads for families.

    Where families have two axes, as groups of heads, the product of their lengths is ``heads``. ``given`` are sizes by
    name, which go before.
    Errors: ``UnknownNameError`` for a size that the system does not have.

    >>> from symattn.mechanisms import named
    >>> sizes_for(named("alibi"), 100, heads=8, features=32)
    {'H': 8, 'n': 100, 'd_k': 32, 'm': 100, 'd_v': 32}
    """
    given = dict(given or {})
    own = [symbol.name for symbol in system.sizes]
    for name in given:
        if name not in own:
            raise UnknownNameError(f"{system.name} has no size {name}; it has: {', '.join(own) or 'none'}.")
    few = [str(symbol) for symbol in counts_of_heads(system)]
    short = {str(symbol) for symbol in feature_sizes(system)}
    counts = dict(zip(few, _factors(heads, len(few)), strict=True))
    chosen = {name: counts.get(name, features if name in short else n) for name in own}
    return {**chosen, **given}


def batch_for(system: EquationSystem, heads: int) -> tuple[int, ...]:
    """The heads as a leading axis of the inputs, where the mechanism itself has none.

    >>> from symattn.mechanisms import named
    >>> batch_for(named("scaled-dot"), 8), batch_for(named("alibi"), 8)
    ((8,), ())
    """
    has_heads = any(lengths_of(symbol) for symbol in system.input_symbols if is_matrix(symbol))
    return () if heads == 1 or has_heads else (heads,)


def _factors(product: int, count: int) -> list[int]:
    """So many numbers with this product, the first ones small.

    >>> _factors(8, 2), _factors(7, 1)
    ([2, 4], [7])
    """
    found = []
    for rest in range(count, 0, -1):
        factor = product if rest == 1 else max(k for k in range(1, isqrt(product) + 1) if product % k == 0)
        found.append(factor)
        product //= factor
    return found


def case_of(
    system: EquationSystem,
    sizes: Mapping[str, int],
    outputs: tuple[str, ...],
    batch: tuple[int, ...] = (),
    **options: Any,
) -> Case:
    """Random inputs of these sizes, all but masks with a batch in front; ``options`` are its dtype, device and seed.

    Errors: ``InputError`` for a mechanism without inputs.
    """
    if not system.inputs:
        raise InputError(f"{system.name} has no inputs, so there is nothing to compute.")
    made, truths = system.with_sizes(**dict(sizes)), uses_of(system, outputs).truths
    inputs = []
    for name, symbol in made.inputs.items():
        shape = (*lengths_of(symbol), *shape_of(symbol))
        kind = "truth" if name in truths else "mask" if name in system.allowed_inputs else "normal"
        own = batch if kind == "normal" and shape else ()
        inputs.append(Input(name, (*own, *map(int, shape)), kind if shape else "number"))
    return Case(tuple(inputs), **options)
