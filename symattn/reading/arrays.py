"""Numbers in NumPy's files: .npy and .npz, their headers checked before any data is read, pickles never."""

from __future__ import annotations

import io
import math
import warnings
import zipfile
import zlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symattn import limits
from symattn.errors import InputError
from symattn.language.names import printable, suggestion
from symattn.reading.numerals import number_or_none
from symattn.reading.tables import Family, Matrix, bounded, family_over

MAGIC = b"\x93NUMPY"
KINDS = {
    "O": "Python objects",
    "V": "records",
    "U": "text",
    "S": "bytes",
    "c": "complex numbers",
    "M": "dates",
    "m": "durations",
    "T": "text",
}


def npy_numbers(data: bytes, source: str, axes: int = 0) -> Fraction | Matrix | Family:
    """The number (no axes) or matrix (two axes) of a .npy file, or the family over ``axes`` in front of these, exactly.

    A floating-point entry is the shortest decimal that rounds to it, as NumPy prints it and as a number given to
    ``bind`` is read: 0.1 is 1/10, in float64 and in float32.
    Errors: ``InputError`` for a file of another kind, of objects or complex numbers, of another number of axes, for
    NaN and infinity, and for a length that does not fit the header.
    """
    import numpy as np

    if not data.startswith(MAGIC):
        what = "a pickle" if data[:1] == b"\x80" else "something else"
        raise InputError(f"{source} is not an array of NumPy's (it begins like {what}); save it with numpy.save.")
    stream = io.BytesIO(data)
    shape, fortran_order, dtype = _header(stream, source)
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        what = KINDS.get(dtype.kind, str(dtype))
        raise InputError(f"{source} holds {what}; save real numbers, as numpy.asarray(X, dtype=float) makes them.")
    if axes and len(shape) != axes + 2:
        raise InputError(
            f"{source} has the shape {shape}; {family_over(axes)} has {axes + 2} axes, rows and columns last."
        )
    if not axes and len(shape) not in (0, 2):
        raise InputError(
            f"{source} has the shape {shape}; a matrix has two axes: reshape it to (rows, columns), "
            "(1, d) for a row, (d, 1) for a column."
        )
    member = ", and a family one member" if axes else ""
    if 0 in shape:
        raise InputError(f"{source} has the shape {shape}; a matrix has at least one row and one column{member}.")
    bounded(math.prod(shape), source)
    needed, left = math.prod(shape) * dtype.itemsize, len(data) - stream.tell()
    if needed != left:
        raise InputError(f"{source} has {left} bytes of numbers where its header says {needed}; save it again.")
    array = np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape, order="F" if fortran_order else "C")
    if not np.isfinite(array).all():
        raise _not_finite(array, source)
    floating = dtype.kind == "f"
    values: Any = (array.astype(str) if floating else array).tolist()
    return _exact(values, number_or_none if floating else Fraction)


def _exact(values: Any, number: Callable[[Any], Any]) -> Any:
    """Nested lists of numbers as nested tuples of exact ones."""
    if not isinstance(values, list):
        return number(values)
    return tuple([_exact(part, number) for part in values] if isinstance(values[0], list) else map(number, values))


def _not_finite(array: Any, source: str) -> InputError:
    """The error for the first entry that is no finite number, counted from 1 in rows and columns."""
    import numpy as np

    place = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0]) or (0, 0)
    member, (row, column) = place[:-2], place[-2:]
    where = f", member [{', '.join(map(str, member))}]" if member else ""
    entry = array[place] if array.ndim else array[()]
    message = f"row {row + 1}, column {column + 1}: found {entry}; the numbers of a matrix are finite."
    return InputError(f"{source}{where}, {message}")


def _header(stream: io.BytesIO, source: str) -> tuple[tuple[int, ...], bool, Any]:
    from numpy.lib import format as npy

    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        version = npy.read_magic(stream)
        if version not in readers:
            raise InputError(
                f"{source} has a header of version {version[0]}, which numbers do not need; save it again."
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return readers[version](stream, max_header_size=limits.ARRAY_HEADER_BYTES)
    except InputError:
        raise
    except Exception:  # NumPy reads a header with Python's tokenizer and parser, which fail in many ways
        raise InputError(f"{source} has a header that is not NumPy's; save it again with numpy.save.") from None


def npz_numbers(data: bytes, name: str, member: str | None, source: str, axes: int = 0) -> Fraction | Matrix | Family:
    """The array called ``member``, or like the input itself, of a .npz file.

    Errors: ``InputError`` as for .npy, for a member that is missing, stands there twice, or unpacks to too much.
    """
    if data.count(b"PK\x01\x02") > limits.ARCHIVE_MEMBERS:
        raise InputError(f"{source} holds more than {limits.ARCHIVE_MEMBERS} arrays, the most that is read.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return npy_numbers(_unpacked(archive, name, member, source), f"{member or name} of {source}", axes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{source} is not a whole .npz file; save it again with numpy.savez.") from None


def _unpacked(archive: zipfile.ZipFile, name: str, member: str | None, source: str) -> bytes:
    held = [info.filename.removesuffix(".npy") for info in archive.infolist()]
    wanted = member or name
    if wanted not in held:
        listing = ", ".join(printable(key)[1:-1] for key in held[:20]) or "nothing"
        choice = "" if member or not held else f"; choose one as in {name}=FILE.npz:{printable(held[0])[1:-1]}"
        raise InputError(f"{source} has no {printable(wanted)}.{suggestion(wanted, held)} It has: {listing}{choice}.")
    if held.count(wanted) > 1:
        raise InputError(f"{source} has {printable(wanted)} {held.count(wanted)} times; keep one of them.")
    info = archive.infolist()[held.index(wanted)]
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{source} is encrypted or packed in a way NumPy does not use; save it with numpy.savez.")
    if info.file_size > min(limits.FILE_BYTES, limits.COMPRESSION_RATIO * max(info.compress_size, 1)):
        raise InputError(
            f"{printable(wanted)} of {source} would unpack from {info.compress_size} to {info.file_size} bytes; "
            f"the most is {limits.FILE_BYTES} bytes, and {limits.COMPRESSION_RATIO} times as many as are packed."
        )
    with archive.open(info) as stream:
        return stream.read(info.file_size + 1)
