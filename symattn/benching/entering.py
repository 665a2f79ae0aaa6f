"""The field of one benchmark: which strategies and peers can take part, and why the others cannot."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from symattn.benching.cases import NUMBER
from symattn.benching.contestants import Contestant
from symattn.benching.peers import PEERS
from symattn.benching.recognition import NoPeers, Recognised, recognised
from symattn.calculus import backward
from symattn.equations import EquationSystem
from symattn.errors import InputError, SymattnError
from symattn.language.names import suggestion
from symattn.lowering.functions import TARGETS, source_by
from symattn.lowering.naming import function_name
from symattn.lowering.scalar import SCALAR, at_sizes
from symattn.nodes import is_matrix

WHOLE = {"NumPy direct": 2.0, "torch direct": 2.0, "textbook NumPy": 4.0, "NumPy in place": 1.5, "torch eager": 3.0}
"""About how many whole score matrices are held at once; who does not stand here holds none."""

LIBRARY = {"numpy": "NumPy", "torch": "torch"}

KERNELS_OF_FLEX = "_flex_attention("
"""What stands in code that calls flex_attention."""

FLEX_ON_CPU = "flex_attention without a GPU is for trying out; --strategies flex times it all the same, compiled"
FLEX_GRADIENTS = "flex_attention has no gradients on the CPU"


@dataclass(frozen=True)
class Field:
    """``contestants`` in the order of the table, ``refused`` by name with the reason, ``outputs`` that are compared.

    ``made_before``: peers are given a mask or a bias that is made beforehand, where generated code makes its own.
    ``system`` is what they compute, which is the backward pass of the mechanism if that was asked for.
    """

    system: EquationSystem
    outputs: tuple[str, ...]
    contestants: tuple[Contestant, ...]
    refused: Mapping[str, str]
    made_before: bool = False

    def __getitem__(self, name: str) -> Contestant:
        return next(each for each in self.contestants if each.name == name)

    @property
    def peers(self) -> tuple[str, ...]:
        """The names with which all are compared: of the peers, or of direct NumPy code where there are none."""
        found = tuple(each.name for each in self.contestants if each.peer)
        return found or tuple(each.name for each in self.contestants if each.name == "NumPy direct")


LARGEST_FIXED = 16
"""Sizes up to which code for fixed sizes takes part unasked."""


def strategies_known() -> tuple[str, ...]:
    """Every strategy of the targets that compute here."""
    return tuple(dict.fromkeys(name for each in TARGETS.values() for name in each.strategies))


def enter(
    system: EquationSystem,
    sizes: Mapping[str, int],
    *,
    strategies: Sequence[str] | None = None,
    with_backward: bool = False,
    device: str = "cpu",
) -> Field:
    """The field for a mechanism, at sizes that only scales are taken of.

    ``strategies`` are those that are wanted, all unless given. Without torch its rows say so.
    Errors: ``InputError`` for an unknown strategy; those of the backward pass.
    """
    for name in strategies or ():
        if name not in strategies_known():
            hint = suggestion(name, strategies_known())
            raise InputError(f"there is no strategy {name!r}.{hint} There are: {', '.join(strategies_known())}.")
    refused: dict[str, str] = {}
    form = _form(system, sizes, refused)
    gradients: tuple[str, ...] = ()
    computed, upstream = system, ""
    outputs: tuple[str, ...] = (system.output,)
    if with_backward:
        matrices = [name for name, symbol in system.inputs.items() if is_matrix(symbol)]
        wanted = [name for name in matrices if name not in system.allowed_inputs]
        if form is not None:
            wanted = [form.query.name, form.key.name, form.value.name]
        gradients = tuple(dict.fromkeys(wanted))
        computed = backward(system, None, gradients)
        upstream = next(name for name in computed.inputs if name not in system.inputs)
        outputs = tuple(name for name in (system.output, *computed.results) if name in computed.by_name)
    everything = (system.output, *computed.results) if with_backward else outputs
    contestants = []
    for target in TARGETS.values():
        library = LIBRARY[target.name]
        for strategy in target.strategies:
            name = f"{library} {strategy}"
            if strategies is not None and strategy not in strategies:
                continue
            if strategy in SCALAR and strategies is None and max(sizes.values(), default=0) > LARGEST_FIXED:
                continue
            if reason := _missing(target.name, device):
                refused[name] = reason
                continue
            by_autograd = with_backward and target.name == "torch" and strategy != "direct"
            what, results = (system, (system.output,)) if by_autograd else (computed, outputs)
            made, reason = _generated(name, target.name, strategy, what, results, sizes)
            if made is not None and device == "cpu" and KERNELS_OF_FLEX in made.source:
                if with_backward:
                    made, reason = None, FLEX_GRADIENTS
                elif "flex" not in (strategies or ()):
                    made, reason = None, FLEX_ON_CPU
            if made is None:
                refused[name] = reason
            elif by_autograd:
                made = replace(made, name=f"{name} + autograd", upstream=upstream)
                contestants.append(replace(made, outputs=everything, gradients=gradients))
            else:
                contestants.append(made)
    for name, row in PEERS.items():
        if form is None or (with_backward and row.backward is None):
            continue
        if reason := _missing(row.library, device):
            refused[name] = reason
        elif name == "torch SDPA" and not form.has_kernel:
            refused[name] = "scaled_dot_product_attention has no words for a cap on the scores"
        else:
            made = Contestant(name, row.library, everything, peer=name, form=form, upstream=upstream)
            contestants.append(replace(made, whole=WHOLE.get(name, 0.0)))
    made_before = form is not None and bool(form.allowed_source or form.bias_source)
    return Field(computed, outputs, tuple(contestants), refused, made_before)


def _form(system: EquationSystem, sizes: Mapping[str, int], refused: dict[str, str]) -> Recognised | None:
    try:
        return recognised(system, sizes, NUMBER)
    except NoPeers as reason:
        refused["code written by hand"] = f"there is none to compare with: {reason}"
        return None


def _generated(
    name: str,
    target: str,
    strategy: str,
    system: EquationSystem,
    outputs: tuple[str, ...],
    sizes: Mapping[str, int],
) -> tuple[Contestant | None, str]:
    """A contestant of generated code, or why there is none; code for fixed sizes is for these."""
    keys = list(outputs) if len(outputs) > 1 else object
    try:
        if strategy in SCALAR:
            known = {symbol.name for symbol in system.sizes}
            system = at_sizes(system, {name: length for name, length in sizes.items() if name in known}, strategy)
        source = source_by(strategy, system, TARGETS[target], outputs, keys)
    except SymattnError as error:
        first = str(error).splitlines()[0]
        return None, _reason(first) or first
    compiled = KERNELS_OF_FLEX in source
    whole = WHOLE.get(name, 0.0)
    return Contestant(name, target, outputs, source, function_name(system), compiled=compiled, whole=whole), ""


def _reason(message: str) -> str:
    """What stands between the strategy that cannot compute something and the one that can."""
    for opening in (" compute: ", " tile by tile: "):
        if opening in message:
            return message.partition(opening)[2].partition(". strategy=")[0]
    return ""


def _missing(library: str, device: str) -> str:
    """Why code of a library cannot run, if it cannot."""
    if library == "numpy":
        return "NumPy computes on the CPU alone" if device != "cpu" else ""
    return "" if is_installed(library) else f"{library} is not installed: pip install 'symattn[{library}]'"


def is_installed(library: str) -> bool:
    """Whether a library can be imported, which is not done to find out."""
    try:
        return importlib.util.find_spec(library) is not None
    except ValueError:
        return False
