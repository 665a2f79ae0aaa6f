"""``symattn audit``: a claimed formula or a function against a mechanism, and the mistake that explains it."""

from __future__ import annotations

import json

import click

from symattn import limits
from symattn.auditing import MISTAKES, audit
from symattn.commands.options import OUTPUT, chosen_format, deliver, format_option, with_options
from symattn.commands.subjects import own_mechanism, refuse_without_equations
from symattn.defining import Mechanism
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.mechanisms import named
from symattn.reading import declared_within, read_equations

KNOWN = ("text", "json")


@click.command("audit")
@with_options(
    click.argument("name", required=False),
    click.option(
        "--equations",
        metavar="FILE|TEXT",
        help="Your own equations instead of NAME: a file, - for standard input, or the text itself.",
    ),
    click.option(
        "--input",
        "inputs",
        metavar="NAME=SHAPE",
        multiple=True,
        help="An input of --equations and its shape, as in Q='n d_k'; once for each.",
    ),
    click.option("--output", metavar="NAME", help="The result of --equations; the last equation unless named."),
    click.option("--claim", metavar="TEXT", help="What is claimed: a formula, or equations that end with it."),
    click.option("--claim-file", metavar="FILE", help="The same in a file; - is standard input."),
    click.option("--function", metavar="FILE.py:NAME", help="A Python function of NumPy or torch arrays as the claim."),
    click.option("--run", is_flag=True, help="Execute the file of --function: what it does, it does."),
    click.option(
        "--map",
        "mapped",
        metavar="PARAMETER=INPUT",
        multiple=True,
        help="Which input a parameter of --function is given, as in a=Q, where names and order do not say it.",
    ),
    click.option(
        "--value", metavar="NAME", help="What the claim is about, if not what it is named after or the output."
    ),
    click.option("--gradient", metavar="dNAME", help="The claim is about this value of the backward pass, as dQ."),
    click.option(
        "--instances",
        type=click.IntRange(1, limits.INSTANCES),
        default=16,
        show_default=True,
        metavar="N",
        help="Random instances to compare at.",
    ),
    click.option("--seed", type=click.IntRange(0), default=0, show_default=True, metavar="N", help="Of their numbers."),
    click.option(
        "--seconds",
        type=click.FloatRange(0, 3600, min_open=True),
        default=10.0,
        show_default=True,
        metavar="S",
        help="For the proof, and for each search.",
    ),
    click.option("--mistakes", is_flag=True, help="List the mistakes that can be named, and no more."),
    format_option(*KNOWN),
    OUTPUT,
)
def command(
    name: str | None,
    equations: str | None,
    inputs: tuple[str, ...],
    output: str | None,
    claim: str | None,
    claim_file: str | None,
    function: str | None,
    run: bool,
    mapped: tuple[str, ...],
    value: str | None,
    gradient: str | None,
    instances: int,
    seed: int,
    seconds: float,
    mistakes: bool,
    format_name: str | None,
    path: str | None,
) -> int:
    """Compare a claimed formula, or a function, with a mechanism: the same, or the smallest numbers that differ.

    Where one of the usual mistakes explains the difference, it is named. Names that a claim does not define are the
    mechanism's. A function is compared at random instances; it is executed only with --run. The exit status is 0 if
    the claim holds, 1 if it does not, 3 if that could not be decided.

    \b
    symattn audit scaled-dot --claim 'O = softmax(Q / sqrt(d_k) @ K.T) @ V'
    symattn audit causal --claim-file paper.txt
    symattn audit causal --function attention.py:attention --run
    """
    format_name, _ = chosen_format(format_name, path, False, KNOWN)
    if mistakes:
        deliver(listed(format_name), path)
        return 0
    system = subject(name, equations, inputs, output)
    claimed = claim_given(claim, claim_file, function)
    if (run or mapped) and function is None:
        raise click.UsageError(f"{'--run' if run else '--map'} belongs to --function, which is not given.")
    found = audit(
        claimed,
        system,
        value=value,
        gradient=gradient,
        run=run,
        arguments=read_mapped(mapped) if function is not None else None,
        instances=instances,
        seed=seed,
        seconds=seconds,
    )
    deliver(found.to(format_name), path)
    return found.exit_status


def subject(name: str | None, equations: str | None, inputs: tuple[str, ...], output: str | None) -> Mechanism:
    """The mechanism that something is claimed of.

    Errors: ``UsageError`` unless it is named or written out, and not both.
    """
    if (name is None) == (equations is None):
        what = "not both" if name is not None else "such as scaled-dot"
        raise click.UsageError(f"give the NAME of a mechanism or --equations, {what}; 'symattn list' has the names.")
    if name is not None:
        refuse_without_equations(inputs, output)
        return named(name)
    assert equations is not None
    return own_mechanism(equations, inputs, output)


def claim_given(claim: str | None, claim_file: str | None, function: str | None) -> str | EquationSystem:
    """The one claim among the options; a file that declares inputs is a mechanism.

    Errors: ``UsageError`` for none and for several.
    """
    given = [each for each in (claim, claim_file, function) if each is not None]
    if len(given) != 1:
        raise click.UsageError("give one of --claim, --claim-file and --function.")
    if function is not None:
        if ":" not in function:
            raise InputError(f"--function {function!r}: a function is named as in attention.py:attention.")
        return function if function.rpartition(":")[0].endswith(".py") else _not_python(function)
    if claim is not None:
        return claim
    assert claim_file is not None
    text = read_equations(claim_file, "--claim-file")
    declared, rest = declared_within(text)
    return own_mechanism(text, (), None) if declared else rest


def _not_python(function: str) -> str:
    raise InputError(
        f"--function {function!r}: the file is not called *.py; a function is named as in attention.py:attention."
    )


def read_mapped(texts: tuple[str, ...]) -> dict[str, str]:
    """What each parameter is given, from texts such as ``a=Q``.

    Errors: ``InputError`` for a text without ``=``.

    >>> read_mapped(("a=Q", "b=K"))
    {'a': 'Q', 'b': 'K'}
    """
    found = {}
    for text in texts:
        parameter, equals, source = (part.strip() for part in text.partition("="))
        if not (equals and parameter and source):
            raise InputError(f"--map {text!r}: write PARAMETER=INPUT, as in --map a=Q.")
        found[parameter] = source
    return found


def listed(format_name: str) -> str:
    """Every mistake that can be named."""
    if format_name == "json":
        rows = [{"name": row.name, "statement": row.statement, "source": row.source} for row in MISTAKES]
        return json.dumps(rows, ensure_ascii=False, indent=2)
    return "\n".join(f"{row.name}\n  {row.statement}\n  seen: {row.source}" for row in MISTAKES)
