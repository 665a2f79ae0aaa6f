"""A torch function whose gradients are those of a generated backward pass: a ``torch.autograd.Function``.

The forward code gives, besides the output, the values that the backward code mentions, such as the weights: nothing is
computed twice. Which gradients are asked for decides what is computed and kept, and code is generated when it is first
needed. Where the gradients themselves are to be differentiated, the backward pass starts from the inputs again, in
operations that torch records.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.errors import MissingExtraError
from symattn.lowering.costs import Costs
from symattn.lowering.functions import TARGETS, compiled
from symattn.lowering.naming import function_name
from symattn.nodes import full_shape

Names = tuple[str, ...]

Code = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Kept:
    """The names of what backward code needs: inputs, and values that the forward pass has computed."""

    inputs: Names
    values: Names


@dataclass
class Passes:
    """Forward and backward code of one output, for the inputs whose gradients are asked for.

    ``forward`` has names for all parts of the output that ``backward`` mentions. Cotangents in ``backward`` are found
    by the names of the inputs in its ``cotangents``.
    """

    forward: EquationSystem
    backward: EquationSystem
    _kept: dict[Names, Kept] = field(default_factory=dict)
    _code: dict[tuple[str, Names, Names], Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.output, self.upstream), *others = self.backward.cotangents
        self._costs = Costs(self.forward)
        self.cotangents = {name: cotangent for name, cotangent in others if name in self.backward.inputs}

    def kept(self, asked: Names) -> Kept:
        """What the backward code needs for the gradients of some inputs."""
        if asked not in self._kept:
            mentioned = set[str]()
            for equation in self._after(asked):
                mentioned |= mentioned_names(equation.expression)
            inputs = [name for name in self.forward.inputs if name in mentioned]
            told = {length for name in [*inputs, self.output] for length in self.forward.shape(name)}
            for name, symbol in self.forward.inputs.items():  # sizes that no other array tells
                sizes = {part for length in full_shape(symbol) for part in length.free_symbols}
                if name not in inputs and not sizes <= told:
                    inputs.append(name)
                    told |= set(full_shape(symbol))
            values = tuple(name for name in self.forward.by_name if name in mentioned)
            self._kept[asked] = Kept(tuple(inputs), values)
        return self._kept[asked]

    def ahead(self, asked: Names) -> Code:
        """A function of the inputs that gives the output and the values that are kept."""
        names = dict.fromkeys([self.output, *self.kept(asked).values])
        return self._compiled("ahead", asked, asked, lambda: (self.forward, tuple(names)))

    def back(self, kept_for: Names, asked: Names) -> Code:
        """A function of what was kept and of the output's cotangent that gives the gradients of some inputs."""

        def system() -> tuple[EquationSystem, Names]:
            kept, forward = self.kept(kept_for), self.forward
            symbols = [forward.inputs[name] for name in kept.inputs]
            symbols += [forward.by_name[name].symbol for name in kept.values]
            symbols.append(self.backward.inputs[self.upstream])
            after = replace(self.backward, input_symbols=tuple(symbols), equations=self._after(kept_for))
            return after, tuple(self.cotangents[name] for name in asked)

        return self._compiled("back", kept_for, asked, system)

    def again(self, asked: Names) -> Code:
        """A function of the inputs and of the output's cotangent that gives the gradients of some inputs."""
        names = tuple(self.cotangents[name] for name in asked)
        return self._compiled("again", asked, asked, lambda: (self.backward, names))

    def _after(self, asked: Names) -> tuple[Equation, ...]:
        """The equations of the backward pass that are none of the forward pass."""
        needed = self.backward.needed(*(self.cotangents[name] for name in asked)) if asked else ()
        return tuple(equation for equation in needed if equation.name not in self.forward.by_name)

    def _compiled(
        self, kind: str, kept_for: Names, asked: Names, system: Callable[[], tuple[EquationSystem, Names]]
    ) -> Code:
        key = kind, kept_for, asked
        if key not in self._code:
            made, names = system()
            self._code[key] = compiled(made, TARGETS["torch"], names, list(names), costs=self._costs)
        return self._code[key]


def differentiable(forward: EquationSystem, backward: EquationSystem) -> Callable[..., Any]:
    """A torch function of the inputs of ``forward``, by name or in order, that gives the output of ``backward``.

    ``backward`` is a backward pass of ``forward``, whose equations name every part that the backward pass mentions.
    Leading axes are batches and broadcast; the gradient of an input that has fewer is summed over the others.
    The function has ``inputs``, ``output``, ``passes``, whose members give the code of each direction, and
    ``function``, the subclass of ``torch.autograd.Function``.
    Errors: ``MissingExtraError`` if torch is not installed.
    """
    passes = Passes(forward, backward)
    inputs = tuple(forward.inputs)
    autograd_function = _autograd_function(passes, inputs)
    parameter = inspect.Parameter
    signature = inspect.Signature([parameter(name, parameter.POSITIONAL_OR_KEYWORD) for name in inputs])
    apply = autograd_function.apply

    def function(*args: Any, **keywords: Any) -> Any:
        if keywords or len(args) != len(inputs):
            args = signature.bind(*args, **keywords).args
        asked = tuple(
            name
            for name, value in zip(inputs, args, strict=True)
            if name in passes.cotangents and getattr(value, "requires_grad", False)
        )
        return apply(asked, *args)[0]

    function.__name__ = function.__qualname__ = function_name(forward)
    function.__doc__ = f"{forward.name}: {passes.output} of {', '.join(inputs)}, with generated gradients."
    function.__signature__ = signature  # type: ignore[attr-defined]
    function.inputs, function.output = inputs, passes.output  # type: ignore[attr-defined]
    function.passes, function.function = passes, autograd_function  # type: ignore[attr-defined]
    return function


def _autograd_function(passes: Passes, inputs: Names) -> Any:
    """The subclass of ``torch.autograd.Function``; its first argument are the names whose gradients are expected."""
    try:
        torch: Any = importlib.import_module("torch")
    except ImportError as error:
        raise MissingExtraError(
            "differentiable functions need torch, which is not installed: pip install 'symattn[torch]'"
        ) from error

    class Generated(torch.autograd.Function):  # type: ignore[misc, name-defined]
        """The generated passes, as torch wants them."""

        generate_vmap_rule = True

        @staticmethod
        def forward(asked: Names, *given: Any) -> tuple[Any, ...]:
            return _apart(passes.ahead(asked)(*given).values(), given)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Any, ...]) -> None:
            asked, *given = inputs
            ctx.asked = asked
            ctx.others = [None if isinstance(value, torch.Tensor) else value for value in given]
            ctx.mark_non_differentiable(*output[1:])
            ctx.set_materialize_grads(False)
            tensors = [value if isinstance(value, torch.Tensor) else None for value in given]
            ctx.save_for_backward(*tensors, *output)

        @staticmethod
        def backward(ctx: Any, upstream: Any, *_: Any) -> tuple[Any, ...]:
            if upstream is None:
                return (None,) * (1 + len(inputs))
            saved = ctx.saved_tensors
            given = [
                other if tensor is None else tensor
                for tensor, other in zip(saved[: len(inputs)], ctx.others, strict=True)
            ]
            asked = tuple(
                name
                for name, is_asked in zip(inputs, ctx.needs_input_grad[1:], strict=True)
                if is_asked and name in passes.cotangents
            )
            if torch.is_grad_enabled() or not set(asked) <= set(ctx.asked):
                found = passes.again(asked)(*given, upstream)
            else:
                kept = passes.kept(ctx.asked)
                values = dict(zip(inputs, given, strict=True))
                values.update(zip(dict.fromkeys([passes.output, *kept.values]), saved[len(inputs) :], strict=True))
                found = passes.back(ctx.asked, asked)(*map(values.get, (*kept.inputs, *kept.values)), upstream)
            gradients = dict(zip(asked, found.values(), strict=True))
            return None, *(
                _fitted(gradients[name], value) if name in gradients else None
                for name, value in zip(inputs, given, strict=True)
            )

    # torch asks for the signature at every call, and finds it at once where it stands.
    Generated.forward.__signature__ = inspect.signature(Generated.forward)  # type: ignore[attr-defined]
    Generated.__name__ = Generated.__qualname__ = function_name(passes.forward)
    return Generated


def _apart(values: Iterable[Any], given: Iterable[Any]) -> tuple[Any, ...]:
    """The values, views in the place of what is given or comes twice: torch wants a tensor of its own for each."""
    seen, apart = {id(value) for value in given}, []
    for value in values:
        apart.append(value.view_as(value) if id(value) in seen else value)
        seen.add(id(value))
    return tuple(apart)


def _fitted(gradient: Any, value: Any) -> Any:
    """The gradient in the shape and dtype of the tensor that it belongs to: summed over the batches that it lacks."""
    shape = value.shape
    if gradient.shape == shape and gradient.dtype == value.dtype:
        return gradient
    if gradient.ndim > len(shape):
        gradient = gradient.sum(tuple(range(gradient.ndim - len(shape))))
    stretched = [axis for axis in range(-gradient.ndim, 0) if shape[axis] == 1 and gradient.shape[axis] != 1]
    if stretched:
        gradient = gradient.sum(stretched, keepdim=True)
    return gradient.expand(shape).to(value.dtype)
