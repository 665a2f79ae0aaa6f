"""Witnesses: independent ways to the same values, each to be held against the reference."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from symattn import lowering, worked
from symattn.equations import EquationSystem
from symattn.errors import ExactnessError, InputError, LimitError, MissingExtraError

Arrays = dict[str, Any]
"""NumPy arrays by name, leading axes for a batch."""


class Witness(ABC):
    """A way to values that the reference does not share; ``name`` is how the report calls it."""

    name: str


class ValueWitness(Witness):
    """Floating-point values of equations, in one precision (``"float64"`` or ``"float32"``)."""

    precision: str

    def compared(self, system: EquationSystem) -> tuple[str, ...]:
        """The names of the values that are compared: all, unless a witness says otherwise."""
        return tuple(equation.name for equation in system.equations)

    @abstractmethod
    def evaluate(self, system: EquationSystem, inputs: Arrays) -> Arrays:
        """Each of these values by name, for inputs of this precision.

        ``system`` is the one that is being verified, its sizes symbolic where they were.
        """


class GradientWitness(Witness):
    """Float64 gradients of <G, output> in every input."""

    @abstractmethod
    def gradients(self, system: EquationSystem, inputs: Arrays, upstream: Any) -> Arrays:
        """The gradient by input, in the input's shape; ``upstream`` is G, in the shape of the output."""


class ExactWitness(Witness):
    """Exact values of every equation, as decimals of many digits."""

    @abstractmethod
    def decimals(self, system: EquationSystem, inputs: Mapping[str, Any], digits: int) -> dict[str, Any]:
        """Every equation's value by name: rows of texts (one text for a scalar), right to ``digits`` digits.

        ``system`` has concrete sizes, ``inputs`` exact numbers. A value beyond exact arithmetic, which the report lists
        as unknown, is an ``ExactnessError`` or a ``LimitError``: in its place, or raised if it is beyond for all.
        """


class _Compiled:
    """Lowered code of the last system asked for, so that it is generated once for all instances."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._system: EquationSystem | None = None
        self._function: Callable[..., Any] | None = None

    def function(self, system: EquationSystem) -> Callable[..., Any]:
        if self._function is None or self._system is not system:
            self._function = lowering.lambdify_system(system, self.target, outputs=[eq.name for eq in system.equations])
            self._system = system
        return self._function


class LoweredNumpy(ValueWitness):
    """The NumPy code that symattn generates."""

    def __init__(self, precision: str = "float64") -> None:
        self.precision = precision
        self.name = f"numpy {precision}"
        self._code = _Compiled("numpy")

    def evaluate(self, system: EquationSystem, inputs: Arrays) -> Arrays:
        import numpy as np

        with np.errstate(all="ignore"):  # what overflows is judged by its value
            return by_name(system, self._code.function(system)(**inputs))


class LoweredTorch(ValueWitness):
    """The torch code that symattn generates, on the CPU.

    Errors: ``MissingExtraError`` where torch is not installed.
    """

    def __init__(self, precision: str = "float64") -> None:
        self.precision = precision
        self.name = f"torch {precision}"
        self._code = _Compiled("torch")

    def evaluate(self, system: EquationSystem, inputs: Arrays) -> Arrays:
        torch = import_torch()
        tensors = {name: torch.from_numpy(values) for name, values in inputs.items()}
        found = by_name(system, self._code.function(system)(**tensors))
        return {name: value.detach().numpy() for name, value in found.items()}


class TorchAutograd(GradientWitness):
    """The gradients that torch's autograd gives for the code that symattn generates.

    Errors: ``MissingExtraError`` where torch is not installed.
    """

    name = "torch float64 autograd"

    def __init__(self) -> None:
        self._code = _Compiled("torch")

    def output(self, system: EquationSystem, tensors: dict[str, Any]) -> Any:
        """The system's output for tensors that ask for gradients."""
        return by_name(system, self._code.function(system)(**tensors))[system.output]

    def gradients(self, system: EquationSystem, inputs: Arrays, upstream: Any) -> Arrays:
        torch = import_torch()
        tensors = {name: torch.from_numpy(values).requires_grad_() for name, values in inputs.items()}
        output = self.output(system, tensors)
        wanted = list(tensors.values())
        if not output.requires_grad:
            return {name: tensor.new_zeros(tensor.shape).numpy() for name, tensor in tensors.items()}
        # An output that no batched input reaches has no leading axes; it is the same in every element.
        output, weights = torch.broadcast_tensors(output, torch.from_numpy(upstream))
        found = torch.autograd.grad(output, wanted, weights, allow_unused=True)
        return {
            name: (tensor.new_zeros(tensor.shape) if gradient is None else gradient).detach().numpy()
            for (name, tensor), gradient in zip(tensors.items(), found, strict=True)
        }


class ExactArithmetic(ExactWitness):
    """The exact values of a bound mechanism; ``bound``, where given, is the one that is asked for its own numbers."""

    name = "exact"

    def __init__(self, bound: worked.Bound | None = None) -> None:
        self.bound = bound

    def decimals(self, system: EquationSystem, inputs: Mapping[str, Any], digits: int) -> dict[str, Any]:
        bound = self.bound if self.bound is not None and system is self.bound.system else worked.bind(system, inputs)
        found: dict[str, Any] = {}
        for equation in system.equations:
            try:
                found[equation.name] = bound.decimal(equation.name, digits=digits)
            except (ExactnessError, LimitError) as error:
                found[equation.name] = error
        return found


def standard(targets: Iterable[str], gradients: bool, bound: worked.Bound | None = None) -> tuple[Witness, ...]:
    """The witnesses for some targets of lowering: exact values, both precisions of each target, torch's gradients.

    Errors: ``InputError`` for a target that has no witness.
    """
    wanted = (targets,) if isinstance(targets, str) else tuple(targets)
    made: list[Witness] = [ExactArithmetic(bound)]
    for target in wanted:
        if target not in LOWERED:
            raise InputError(f"no witness for the target {target!r}; there are: {', '.join(LOWERED)}.")
        made += [LOWERED[target]("float64"), LOWERED[target]("float32")]
    if gradients:
        made.append(TorchAutograd())
    return tuple(made)


LOWERED: dict[str, type] = {"numpy": LoweredNumpy, "torch": LoweredTorch}


def by_name(system: EquationSystem, found: Any) -> Arrays:
    """What lowered code returned, as a dict, also where a system has one equation only."""
    return dict(found) if isinstance(found, Mapping) else {system.equations[0].name: found}


def import_torch() -> Any:
    """torch, or the error that names the extra which brings it."""
    try:
        import torch
    except ImportError:
        message = "torch is not installed: pip install 'symattn[torch]' (CPU: --index-url https://download.pytorch.org/whl/cpu)."
        raise MissingExtraError(message) from None
    return torch
