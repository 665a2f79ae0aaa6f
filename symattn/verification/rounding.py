"""First-order rounding analysis as an arithmetic: each number carries the error that floating point may give it.

A ``Rounded`` is a value ``x`` and its ``scale`` ``s``: a careful floating-point evaluation errs by a small multiple of
``u s``, where ``u`` is the unit roundoff (2^-53 for float64, 2^-24 for float32). Every operation passes on the scales
of its arguments by its derivative and adds its own rounding, relative to what it computes (Higham, *Accuracy and
Stability of Numerical Algorithms*, 2nd ed., section 3.3, running error analysis):

    a + b   s_a + s_b + |a + b|                   a b   s_a |b| + |a| s_b + |a b|
    A @ B   s_A |B| + |A| s_B + |A| |B|           a / b   s_a / |b| + |a| s_b / b^2 + |a / b|
    f(a)    |f'(a)| s_a + |f(a)|                  sum   sum of s + sum of |a|

*Second order.* To a product ``u s_a s_b`` is added, to matrix products and functions what corresponds to it: all that
is left where cancellation and saturation have taken the last digit of both factors, of ``dT`` and of ``1 - T * T``.

*Length of sums.* A sum of k terms rounds up to k - 1 times, so its worst case is (k - 1) u sum |a|. The scale does not
carry that factor: a check allows 50 u s, which is above the worst case of any one sum up to k = 50 and above the
sqrt(k) growth that is seen (Higham & Mary 2019, doi:10.1137/18M1226312) for far longer ones. Without the factor the
check is the stricter one.

*Underflow.* A product, quotient or function may lose what is below the smallest normal number ``w``; ``floor`` is
``w / u``, so that the same factor covers it.

*Whole numbers.* Sums and products of exact whole numbers below 2^24 are exact in every precision: no rounding is added.

*Infinity.* What adds a number to an exact infinity, as log-sum-exp gives over no keys, is that infinity, exactly.

*Ties.* Where a comparison decides, of a largest entry, a condition or the whole part of a number, and the margin is not
above the error, either outcome is right: the scale there is infinite, and ``doubt`` says why. Nothing can be compared.

*Where first order ends.* ``strain`` is the largest ratio, over all nonlinear steps so far, of the argument's scale to
the length over which the function is nearly linear. If ``u`` times it is not small, the analysis says nothing.

A ``Dual`` carries a value and its derivative along a direction, both ``Rounded``. With ``w̄`` the adjoint of a
step's result, ``ż`` the tangent of its argument and ``dw/dz`` the local derivative, forward mode rounds the terms
``(dw/dz) ż`` and feels that through ``w̄``; reverse mode rounds ``w̄ (dw/dz)`` and feels it through ``ż``. Either way
the error of <G, dO> is at most a small multiple of ``u`` times the sum of ``|w̄| |dw/dz| |ż|`` over all steps, to which
errors of the local derivatives themselves add ``|w̄| |δ(dw/dz)| |ż|``. The scale that the tangent carries forward bounds
this sum, since it takes absolute values on every path; so it is a scale for what reverse mode computes, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

Array = Any
"""A NumPy array of float64."""

FIRST_ORDER = 0.1
"""Largest ``u * strain`` at which second-order terms stay below a tenth of first-order ones."""


@dataclass(frozen=True)
class Function:
    """A function of one number with its first two derivatives, and the size of what a library rounds in computing it.

    ``rounding`` and ``slope_rounding`` are the absolute errors, in units of ``u``, of the function and of its
    derivative as gradients compute it; the results' own sizes unless given.
    """

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    curvature: Callable[[Array], Array]
    rounding: Callable[[Array], Array] | None = None
    slope_rounding: Callable[[Array], Array] | None = None


@dataclass(frozen=True)
class Rounded:
    """Values and the scales of their errors; arrays of one shape, ``()`` for a scalar."""

    value: Array
    scale: Array
    floor: float = 0.0
    strain: float = 0.0
    doubt: str = ""
    unit: float = 0.0

    def _made(self, value: Array, scale: Array, *others: Rounded, strain: float = 0.0) -> Rounded:
        floor, doubt, unit = self.floor, self.doubt, self.unit
        strain = max(self.strain, strain)
        for other in others:
            floor, strain, doubt = max(floor, other.floor), max(strain, other.strain), doubt or other.doubt
            unit = max(unit, other.unit)
        return Rounded(value, scale, floor, strain, doubt, unit)

    def _second_order(self, product: Array, *others: Rounded) -> Array:
        """``u`` times a product of scales; nothing where an infinite one meets a 0."""
        import numpy as np

        unit = max((self.unit, *(other.unit for other in others)))
        return unit * np.where(np.isnan(product), 0.0, product)

    def constant(self, value: Array) -> Rounded:
        """An exact constant beside this number."""
        return Rounded(value, abs(value) * 0.0, self.floor, unit=self.unit)

    def __add__(self, other: Rounded) -> Rounded:
        value = self.value + other.value
        rounding = abs(value)
        if _whole(rounding, self, other):
            return self._made(value, rounding * 0.0, other)
        scale = self.scale + other.scale + rounding
        if scale.shape and scale.max() == math.inf:
            scale[(rounding == math.inf) & (self._endless() | other._endless())] = 0.0
        return self._made(value, scale, other)

    def _endless(self) -> Array:
        """Where an infinity stands that is exact."""
        return (abs(self.value) == math.inf) & (self.scale == 0)

    def __sub__(self, other: Rounded) -> Rounded:
        return self + -other

    def __neg__(self) -> Rounded:
        return self._made(-self.value, self.scale)

    def __mul__(self, other: Rounded) -> Rounded:
        value = self.value * other.value
        if _whole(abs(value), self, other):
            return self._made(value, value * 0.0, other)
        scale = self.scale * abs(other.value) + abs(self.value) * other.scale + abs(value) + self.floor
        return self._made(value, scale + self._second_order(self.scale * other.scale, other), other)

    def __truediv__(self, other: Rounded) -> Rounded:
        value = self.value / other.value
        size = abs(other.value)
        scale = self.scale / size + abs(value) * other.scale / size + abs(value) + self.floor
        return self._made(value, scale, other, strain=_largest(other.scale / size))

    def __matmul__(self, other: Rounded) -> Rounded:
        a, b = abs(self.value), abs(other.value)
        sizes = a @ b
        if _whole(sizes, self, other):
            return self._made(self.value @ other.value, sizes * 0.0, other)
        scale = self.scale @ b + a @ other.scale + sizes + self.floor
        return self._made(self.value @ other.value, scale + self._second_order(self.scale @ other.scale, other), other)

    def transposed(self) -> Rounded:
        return self._made(self.value.T, self.scale.T)

    def total(self, axis: int | None) -> Rounded:
        """The sum over an axis, which stays with length 1; over everything for ``None``."""
        sums = [x.sum(axis=axis, keepdims=axis is not None) for x in (self.value, self.scale, abs(self.value))]
        return self._made(sums[0], sums[1] + (sums[2] * 0.0 if _whole(sums[2], self) else sums[2]))

    def largest(self, axis: int) -> Rounded:
        """The largest along an axis: it moves by no more than the entry that moves most, and is not rounded."""
        return self._made(self.value.max(axis=axis, keepdims=True), self.scale.max(axis=axis, keepdims=True))

    def below_largest(self, axis: int) -> tuple[Rounded, Rounded]:
        """Values less the largest along an axis, and the largest as a constant.

        Whatever the constant is, exactly it is subtracted and accounted for again, so its own error cancels; what
        stays is the rounding of the difference.
        """
        constant = self.constant(self.value.max(axis=axis, keepdims=True))
        return self - constant, constant

    def where(self, keys: Array, otherwise: float = 0.0) -> Rounded:
        """The entries at some places, and elsewhere an exact number: what stood there leaves no error behind."""
        value, scale = self.value.copy(), self.scale.copy()
        value[~keys], scale[~keys] = otherwise, 0.0
        return self._made(value, scale)

    def strained(self, strain: float) -> Rounded:
        """The same, first order ending sooner."""
        return self._made(self.value, self.scale, strain=strain)

    def doubted(self, places: Array, doubt: str) -> Rounded:
        """The same, with nothing known at some places."""
        if not places.any():
            return self
        scale = self.scale + 0.0 * places
        if scale.shape:
            scale[places | (scale < 0)] = math.inf
        return replace(self._made(self.value, scale if scale.shape else scale + math.inf), doubt=doubt)

    def apply(self, function: Function) -> Rounded:
        x = self.value
        value, slope, curvature = function.value(x), abs(function.slope(x)), abs(function.curvature(x))
        rounding = abs(value) if function.rounding is None else function.rounding(x)
        bend = _largest(_ratio(curvature * self.scale, slope + abs(value)))
        scale = slope * self.scale + rounding + self.floor
        return self._made(value, scale + self._second_order(curvature * self.scale * self.scale / 2), strain=bend)

    def slope(self, function: Function) -> Rounded:
        """The derivative of a function here."""
        x = self.value
        slope = function.slope(x)
        rounding = abs(slope) if function.slope_rounding is None else function.slope_rounding(x)
        return self._made(slope, abs(function.curvature(x)) * self.scale + rounding + self.floor)

    def at(self, place: tuple[Any, ...]) -> Rounded:
        """Some of the entries."""
        return self._made(self.value[place], self.scale[place])

    def zero(self) -> Rounded:
        """Zeros of the same shape."""
        return self.constant(self.value * 0.0)


@dataclass(frozen=True)
class Dual:
    """A value and its derivative along a direction, each with its scale; the operations are those of ``Rounded``."""

    value: Rounded
    tangent: Rounded

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __sub__(self, other: Dual) -> Dual:
        return Dual(self.value - other.value, self.tangent - other.tangent)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.tangent)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.value * other.value, self.tangent * other.value + self.value * other.tangent)

    def __truediv__(self, other: Dual) -> Dual:
        quotient = self.value / other.value
        return Dual(quotient, (self.tangent - quotient * other.tangent) / other.value)

    def __matmul__(self, other: Dual) -> Dual:
        return Dual(self.value @ other.value, self.tangent @ other.value + self.value @ other.tangent)

    def transposed(self) -> Dual:
        return Dual(self.value.transposed(), self.tangent.transposed())

    def total(self, axis: int | None) -> Dual:
        return Dual(self.value.total(axis), self.tangent.total(axis))

    def largest(self, axis: int) -> Dual:
        chosen = self.value.value == self.value.value.max(axis=axis, keepdims=True)
        mask = self.tangent.constant(chosen / chosen.sum(axis=axis, keepdims=True))
        return Dual(self.value.largest(axis), (self.tangent * mask).total(axis))

    def below_largest(self, axis: int) -> tuple[Dual, Dual]:
        less, constant = self.value.below_largest(axis)
        return Dual(less, self.tangent), Dual(constant, constant.zero())

    def where(self, keys: Array, otherwise: float = 0.0) -> Dual:
        return Dual(self.value.where(keys, otherwise), self.tangent.where(keys))

    def strained(self, strain: float) -> Dual:
        return Dual(self.value.strained(strain), self.tangent.strained(strain))

    def doubted(self, places: Array, doubt: str) -> Dual:
        return Dual(self.value.doubted(places, doubt), self.tangent.doubted(places, doubt))

    def apply(self, function: Function) -> Dual:
        return Dual(self.value.apply(function), self.value.slope(function) * self.tangent)

    def at(self, place: tuple[Any, ...]) -> Dual:
        return Dual(self.value.at(place), self.tangent.at(place))

    def constant(self, value: Array) -> Dual:
        """An exact constant beside this number."""
        constant = self.value.constant(value)
        return Dual(constant, constant.zero())


def joined(parts: Sequence[Any], join: Callable[[list[Array]], Array]) -> Any:
    """Several put together as ``join`` puts their arrays together; of duals, values and derivatives alike."""
    if isinstance(parts[0], Dual):
        values, tangents = [part.value for part in parts], [part.tangent for part in parts]
        return Dual(joined(values, join), joined(tangents, join))
    values, scales = [part.value for part in parts], [part.scale for part in parts]
    return parts[0]._made(join(values), join(scales), *parts[1:])


LARGEST_WHOLE = 2.0**24
"""Whole numbers below this are exact in every precision."""


def _whole(sizes: Array, *parts: Rounded) -> bool:
    """Whether exact whole numbers go into an operation, and nothing in it is larger than ``sizes``, which are small."""
    if any(part.scale.any() for part in parts):
        return False
    return all((part.value % 1 == 0).all() for part in parts) and bool((sizes < LARGEST_WHOLE).all())


def _ratio(a: Array, b: Array) -> Array:
    return a / (b + (b == 0) * 1.0)


def _largest(values: Array) -> float:
    return float(values.max()) if getattr(values, "size", 1) else 0.0
