"""Torch's autograd as a witness of generated derivatives: gradients, Hessians times a direction, tangents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from symattn import lowering
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.verification.witnesses import Arrays, ValueWitness, by_name, import_torch


class TorchDerivatives(ValueWitness):
    """The results of a mechanism's backward pass, of its forward mode or of its Hessian times a direction, by autograd.

    What is differentiated is the code generated for the mechanism itself, ``of``; of the system that is verified only
    the names of its inputs and results are used. Each element of a batch is differentiated by itself.
    Errors: ``InputError`` for a system whose results are no derivatives by inputs of ``of``, ``MissingExtraError``
    where torch is not installed.

    >>> from symattn.mechanisms import named
    >>> from symattn.verification import verify
    >>> report = verify(named("dot").backward(), instances=1, witnesses=[TorchDerivatives(named("dot"))])
    >>> [row.value for row in report.agreed], report.refuted
    (['dQ', 'dK', 'dV'], ())
    """

    name = "torch float64 autograd of the mechanism"
    precision = "float64"

    def __init__(self, of: EquationSystem) -> None:
        self.of = of
        self._code: dict[str, Any] = {}

    def compared(self, system: EquationSystem) -> tuple[str, ...]:
        return system.results

    def evaluate(self, system: EquationSystem, inputs: Arrays) -> Arrays:
        torch = import_torch()
        tensors = self._each_by_itself(torch, system, inputs)
        tangents, cotangents = dict(system.tangents), dict(system.cotangents)
        by = self._inputs_of_results(system)
        directions = {name: tensors[tangents[name]] for name in self.of.inputs if name in tangents}
        moving = {name: tensors[name].requires_grad_() for name in dict.fromkeys((*by.values(), *directions))}
        output = self._differentiated(system)
        value = self._value(torch, output, tensors)
        upstream = tensors[cotangents[output]].requires_grad_() if cotangents else torch.ones_like(value).detach()
        if not directions:
            slopes = _slopes(torch, [(value, upstream)], moving)
            return {result: slopes[name].detach().numpy() for result, name in by.items()}
        # Both the Hessian and the tangent are slopes of <gradient, direction>: by the inputs, and by the cotangent.
        upstream.requires_grad_()
        gradients = _slopes(torch, [(value, upstream)], moving, again=True)
        pairs = [(gradients[name], direction) for name, direction in directions.items()]
        slopes = _slopes(torch, pairs, {**moving, "upstream": upstream})
        return {result: slopes[by.get(result, "upstream")].detach().numpy() for result in system.results}

    def _each_by_itself(self, torch: Any, system: EquationSystem, inputs: Arrays) -> dict[str, Any]:
        """The inputs as tensors, each with all leading axes, so that none is shared by the elements of a batch."""
        found = {name: torch.tensor(inputs[name]) for name in system.inputs}
        axes = {name: tensor.ndim - len(system.shape(name)) for name, tensor in found.items()}
        self._batch = torch.broadcast_shapes(*(tensor.shape[: axes[name]] for name, tensor in found.items()))
        return {name: tensor.expand(self._batch + tensor.shape[axes[name] :]).clone() for name, tensor in found.items()}

    def _value(self, torch: Any, output: str, tensors: Mapping[str, Any]) -> Any:
        """The value that is differentiated, in every element of the batch, also where it is the same in all."""
        if output not in self._code:
            self._code[output] = lowering.lambdify_system(self.of, "torch", outputs=[output])
        found = by_name(self.of, self._code[output](**{name: tensors[name] for name in self.of.inputs}))[output]
        return found.expand(self._batch + found.shape[found.ndim - len(self.of.shape(output)) :])

    def _differentiated(self, system: EquationSystem) -> str:
        """The name of the value of which a system has derivatives."""
        if system.cotangents:
            return system.cotangents[0][0]
        names = [name for name, tangent in system.tangents if tangent == system.output and name in self.of.by_name]
        if not names:
            raise InputError(f"{system.name} has no derivatives of a value of {self.of.name}.")
        return names[0]

    def _inputs_of_results(self, system: EquationSystem) -> dict[str, str]:
        """The input for each result that is a cotangent, or the tangent of one."""
        if not system.cotangents:
            return {}
        tangents = dict(system.tangents)
        of = {tangents.get(cotangent, cotangent): name for name, cotangent in system.cotangents}
        for result in system.results:
            if of.get(result) not in self.of.inputs:
                raise InputError(f"{result} is no derivative by an input of {self.of.name}.")
        return {result: of[result] for result in system.results}


def _slopes(torch: Any, pairs: Iterable[tuple[Any, Any]], by: Mapping[str, Any], again: bool = False) -> dict[str, Any]:
    """The gradients of the sum of ``<weights, value>``; zeros where nothing moves."""
    moving = [(value, weights) for value, weights in pairs if value.requires_grad]
    none = {name: torch.zeros_like(tensor) for name, tensor in by.items()}
    if not moving:
        return none
    values, weights = zip(*moving, strict=True)
    found = torch.autograd.grad(values, list(by.values()), weights, allow_unused=True, create_graph=again)
    return {name: none[name] if slope is None else slope for name, slope in zip(by, found, strict=True)}
