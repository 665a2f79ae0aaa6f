"""The backward pass of a mechanism proved: every cotangent for every size, and the parts that were given names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symattn.calculus import backward, named_parts
from symattn.equations import Equation, EquationSystem
from symattn.errors import InputError
from symattn.proof import equality
from symattn.proof.chain_rule import SECONDS, BackwardProof, ReverseMode, prove_backward

CLAIMED = "claimed"
"""What an original equation is called while it is compared with the one whose parts have names; grows until free."""


def prove_gradients(
    system: EquationSystem,
    output: str | None = None,
    wrt: str | Iterable[str] | None = None,
    seconds: float = SECONDS,
    claimed: EquationSystem | None = None,
    only: Iterable[str] | None = None,
) -> BackwardProof:
    """Whether the backward pass of a mechanism is right for every size: its own, or another one that is ``claimed``.

    Two things are shown in index notation: the forward equations with named parts are the mechanism's, and each
    cotangent is what the chain rule asks for. ``seconds`` is for one cotangent; ``only`` names the values whose
    cotangents are looked at.
    Errors: ``UnknownNameError`` for a name that the mechanism does not have.

    >>> from symattn.mechanisms import named
    >>> prove_gradients(named("scaled-dot")).verdict("Q").kind
    'proved'
    """
    forward = named_parts(system, output, wrt)
    same_forward(system, forward)
    whole = backward(system, output, wrt) if claimed is None else claimed
    return prove_backward(ReverseMode.of(whole, forward), seconds, only)


def same_forward(system: EquationSystem, forward: tuple[Equation, ...], seconds: float = SECONDS) -> None:
    """That equations with named parts come to the same as a mechanism's.

    Errors: ``InputError`` for an equation that is another, or that cannot be shown to be the same.
    """
    for equation in forward:
        known = system.by_name.get(equation.name)
        if known is None or known == equation:
            continue
        name = CLAIMED
        while name in system.by_name or name in system.inputs:
            name += "_1"
        whole = replace(system, equations=(*forward, replace(known, name=name)), output=name)
        argument = equality.argue(whole, equation.name, name, seconds)
        if not argument.holds:
            raise InputError(f"{equation.name} with named parts is not shown to be the mechanism's: {argument.reason}.")
