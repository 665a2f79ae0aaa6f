"""``symattn gradient``: the backward pass of a mechanism as equations, worked through with numbers, or as code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from symattn import publishing
from symattn.auditing import verdict_as_dict
from symattn.commands.options import (
    EQUATIONS,
    NAME,
    RESULT,
    SETTINGS,
    chosen_format,
    deliver,
    with_options,
)
from symattn.commands.progress import note
from symattn.commands.subjects import (
    SELF_ATTENTION,
    own_mechanism,
    refuse_beside_equations,
    refuse_without_equations,
)
from symattn.defining import Mechanism
from symattn.errors import SymattnError
from symattn.examples import choose_scaled, numbers_for
from symattn.mechanisms import named
from symattn.reading import read_settings
from symattn.worked import Bound
from symattn.writing import check_target


@click.command("gradient")
@with_options(
    NAME,
    *EQUATIONS,
    click.option("--wrt", metavar="NAME", multiple=True, help="Only the gradient in this input; once for each."),
    click.option(
        "--output", metavar="NAME", help="The value that is differentiated; the mechanism's output if absent."
    ),
    click.option(
        "--mode",
        type=click.Choice(["reverse", "forward"]),
        default="reverse",
        show_default=True,
        help="Cotangents from the output back to the inputs, or tangents from the inputs on to the output.",
    ),
    *SETTINGS,
    click.option("--prove", is_flag=True, help="Say of each gradient how it is known instead, proved for every size."),
    click.option(
        "--code",
        "target",
        type=click.Choice(["numpy", "torch", "javascript"]),
        help="Print a Python module, or a JavaScript function, instead.",
    ),
    *RESULT,
)
def command(
    name: str | None,
    equations: str | None,
    inputs: tuple[str, ...],
    wrt: tuple[str, ...],
    output: str | None,
    mode: str,
    settings: tuple[str, ...],
    scaled: bool | None,
    prove: bool,
    target: str | None,
    format_name: str | None,
    path: str | None,
    digits: int,
    standalone: bool,
) -> int | None:
    """Derive the backward pass of a mechanism: cotangents dV, dP, dS, dQ, dK in the matrix form of a paper.

    dO is the cotangent of the output, ∂ℓ/∂O for a number ℓ that depends on it. With --set every step is worked through
    with numbers, the worked example's where only dO is set, and dO all ones where it is not. Without NAME: the worked
    example. With --mode forward: tangents, Q_dot of Q and so on, which are set, or all ones, as dO is.

    \b
    symattn gradient scaled-dot
    symattn gradient multi-head-causal --wrt W_Q -o backward.tex
    symattn gradient dot --set dO='1 0 0; 0 1 0; 0 0 -1'
    symattn gradient scaled-dot --code torch
    symattn gradient scaled-dot --mode forward --wrt Q
    symattn gradient linear --prove

    With --prove the exit status is 0 if every gradient is known with some evidence, 3 if one is not.
    """
    system = chosen(name, equations, inputs, scaled)
    if prove:
        if settings or target is not None or standalone:
            raise click.UsageError("--prove is about every size; it goes without --set, --code and --standalone.")
        return proofs(system, mode, output, wrt, format_name, path)
    if target is not None:
        if settings or format_name is not None or standalone:
            raise click.UsageError("--code prints code; --set, --format and --standalone go without it.")
        if path is not None and path != "-":
            check_target(path)
        deliver(source(derivative(system, mode, output, wrt), target), path)
        return None
    format_name, standalone = chosen_format(format_name, path, standalone)
    derived = derivative(system, mode, output, wrt)
    numbered = settings or (name is None and equations is None)
    presentation = publishing.derive(with_numbers(system, derived, settings) if numbered else derived)
    deliver(presentation.to(format_name, digits=digits, standalone=standalone), path)
    return None


def proofs(
    system: Mechanism, mode: str, output: str | None, wrt: tuple[str, ...], format_name: str | None, path: str | None
) -> int:
    """How each gradient, or tangent, is known, a line each or as JSON; gives the exit status."""
    format_name, _ = chosen_format(format_name, path, False, ("text", "json"))
    prove = system.prove_tangents if mode == "forward" else system.prove_gradients
    found = prove(output, wrt or None)
    if format_name == "json":
        verdicts = {name: verdict_as_dict(verdict) for name, verdict in found.verdicts.items()}
        deliver(json.dumps(verdicts, ensure_ascii=False, indent=2), path)
    else:
        deliver(str(found), path)
    return 3 if found.kind in ("unknown", "refuted") else 0


def derivative(system: Mechanism, mode: str, output: str | None, wrt: tuple[str, ...]) -> Mechanism:
    """The backward pass, or forward mode."""
    derive = system.jvp if mode == "forward" else system.backward
    return derive(output, wrt or None)


def source(system: Mechanism, target: str) -> str:
    """The module of a function that computes all results of a system, or the JavaScript function."""
    if target == "javascript":
        return system.javascript()
    function: Any = system.lambdify(target)
    return str(function.source)


def chosen(name: str | None, equations: str | None, inputs: tuple[str, ...], scaled: bool | None) -> Mechanism:
    """The user's own mechanism, or one of the library: the worked example's unless it is named.

    Errors: ``UnknownNameError``; ``UsageError`` for options that contradict one another; those of ``own_mechanism``.
    """
    if equations is None:
        refuse_without_equations(inputs, None)
        return named(choose_scaled(SELF_ATTENTION if name is None else name, scaled))
    refuse_beside_equations(name, scaled)
    return own_mechanism(equations, inputs, None)


def with_numbers(system: Mechanism, derived: Mechanism, settings: tuple[str, ...]) -> Bound:
    """The derived mechanism with numbers: those that are set, or the worked example's where none of its own are.

    What the mechanism itself does not have, such as dO, is all ones unless it is set.
    Errors: those of ``read_settings``, of ``numbers_for`` and of ``bind``.
    """
    own = {name: symbol for name, symbol in derived.inputs.items() if name not in system.inputs}
    given: dict[str, Any] = dict(read_settings(settings, {**system.inputs, **own}))
    worked = given.keys() <= own.keys()
    if worked:
        given |= numbers_for(system)
    try:
        sizes = system.bind({name: value for name, value in given.items() if name in system.inputs}).sizes
    except SymattnError as error:
        if not worked:
            raise
        raise error.in_context("with the numbers of the worked example; --set gives your own") from None
    for name in [name for name in own if name not in given]:
        given[name] = all_ones(shape_with(derived, name, sizes))
        note(f"{name} is all ones; --set {name}=VALUE gives other numbers.")
    return derived.bind({name: given[name] for name in derived.inputs})


def shape_with(system: Mechanism, name: str, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The shape of an input with these sizes."""
    return tuple(int(length) for length in system.at(**sizes).shape(name))


def all_ones(shape: tuple[int, ...]) -> Any:
    """Ones in nested tuples.

    >>> all_ones((2, 3))
    ((1, 1, 1), (1, 1, 1))
    """
    return (all_ones(shape[1:]),) * shape[0] if shape else 1
