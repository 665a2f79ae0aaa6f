"""``--set NAME=VALUE``: which input gets which numbers, typed or from which file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from symattn.errors import InputError
from symattn.language.names import printable, suggestion
from symattn.nodes import Value, lengths_of, shape_of
from symattn.reading.arrays import npy_numbers, npz_numbers
from symattn.reading.files import decoded, read_bytes, shown
from symattn.reading.json_numbers import json_numbers
from symattn.reading.numerals import NOT_FINITE
from symattn.reading.tables import Family, Matrix, csv_matrix, typed_family, typed_matrix
from symattn.shapes import show

Numbers = Fraction | Matrix | Family

SUFFIXES = (".csv", ".tsv", ".json", ".npy", ".npz")
PATH_LENGTH = 4096
NUMERIC = re.compile(r"[0-9+\-./eE,;|\s_]*")
PATH = re.compile(
    r"~.*|.*\.(?:[ct]sv|json|np[yz])(?::.*)?|[^\s;,]*\.[a-z]\w*|[^;,]*[/\\]\S*[a-z].*", re.DOTALL | re.IGNORECASE
)


def read_settings(settings: Iterable[str], inputs: Mapping[str, Value]) -> dict[str, Numbers]:
    """The numbers of each ``NAME=VALUE``, each fitted to the input of that name.

    Errors: ``InputError`` for text without ``=``, a name that is no input or is set twice, and for bad numbers.
    """
    values: dict[str, Numbers] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InputError(f"--set {printable(setting)}: write NAME=VALUE, as in X='1 0; 0 2' or X=x.csv.")
        if name not in inputs:
            hint = suggestion(name, inputs)
            listing = ", ".join(inputs)
            raise InputError(f"--set {printable(name)[1:-1]}: there is no such input.{hint} The inputs: {listing}.")
        if name in values:
            raise InputError(f"--set {name} is given twice; give one value.")
        axes = len(lengths_of(inputs[name]))
        values[name] = fitted(read_value(name, text, axes), inputs[name], name)
    return values


def read_value(name: str, text: str, axes: int = 0) -> Numbers:
    """Numbers from a text: typed, as JSON, or the path of a .csv, .json, .npy or .npz file; with axes a family.

    >>> read_value("X", "1 1/3; 0.1 0")
    ((Fraction(1, 1), Fraction(1, 3)), (Fraction(1, 10), Fraction(0, 1)))

    Errors: ``InputError`` that says what was asked, what was found and what would do.
    """
    if text.lstrip().startswith(("[", "{")):
        return json_numbers(text, name, name, axes)
    if len(text) > PATH_LENGTH or NUMERIC.fullmatch(text) or not (PATH.fullmatch(text) or _exists(text)):
        return _typed(text, name, axes)
    path, member = os.path.expanduser(text), None
    if not _exists(path) and (split := re.fullmatch(r"(.*\.npz):(.+)", path, re.DOTALL | re.IGNORECASE)):
        path, member = split[1], split[2]
    return read_file(name, path, member, axes)


def read_file(name: str, path: str, member: str | None = None, axes: int = 0) -> Numbers:
    """The numbers for the input ``name`` in a file whose suffix says how to read it; with axes a family.

    Errors: ``InputError``.
    """
    suffix = os.path.splitext(path)[1].lower()
    data = read_bytes(path, f"--set {name}")
    source = f"{name} from {shown(path)}"
    if suffix in (".csv", ".tsv"):
        if axes:
            raise InputError(
                f"--set {name}: {shown(path)} holds one matrix, and {name} is a family of matrices; give them in .json "
                f"or .npy, or typed, as in {name}='1 0; 0 1 | 2 0; 0 2'."
            )
        return csv_matrix(decoded(data, source), source)
    if suffix == ".json":
        return json_numbers(decoded(data, source), name, source, axes)
    if suffix == ".npy":
        return npy_numbers(data, source, axes)
    if suffix == ".npz":
        return npz_numbers(data, name, member, source, axes)
    kind = f"has the suffix {printable(suffix)}" if suffix else "has no suffix"
    raise InputError(f"--set {name}: {shown(path)} {kind}; numbers are read from {', '.join(SUFFIXES)}.")


def fitted(value: Numbers, symbol: Value, name: str) -> Numbers:
    """One number as a 1 × 1 matrix where the input is a matrix, and the other way round; a family as it is.

    Errors: ``InputError`` for a matrix where the input is a number.
    """
    if lengths_of(symbol):
        return value
    if shape_of(symbol):
        return ((value,),) if isinstance(value, Fraction) else value
    if isinstance(value, Fraction):
        return value
    if (rows := len(value), columns := len(value[0])) == (1, 1):
        return value[0][0]
    raise InputError(f"--set {name}: {name} is a number, found a matrix of shape {show((rows, columns))}.")


def _typed(text: str, name: str, axes: int) -> Matrix | Family:
    try:
        if not axes and "|" in text:
            raise InputError(f"{name}: found |, which stands between the members of a family; {name} is none.")
        return typed_family(text, name, axes) if axes else typed_matrix(text, name)
    except InputError as error:
        if text[:1].isalpha() and not NOT_FINITE.match(text):
            error.in_context(f"nor is there a file {shown(text)}")
        raise


def _exists(text: str) -> bool:
    try:
        return os.path.exists(text)
    except ValueError:
        return False
