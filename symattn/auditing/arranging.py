"""How a function wants its arrays: NumPy's or torch's, with how many batch axes, the heads at which place."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from symattn.auditing.parameters import Argument
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.nodes import OverAllowedKeys, full_shape, is_matrix, lengths_of
from symattn.verification.instances import Instance

HEADS = ("first", "merged", "after tokens")
"""The axes of a family in front; as one axis; behind the rows, (n, H, d)."""

MOST_BATCH_AXES = 2


@dataclass(frozen=True)
class Arrangement:
    """One way to hand arrays over, and to take the result back.

    ``batch`` axes of length 1 stand in front of what has tokens; masks are booleans, or numbers 0 and 1.
    """

    library: str
    batch: int = 0
    heads: str = "first"
    booleans: bool = True

    def __str__(self) -> str:
        parts = [f"{self.library} arrays"]
        parts += [f"{self.batch} batch {'axis' if self.batch == 1 else 'axes'}"] * bool(self.batch)
        parts += [{"merged": "the axes of heads as one", "after tokens": "heads after tokens"}.get(self.heads, "")]
        return ", ".join(part for part in parts if part)

    def given(self, values: Any, axes: int, batched: bool) -> Any:
        """An input of so many family axes, in the function's form."""
        import numpy as np

        array = _heads_moved(np, values, axes, self.heads)
        if batched:
            array = array.reshape((1,) * self.batch + array.shape)
        if self.library == "numpy":
            return array.copy()
        import torch

        return torch.from_numpy(array.copy())

    def taken(self, result: Any, shape: tuple[int, ...]) -> Any:
        """The result in the mechanism's form; nothing where it has another shape."""
        import numpy as np

        axes = len(shape) - 2 if len(shape) > 2 else 0
        asked = _heads_moved(np, np.empty(shape), axes, self.heads).shape
        if result.shape != (1,) * self.batch + asked and result.shape != asked:
            return None
        result = result.reshape(asked)
        if axes and self.heads == "after tokens":
            result = np.moveaxis(result, 0, axes)
        return result.reshape(shape)


def _heads_moved(np: Any, array: Any, axes: int, heads: str) -> Any:
    if axes and heads == "merged":
        return array.reshape(-1, *array.shape[axes:])
    if axes and heads == "after tokens":
        return np.moveaxis(array, axes, 0)
    return array


def arrangements(function: Callable[..., Any], system: EquationSystem, value: str) -> Iterator[Arrangement]:
    """The ways to call a function, the likeliest first."""
    shapes = [full_shape(symbol) for symbol in system.input_symbols] + [system.shape(value)]
    axes = max(len(shape) - 2 for shape in shapes)
    heads = HEADS[: 1 if axes < 1 else None]
    flags = (True, False) if system.allowed_inputs else (True,)
    for library, batch, head, booleans in itertools.product(
        libraries(function), range(MOST_BATCH_AXES + 1), heads, flags
    ):
        if head != "merged" or axes > 1:
            yield Arrangement(library, batch, head, booleans)


def libraries(function: Callable[..., Any]) -> tuple[str, ...]:
    """The libraries whose arrays a function may take: torch's where its module has loaded torch."""
    names = getattr(function, "__globals__", {}).values()
    uses_torch = any(getattr(value, "__name__", "").split(".")[0] == "torch" for value in list(names))
    if uses_torch or str(getattr(function, "__module__", "")).split(".")[0] == "torch":
        return ("torch", "numpy")
    return ("numpy", "torch") if "torch" in sys.modules else ("numpy",)


def batched_inputs(system: EquationSystem) -> frozenset[str]:
    """The inputs that have tokens, queries or keys, along an axis; weights have none, and no batch."""
    weights = [node for equation in system.equations for node in equation.expression.atoms(OverAllowedKeys)]
    tokens = {length for node in weights for length in node.shape}
    return frozenset(
        name
        for name, symbol in system.inputs.items()
        if is_matrix(symbol) and (not tokens or tokens & set(full_shape(symbol)))
    )


class OtherShapeError(InputError):
    """A result that is no array of the shape that is asked for."""

    def __init__(self, title: str, asked: str, found: str) -> None:
        super().__init__(f"{title} returned {found}, where {asked} is asked for")
        self.asked, self.found = asked, found


class Caller:
    """A function called at instances of a mechanism, its arguments arranged in one way."""

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: tuple[Argument, ...],
        system: EquationSystem,
        value: str,
        arrangement: Arrangement,
    ) -> None:
        self.function, self.arguments, self.system, self.value = function, arguments, system, value
        self.arrangement = arrangement
        self.batched = batched_inputs(system)
        self.mutated: set[str] = set()
        self.dtypes: set[str] = set()

    def prepared(self, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> Callable[[], Any]:
        """The call, ready to be made, of inputs in the mechanism's form."""
        ordered, named = [], {}
        for argument in self.arguments:
            given = self._given(argument, arrays, sizes)
            if argument.by_position:
                ordered.append(given)
            else:
                named[argument.parameter] = given
        return lambda: self._watched(ordered, named)

    def _given(self, argument: Argument, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
        name = argument.source
        if not name:
            return argument.constant
        if name not in arrays:
            return sizes[name]
        symbol, array = self.system.inputs[name], arrays[name]
        if not is_matrix(symbol):
            return float(array)
        if name in self.system.allowed_inputs and self.arrangement.booleans:
            array = array != 0
        return self.arrangement.given(array, len(lengths_of(symbol)), name in self.batched)

    def _watched(self, ordered: list[Any], named: dict[str, Any]) -> Any:
        before = {key: _plain_array(part).copy() for key, part in self._arrays(ordered, named)}
        result = self.function(*ordered, **named)
        for key, part in self._arrays(ordered, named):
            if not _same(before[key], _plain_array(part)):
                self.mutated.add(key)
        return result

    def _arrays(self, ordered: list[Any], named: dict[str, Any]) -> list[tuple[str, Any]]:
        positions = [(argument.source, part) for argument, part in zip(self.arguments, ordered, strict=False)]
        return [(key, part) for key, part in [*positions, *named.items()] if hasattr(part, "shape")]

    def result(self, returned: Any, shape: tuple[int, ...]) -> Any:
        """What the function returned as an array in the mechanism's form.

        Errors: ``OtherShapeError`` for what is no array of that shape.
        """
        if isinstance(returned, Mapping) and self.value in returned:
            returned = returned[self.value]
        several = list(returned) if isinstance(returned, (tuple, list)) else [returned]
        found = []
        for each in several:
            array = _plain_array(each)
            taken = None if array is None else self.arrangement.taken(array, shape)
            if taken is not None:
                self.dtypes.add(str(array.dtype))
                return taken.astype("float64")
            found.append(f"an array of shape {array.shape}" if array is not None else type(each).__name__)
        title = getattr(self.function, "__name__", "the function")
        raise OtherShapeError(title, f"an array of shape {shape}", ", ".join(found) or "nothing")


def _plain_array(value: Any) -> Any:
    """A NumPy array of numbers, of torch's tensors too; nothing for anything else."""
    import numpy as np

    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    return array if array.dtype.kind in "fiub" else None


def _same(before: Any, after: Any) -> bool:
    import numpy as np

    return before.shape == after.shape and bool(np.array_equal(before, after))


def arrays_at(instance: Instance) -> dict[str, Any]:
    """The inputs of an instance as float64 arrays, lying row by row."""
    import numpy as np

    return {name: np.array(array, order="C") for name, array in instance.arrays("float64").items()}
