"""Exercises about sizes: the variance of scores, parameters of a layer, bytes of a cache, where costs are equal."""

from __future__ import annotations

from fractions import Fraction

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations


def variance(draw: Draw) -> Task:
    """The width and the variance of the entries, of a normal distribution or a uniform one from -1 to 1."""
    entry = draw.one_of((Fraction(1), Fraction(1, 3)))
    system = equations({"d": "scalar", "v": "scalar"}, "y = d * v**2")
    slips: tuple[Slip, ...] = (
        Slip("slip scaled variance", {"y": "v**2"}),
        Slip("slip deviation for variance", {"y": "sqrt(d) * v"}),
    )
    if entry != 1:
        slips += (Slip("slip variance not squared", {"y": "d * v"}),)
    question = "ask variance normal" if entry == 1 else "ask variance uniform"
    return Task(
        system,
        {"d": draw.one_of((16, 32, 64, 128)), "v": entry},
        "y",
        slips=slips,
        shown=False,
        hidden=frozenset({"v"}),
        question=question,
    )


def parameters(draw: Draw) -> Task:
    """The width of a model and the number of its heads, which does not matter; with biases or without."""
    heads = draw.one_of((2, 4, 8))
    biased = draw.one_of((0, 1))
    system = equations(
        {"d": "scalar", "h": "scalar", "b": "scalar"},
        """
        w = d / h
        y = h * (3 * d * w + w * d) + b * (3 * h * w + d)
        """,
    )
    slips = (
        Slip("slip output projection missing", {"y": "h * (3 * d * w) + b * (3 * h * w)"}),
        Slip("slip times the heads", {"y": "h * (4 * d**2 + 4 * b * d)"}),
        Slip("slip biases", {"y": "4 * d**2 + 4 * (1 - b) * d"}),
        Slip("slip one matrix", {"y": "d**2 + b * d"}),
    )
    numbers = {"d": heads * draw.one_of((16, 32, 64)), "h": heads, "b": biased}
    question = "ask parameters biased" if biased else "ask parameters"
    return Task(system, numbers, "y", slips=slips, shown=False, hidden=frozenset({"b"}), question=question)


def cache(draw: Draw) -> Task:
    """Layers, heads, widths, tokens and the bytes of a number."""
    numbers = {
        "l": draw.one_of((16, 24, 32)),
        "h": draw.one_of((4, 8, 16)),
        "d": draw.one_of((64, 128)),
        "n": draw.one_of((1024, 2048, 4096)),
        "b": draw.one_of((1, 2, 4)),
    }
    system = equations(dict.fromkeys("lhdnb", "scalar"), "y = 2 * l * h * d * n * b")
    slips = (
        Slip("slip keys without values", {"y": "l * h * d * n * b"}),
        Slip("slip numbers for bytes", {"y": "2 * l * h * d * n"}),
        Slip("slip one layer", {"y": "2 * h * d * n * b"}),
        Slip("slip one head", {"y": "2 * l * d * n * b"}),
    )
    return Task(system, numbers, "y", slips=slips, shown=False)


def latent(draw: Draw) -> Task:
    """The width of a latent and of the rotated part against all heads: the part of a cache that is left."""
    numbers = {
        "c": draw.one_of((256, 512)),
        "r": draw.one_of((32, 64)),
        "h": draw.one_of((32, 64, 128)),
        "d": draw.one_of((64, 128)),
    }
    system = equations(dict.fromkeys("crhd", "scalar"), "y = (c + r) / (2 * h * d)")
    slips = (
        Slip("slip keys without values", {"y": "(c + r) / (h * d)"}),
        Slip("slip rotated part missing", {"y": "c / (2 * h * d)"}),
        Slip("slip latent twice", {"y": "2 * (c + r) / (2 * h * d)"}),
        Slip("slip inverse", {"y": "(2 * h * d) / (c + r)"}),
    )
    return Task(system, numbers, "y", slips=slips, shown=False)


def crossing(draw: Draw) -> Task:
    """The width of a model: at how many tokens the products with the weights cost what the projections cost."""
    system = equations({"d": "scalar"}, "n = 2 * d")
    slips = (
        Slip("slip equal to the width", {"n": "d"}),
        Slip("slip three projections", {"n": "3 * d / 2"}),
        Slip("slip one product", {"n": "4 * d"}),
    )
    numbers = {"d": 64 * draw.whole(2, 32)}
    return Task(system, numbers, "n", slips=slips, shown=False, remark="remark crossing")


KINDS = (
    Kind("variance", "costs", variance),
    Kind("parameters", "costs", parameters),
    Kind("cache", "costs", cache),
    Kind("latent-cache", "costs", latent),
    Kind("crossing", "costs", crossing),
)
