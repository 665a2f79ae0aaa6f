"""Operations on blocks of entries, of which the last axis is the batch: one row an operation."""

from __future__ import annotations

from collections.abc import Callable

from symattn.errors import MissingRowError


def _infix(sign: str) -> Callable[..., str]:
    return lambda *texts: f" {sign} ".join(texts)


def _call(name: str) -> Callable[..., str]:
    return lambda *texts: f"{name}({', '.join(texts)})"


def _chain(name: str) -> Callable[..., str]:
    def written(*texts: str) -> str:
        made = texts[0]
        for text in texts[1:]:
            made = f"{name}({made}, {text})"
        return made

    return written


def _power(base: str, exponent: str) -> str:
    if exponent == "2.0":
        return f"np.square({base})"
    if exponent == "0.5":
        return f"np.sqrt({base})"
    if exponent == "(-1.0)":
        return f"1.0 / {base}"
    return f"{base} ** {exponent}"


def _divide(x: str, y: str) -> str:
    """A quotient; by a power of two a product, which is the same and quicker."""
    return f"{x} * {_inverse(y)}" if _inverse(y) else f"{x} / {y}"


def _inverse(text: str) -> str:
    """The inverse of a power of two, which is exact; nothing for any other divisor."""
    divisor = float(text.strip("()")) if is_number(text) else 0.0
    is_power = divisor.hex().split("p")[0].lstrip("-") == "0x1.0000000000000" and 1e-30 < abs(divisor) < 1e30
    return f"({1.0 / divisor!r})" if is_power else ""


def is_number(text: str) -> bool:
    """Whether a text is one number, rather than a block."""
    try:
        float(text.strip("()"))
    except ValueError:
        return text in ("math.nan", "math.inf", "(-math.inf)")
    return True


def _chosen(*texts: str) -> str:
    """``np.where``; of two numbers in the dtype of all others."""
    text = f"np.where({', '.join(texts)})"
    return f"{text}.astype(_dtype)" if all(map(is_number, texts[1:])) else text


def _where(otherwise: str) -> Callable[..., str]:
    return lambda *texts: _chosen(" & ".join(texts[:-1]), texts[-1], otherwise)


OPERATIONS: dict[str, Callable[..., str]] = {
    "copy": lambda x: x,
    "add": _infix("+"),
    "subtract": _infix("-"),
    "multiply": _infix("*"),
    "divide": _divide,
    "share": _infix("/"),
    "negate": lambda x: f"-{x}",
    "power": _power,
    "remainder": _infix("%"),
    "finite": lambda x: f"np.maximum({x}, np.finfo(_dtype).min)",
    "at least one": lambda x: f"np.maximum({x}, 1)",
    "shifted exp": lambda score, top: f"np.exp({score} - {top})",
    "maximum": _chain("np.maximum"),
    "minimum": _chain("np.minimum"),
    "less": _infix("<"),
    "at most": _infix("<="),
    "greater": _infix(">"),
    "at least": _infix(">="),
    "equal": _infix("=="),
    "unequal": _infix("!="),
    "both": _infix("&"),
    "if": _chosen,
    "where": _where("0.0"),
    "where or lowest": _where("(-math.inf)"),
    "log of a total": _call("np.log"),
    "exp": _call("np.exp"),
    "log": _call("np.log"),
    "tanh": _call("np.tanh"),
    "erf": _call("_erf"),
    "cos": _call("np.cos"),
    "sin": _call("np.sin"),
    "floor": _call("np.floor"),
    "sqrt": _call("np.sqrt"),
    "abs": _call("np.abs"),
    "relu": _call("_relu"),
    "sigmoid": _call("_sigmoid"),
    "elu": _call("_elu"),
    "gelu": _call("_gelu"),
    "step": _call("_step"),
    "sign": _call("np.sign"),
}
"""The text of a block from those of its operands."""

REDUCTIONS: dict[str, str] = {"sum": "np.add.reduce", "max": "np.maximum.reduce", "top": "np.maximum.reduce"}
"""What is called for one number from each row."""

OVER_ROWS: dict[str, Callable[..., str]] = {
    "sum": lambda rows: f"np.add.reduce({rows}, axis=-2)",
    "max": lambda rows: f"np.maximum.reduce({rows}, axis=-2)",
    "top": lambda rows: f"np.maximum.reduce({rows}, axis=-2)",
    "threshold": lambda scores, alpha: f"_thresholds({scores}, {alpha})",
}
"""The text of what is made of rows, which lie along the last axis but one."""


def _onto(name: str) -> Callable[..., list[str]]:
    return lambda memory, *texts: [f"{name}({', '.join(texts)}, out={memory})"]


def _barred(otherwise: str) -> Callable[..., list[str]]:
    return lambda memory, *texts: [f"np.copyto({memory}, {otherwise}, where=~({' & '.join(texts[:-1])}))", memory]


IN_PLACE: dict[str, Callable[..., list[str]]] = {
    "add": _onto("np.add"),
    "multiply": _onto("np.multiply"),
    "subtract": _onto("np.subtract"),
    "divide": lambda memory, x, y: _onto("np.multiply" if _inverse(y) else "np.divide")(memory, x, _inverse(y) or y),
    "share": _onto("np.divide"),
    "negate": _onto("np.negative"),
    "finite": lambda memory, x: [f"np.maximum({x}, np.finfo(_dtype).min, out={memory})"],
    "at least one": lambda memory, x: [f"np.maximum({x}, 1, out={memory})"],
    "shifted exp": lambda memory, score, top: [
        f"np.subtract({score}, {top}, out={memory})",
        f"np.exp({memory}, out={memory})",
    ],
    "where": _barred("0.0"),
    "where or lowest": _barred("-np.inf"),
    "exp": _onto("np.exp"),
    "log": _onto("np.log"),
    "tanh": _onto("np.tanh"),
    "cos": _onto("np.cos"),
    "sin": _onto("np.sin"),
    "sqrt": _onto("np.sqrt"),
    "abs": _onto("np.abs"),
}
"""The same in memory that may be written over: lines, of which the last is the result. Others are made anew."""

ONE_CALL = frozenset({"add", "subtract", "multiply", "divide", "share", "negate", "exp", "tanh"})
"""Operations whose result goes into memory of an earlier block where there is some."""

TRUE_OR_FALSE = frozenset({"less", "at most", "greater", "at least", "equal", "unequal", "both"})
"""Operations whose block holds truth values."""

TRUTHS: dict[str, slice] = {
    "where": slice(0, -1),
    "where or lowest": slice(0, -1),
    "both": slice(0, None),
    "if": slice(0, 1),
}
"""Which operands are asked only whether they are 0."""


def array_text(operation: str) -> Callable[..., str]:
    """The row of an operation. Errors: ``MissingRowError`` for one that the table lacks."""
    if operation not in OPERATIONS:
        raise MissingRowError(f"the strategy scalar has no {operation!r}; add a row to lowering/scalar_arrays.py")
    return OPERATIONS[operation]
