"""``symattn bench``: the generated code against code written by hand, on the user's machine."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator

import click

from symattn.benching.machine_of_device import check_device
from symattn.benching.outcome import Settings
from symattn.benching.picture import picture_of
from symattn.benching.running import benchmark
from symattn.benching.tabulating import table
from symattn.benching.threads import available
from symattn.benching.wording import WORDS
from symattn.commands.options import (
    EQUATIONS,
    NAME,
    OUTPUT,
    chosen_format,
    deliver,
    format_option,
    language_option,
    with_options,
)
from symattn.commands.progress import Progress, note
from symattn.commands.subjects import own_mechanism, refuse_beside_equations, refuse_without_equations
from symattn.defining import Mechanism
from symattn.errors import InputError, LimitError, OutputError
from symattn.examples import choose_scaled
from symattn.limits import BENCHMARK_TOKENS, SIZE
from symattn.mechanisms import named
from symattn.pictures.picture import format_of
from symattn.writing import check_target

DEFAULT = "scaled-dot"
"""What is measured without a name."""

INTERRUPTED = 130

DTYPES = ("float32", "float64", "bfloat16", "float16")


@click.command("bench")
@with_options(
    NAME,
    *EQUATIONS,
    click.option("--output", metavar="NAME", help="The result of --equations; the last equation unless named."),
    click.option(
        "-n",
        "lengths",
        default="256,1024,4096",
        show_default=True,
        metavar="N,N",
        help="Numbers of tokens, queries and keys alike.",
    ),
    click.option(
        "--heads",
        type=click.IntRange(1, 1024),
        default=1,
        show_default=True,
        metavar="H",
        help="Heads, or as many batches for a mechanism that has none.",
    ),
    click.option(
        "--features",
        type=click.IntRange(1, 65536),
        default=64,
        show_default=True,
        metavar="D",
        help="Numbers in a query, key or value.",
    ),
    click.option("--size", "sizes", metavar="NAME=N", multiple=True, help="Another size of the mechanism."),
    click.option("--dtype", type=click.Choice(DTYPES), help="Unless given, float32, or bfloat16 on CUDA."),
    click.option(
        "--threads",
        type=click.IntRange(1, 4096),
        metavar="T",
        help="Threads of NumPy's BLAS and of torch; as many as there are processors unless given.",
    ),
    click.option("--strategies", metavar="A,B", help="Strategies of the generated code; all unless given."),
    click.option("--backward", is_flag=True, help="The output and the gradients in one."),
    click.option("--device", type=click.Choice(("cpu", "cuda")), default="cpu", show_default=True),
    click.option(
        "--seconds",
        type=click.FloatRange(1, 86400),
        default=60.0,
        show_default=True,
        metavar="S",
        help="Time for everything together; what would take longer is left out and says so.",
    ),
    click.option(
        "--repeat",
        "rounds",
        type=click.IntRange(1, 10000),
        metavar="N",
        help="Samples of each; as many as the time allows unless given.",
    ),
    click.option("--memory/--no-memory", default=True, show_default=True, help="Whether memory is measured."),
    click.option("--plot", "picture_path", metavar="FILE", help="Draw time and memory against n (.svg .pdf .png)."),
    language_option("The language of the table and the picture; JSON stays as it is."),
    format_option("text", "json"),
    OUTPUT,
)
def command(
    name: str | None,
    equations: str | None,
    inputs: tuple[str, ...],
    output: str | None,
    lengths: str,
    heads: int,
    features: int,
    sizes: tuple[str, ...],
    dtype: str | None,
    threads: int | None,
    strategies: str | None,
    backward: bool,
    device: str,
    seconds: float,
    rounds: int | None,
    memory: bool,
    picture_path: str | None,
    language: str,
    format_name: str | None,
    path: str | None,
) -> int:
    """Time the generated code on this machine, against code written by hand and the limit of the machine.

    Every strategy of NumPy and torch is compared with textbook NumPy, NumPy in place, eager torch and torch's own
    kernel, where the mechanism is attention of its inputs in a form that these have. Results are compared first, with
    direct code in float64; what is wrong is not timed, and the exit status is 1. Without NAME: scaled-dot.

    \b
    symattn bench causal -n 1024,4096 --heads 8
    symattn bench sliding-window --backward --plot window.svg
    symattn bench --equations mine.txt --dtype float64 -o mine.json
    symattn bench causal --lang zh
    """
    format_name, _ = chosen_format(format_name, path, False, ("text", "json"))
    if picture_path is not None:
        with _given_as_plot():
            format_of(picture_path)
            check_target(picture_path)
    check_device(device)
    if math.isnan(seconds):
        raise InputError("--seconds asks for a number of seconds, found nan.")
    chosen_dtype = dtype or ("bfloat16" if device == "cuda" else "float32")
    if device == "cpu" and chosen_dtype not in ("float32", "float64"):
        raise InputError(f"--dtype {chosen_dtype} is for --device cuda; on the CPU use float32 or float64.")
    settings = Settings(
        lengths=_lengths(lengths),
        heads=heads,
        features=features,
        dtype=chosen_dtype,
        threads=threads or available(),
        strategies=None if strategies is None else tuple(part.strip() for part in strategies.split(",")),
        backward=backward,
        device=device,
        seconds=seconds,
        rounds=rounds,
        sizes=_sizes(sizes),
        memory=memory,
    )
    subject = _subject(name, equations, inputs, output)
    with Progress() as progress:
        outcome = benchmark(subject, settings, progress)
    deliver(outcome.to_json() if format_name == "json" else table(outcome, language), path)
    if picture_path is not None and any(row.seconds is not None for row in outcome.rows):
        with _given_as_plot():
            picture_of(outcome, language).save(picture_path)
    elif picture_path is not None:
        note(WORDS.said(language, "not drawn", path=picture_path))
    if outcome.interrupted:
        note(WORDS.said(language, "interrupted"))
        return INTERRUPTED
    return 0 if outcome.passed else 1


@contextlib.contextmanager
def _given_as_plot() -> Iterator[None]:
    """Inside, a file that cannot be written is called by the option that gave it. Errors: ``OutputError``."""
    try:
        yield
    except OutputError as error:
        raise OutputError(error.message.replace("-o ", "--plot ", 1)) from None


def _subject(name: str | None, equations: str | None, inputs: tuple[str, ...], output: str | None) -> Mechanism:
    if equations is None:
        refuse_without_equations(inputs, output)
        return named(choose_scaled(name or DEFAULT, None))
    refuse_beside_equations(name, None)
    return own_mechanism(equations, inputs, output)


def _lengths(text: str) -> tuple[int, ...]:
    """Numbers of tokens, each once, in order. Errors: ``InputError``, ``LimitError`` above the bound."""
    found = []
    for part in text.split(","):
        if not (part.strip().isascii() and part.strip().isdigit()) or int(part) < 1:
            raise InputError(f"-n {text!r}: {part.strip()!r} is no whole number above 0; write -n 256,1024.")
        if int(part) > BENCHMARK_TOKENS:
            raise LimitError(f"-n {text!r}: {part.strip()} tokens; the most is {BENCHMARK_TOKENS}.")
        found.append(int(part))
    return tuple(sorted(set(found)))


def _sizes(texts: tuple[str, ...]) -> dict[str, int]:
    """Sizes by name. Errors: ``InputError``."""
    found = {}
    for text in texts:
        name, sign, number = text.partition("=")
        if not (sign and name.strip() and number.strip().isascii() and number.strip().isdigit()):
            raise InputError(f"--size {text!r} is no size: a name and a whole number from 1 on, as in --size d_a=32.")
        if name.strip() == "n":
            raise InputError(f"--size {text!r}: the number of tokens is given with -n.")
        if not 1 <= int(number) <= SIZE:
            raise InputError(f"--size {text!r}: a size is from 1 to {SIZE}.")
        found[name.strip()] = int(number)
    return found
