"""Correctness before speed: results against the direct code in float64, within the bound that conditioning gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from symattn.benching.cases import Case
from symattn.equations import EquationSystem
from symattn.errors import SymattnError
from symattn.lowering.functions import lambdify_system
from symattn.nodes import is_matrix
from symattn.verification.conditioning import scales
from symattn.verification.report import FACTOR

UNIT = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
"""The unit roundoff of each dtype."""

ANALYSED = 2**20
"""Entries of the largest array up to which the rounding of every entry is followed."""


@dataclass(frozen=True)
class Truth:
    """What is expected of a case: values in float64, the scale of each entry's error, and how far that is stretched.

    ``stretch`` is above 1 where the scales were found at fewer tokens, the largest of which stands for all.
    """

    values: Mapping[str, Any]
    scales: Mapping[str, Any]
    dtype: str
    stretch: float = 1.0

    def units(self, results: Mapping[str, Any]) -> float:
        """The largest error in units of the roundoff times the scale, infinite for a missing or wrong-shaped result.

        What is expected of no value, such as an output beside gradients, is not compared. Up to ``FACTOR`` units agree.
        """
        import numpy as np

        if not set(results) & set(self.values):
            return float("inf")
        worst = 0.0
        for name in self.values.keys() & results.keys():
            found = results[name]
            expected, scale = self.values[name], self.scales[name]
            if found.shape != expected.shape:
                return float("inf")
            known = np.isfinite(scale) & np.isfinite(expected)
            with np.errstate(all="ignore"):
                error = abs(found - expected) / (UNIT[self.dtype] * self.stretch * scale)
            error = np.where(found == expected, 0.0, np.nan_to_num(error, nan=np.inf, posinf=np.inf))
            worst = max(worst, float(np.max(error, where=np.broadcast_to(known, error.shape), initial=0.0)))
        return worst

    def agrees(self, results: Mapping[str, Any]) -> bool:
        """Whether every entry is within the bound."""
        return self.units(results) <= FACTOR


def truth_of(system: EquationSystem, outputs: tuple[str, ...], sizes: Mapping[str, int], case: Case) -> Truth:
    """The values that direct code gives in float64, and the scales of their errors, from an analysis of every step.

    Errors: those of the analysis, such as ``MissingRowError`` and ``ExactnessError``.
    """
    values, arrays = values_of(system, outputs, case), case.numpy("float64")
    made = system.with_sizes(**dict(sizes))
    return Truth(values, _scales(made, arrays, outputs, case.dtype), case.dtype)


def values_of(system: EquationSystem, outputs: tuple[str, ...], case: Case) -> dict[str, Any]:
    """The values in float64 alone."""
    function = lambdify_system(system, "numpy", outputs=outputs)
    return dict(function(**case.numpy("float64")))


def stretched(truth: Truth, values: Mapping[str, Any], growth: float) -> Truth:
    """The same bound for more tokens, ``growth`` times as many: the largest scale, times the growth of sums."""
    import numpy as np

    largest = {
        name: np.max(scale, where=np.isfinite(scale), initial=0.0) if scale.size else 0.0
        for name, scale in truth.scales.items()
    }
    return replace(truth, values=values, scales=largest, stretch=max(growth, 1.0))


def _scales(system: EquationSystem, arrays: Mapping[str, Any], outputs: tuple[str, ...], dtype: str) -> dict[str, Any]:
    """The scales of the outputs; of a batch element by element, as the analysis takes one at a time."""
    import numpy as np

    precision = "float64" if dtype == "float64" else "float32"
    axes = {name: len(system.shape(name)) for name, symbol in system.inputs.items() if is_matrix(symbol)}
    leading = {name: np.ndim(array) - axes[name] for name, array in arrays.items() if name in axes}
    lengths = [np.shape(arrays[name])[0] for name, extra in leading.items() if extra]
    if not lengths:
        found = scales(system, arrays, precision)
        return {name: np.asarray(found[name].scale) for name in outputs}
    elements = []
    for place in range(lengths[0]):
        one = {name: array[place] if leading.get(name) else array for name, array in arrays.items()}
        found = scales(system, one, precision)
        elements.append({name: np.asarray(found[name].scale) for name in outputs})
    return {name: np.stack([element[name] for element in elements]) for name in outputs}


CANNOT = (SymattnError, MemoryError)
"""What an analysis may end with where nothing can be said of errors."""
