"""Who takes part: every strategy of the generated code, and the peers that a mechanism has, as data for any process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from symattn.benching.cases import Case
from symattn.benching.peers import PEERS
from symattn.benching.recognition import Recognised

Outputs = Mapping[str, Any]


@dataclass(frozen=True)
class Contestant:
    """One way to compute a mechanism.

    ``source`` is generated code and ``function`` its name there; or ``peer`` is a name in ``PEERS``, and ``form`` says
    what it is given. ``outputs`` are the names of the results. With ``gradients``, the inputs whose gradients are asked
    for, torch's autograd differentiates generated code that computes the output alone. ``compiled``: by torch.compile.
    ``upstream`` is the input that holds the cotangent of the output, where the backward pass is computed.
    ``whole``: about how many arrays of the largest size on the way it holds at once; 0 if none.
    """

    name: str
    library: str
    outputs: tuple[str, ...]
    source: str = ""
    function: str = ""
    peer: str = ""
    form: Recognised | None = None
    gradients: tuple[str, ...] = ()
    upstream: str = ""
    compiled: bool = False
    whole: float = 0.0

    def prepared(self, case: Case) -> Callable[[], Any]:
        """A function that computes the results of a case, whose inputs are made now.

        Errors: those of the library, such as an ``ImportError``.
        """
        arrays = case.numpy() if self.library == "numpy" else case.torch()
        if self.peer:
            return self._by_hand(case, arrays)
        return self._generated(arrays)

    def results(self, found: Any) -> Outputs:
        """What the function gave, by name, as NumPy arrays of float64."""
        if isinstance(found, Mapping):
            named = dict(found)
        elif isinstance(found, tuple):
            named = dict(zip(self.outputs, found, strict=True))
        else:
            named = {self.outputs[0]: found}
        return {name: _as_numpy(value) for name, value in named.items()}

    def _by_hand(self, case: Case, arrays: Mapping[str, Any]) -> Callable[[], Any]:
        assert self.form is not None
        operands = [side.of(arrays) for side in (self.form.query, self.form.key, self.form.value)]
        form = self.form.form(arrays, _converter(case, self.library))
        row = PEERS[self.peer]
        if not self.upstream:
            return _without_gradients(self.library, lambda: row.forward(*operands, form))
        upstream, backward = arrays[self.upstream], row.backward
        assert backward is not None
        shapes = [arrays[side.name].shape for side in (self.form.query, self.form.key, self.form.value)]

        def differentiated() -> tuple[Any, ...]:
            output, *gradients = backward(*operands, upstream, form)
            return output, *(each.reshape(shape) for each, shape in zip(gradients, shapes, strict=True))

        return differentiated

    def _generated(self, arrays: Mapping[str, Any]) -> Callable[[], Any]:
        namespace: dict[str, Any] = {}
        exec(compile(self.source, f"<{self.name}>", "exec"), namespace)
        function = namespace[self.function]
        if self.compiled:
            import torch

            function = torch.compile(function, dynamic=False)
        if not self.gradients:
            return _without_gradients(self.library, lambda: function(**arrays))
        given = {name: array for name, array in arrays.items() if name != self.upstream}

        def differentiated() -> tuple[Any, ...]:
            import torch

            leaves = {name: given[name].detach().requires_grad_() for name in self.gradients}
            output = function(**{**given, **leaves})
            return output.detach(), *torch.autograd.grad(output, list(leaves.values()), arrays[self.upstream])

        return differentiated


def prepare(contestant: Contestant, case: Case) -> Callable[[], Any]:
    """The function of a contestant; what another process is sent."""
    return contestant.prepared(case)


def _without_gradients(library: str, call: Callable[[], Any]) -> Callable[[], Any]:
    if library != "torch":
        return call

    def run() -> Any:
        import torch

        with torch.no_grad():
            return call()

    return run


def _converter(case: Case, library: str) -> Callable[[Any], Any]:
    """What brings arrays that are made beforehand to where the contestant computes, numbers in the case's dtype."""
    if library == "numpy":
        return lambda array: array if array.dtype == bool else array.astype(case.dtype)

    def to_torch(array: Any) -> Any:
        import torch

        tensor = torch.from_numpy(array).to(case.device)
        return tensor if tensor.dtype == torch.bool else tensor.to(getattr(torch, case.dtype))

    return to_torch


def _as_numpy(value: Any) -> Any:
    import numpy as np

    if hasattr(value, "detach"):
        value = value.detach().cpu().double().numpy()
    return np.asarray(value, dtype=np.float64)
