"""Which input of a mechanism goes to which parameter of a function: by name, by what it is usually called, in order."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.language.names import suggestion
from symattn.nodes import IndexCondition

USUAL: Mapping[str, tuple[str, ...]] = {
    "Q": ("query", "queries"),
    "K": ("key", "keys"),
    "V": ("value", "values"),
    "X": ("inputs", "tokens", "hidden_states", "embeddings"),
    "Y": ("context", "memory", "encoder_hidden_states"),
    "B": ("bias", "attn_bias", "position_bias"),
    "c": ("softcap", "cap", "logit_cap", "logits_soft_cap"),
    "T": ("temperature",),
    "sigma": ("bandwidth",),
    "slope": ("slopes", "alibi_slopes"),
    "dO": ("grad", "grad_output", "grad_out", "dout", "upstream"),
    "M": ("mask", "attn_mask", "attention_mask"),
    "padding": ("key_padding_mask", "padding_mask", "mask", "attn_mask"),
    "H": ("heads", "num_heads", "n_heads", "nhead", "n_head"),
    "G": ("groups", "num_groups", "num_kv_heads", "n_kv_heads", "kv_heads", "num_key_value_heads"),
    "R": ("repeats", "n_rep", "group_size"),
    "d_k": ("head_dim", "dim_head", "d_head"),
}
"""What code calls the inputs and sizes of the library."""

CAUSAL = frozenset({"iscausal", "causal"})
"""Parameters that say whether the set of allowed keys is causal."""


@dataclass(frozen=True)
class Argument:
    """A parameter and what it is given: an input or a size by name, or a constant where there is no name."""

    parameter: str
    source: str
    constant: Any = None
    by_position: bool = False


def arguments_of(
    function: Callable[..., Any], system: EquationSystem, mapped: Mapping[str, str] | None = None
) -> tuple[Argument, ...]:
    """What each parameter is given; ``mapped`` says it by parameter, before all else.

    Errors: ``InputError`` for an input that no parameter takes and a parameter that nothing can be given to.

    >>> from symattn.mechanisms import named
    >>> [(each.parameter, each.source) for each in arguments_of(lambda query, key, value: None, named("dot"))]
    [('query', 'Q'), ('key', 'K'), ('value', 'V')]
    """
    title = getattr(function, "__name__", "the function")
    known = [*system.inputs, *(size.name for size in system.sizes)]
    try:
        parameters = list(inspect.signature(function).parameters.values())
        inspectable = True
    except (TypeError, ValueError):
        parameters, inspectable = [], False
    kinds = {each.kind for each in parameters}
    parameters = [each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    if not parameters and kinds == {inspect.Parameter.VAR_KEYWORD}:
        raise InputError(
            f"{title} takes arguments of any name (**), so that nothing says which is which; "
            "name its parameters, as in def attention(q, k, v)."
        )
    if not parameters and not kinds and inspectable:
        raise InputError(f"{title} takes no arguments; the inputs of {system.name} are {', '.join(system.inputs)}.")
    mapped = dict(mapped or {})
    _check_mapped(mapped, title, [each.name for each in parameters], system.name, known)
    if not parameters:
        return tuple(Argument("", name, by_position=True) for name in system.inputs)
    found: dict[str, Argument] = {}
    left = [name for name in known if name not in mapped.values()]
    for parameter in parameters:
        source = mapped.get(parameter.name) or _source(parameter.name, left)
        if source is not None:
            found[parameter.name] = _argument(parameter, source)
            left = [name for name in left if name != source]
        elif _plain(parameter.name) in CAUSAL:
            found[parameter.name] = Argument(parameter.name, "", has_positions_alone(system))
    inputs = [name for name in left if name in system.inputs]
    for parameter in parameters:
        if parameter.name not in found and parameter.default is parameter.empty:
            if not inputs:
                raise InputError(
                    f"{title} has the parameter {parameter.name}, for which {system.name} has nothing left; "
                    f"say what it is given, as in --map {parameter.name}={known[0]}, or give it a default."
                )
            found[parameter.name] = _argument(parameter, inputs.pop(0))
    if inputs:
        raise InputError(
            f"{title} takes no parameter for {', '.join(inputs)}; say which one it is, as in "
            f"--map {parameters[-1].name}={inputs[0]}."
        )
    return tuple(found[each.name] for each in parameters if each.name in found)


def _check_mapped(mapped: Mapping[str, str], title: str, own: list[str], mechanism: str, known: list[str]) -> None:
    for parameter, source in mapped.items():
        if parameter not in own:
            raise InputError(f"{title} has no parameter {parameter!r}; it has: {', '.join(own) or 'none'}.")
        if source not in known:
            hint = suggestion(source, known)
            raise InputError(f"{mechanism} has no input or size {source!r}.{hint} It has: {', '.join(known)}.")


def _argument(parameter: inspect.Parameter, source: str) -> Argument:
    return Argument(parameter.name, source, by_position=parameter.kind is parameter.POSITIONAL_ONLY)


def _source(parameter: str, known: Iterable[str]) -> str | None:
    known = list(known)
    for same in (str, _plain):
        for name in known:
            if same(name) == same(parameter):
                return name
    for name in known:
        if _plain(parameter) in map(_plain, USUAL.get(name, ())):
            return name
    return None


def _plain(name: str) -> str:
    """A name without case and underscores.

    >>> _plain("W_Q")
    'wq'
    """
    return re.sub(r"_", "", name).lower()


def has_positions_alone(system: EquationSystem) -> bool:
    """Whether an allowed set of the mechanism is given by positions alone, as a causal one is."""
    return any(equation.expression.atoms(IndexCondition) for equation in system.equations)
