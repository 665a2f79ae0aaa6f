"""Functions that the JavaScript target puts into a function whose code calls them, each as its text.

A matrix is an array of rows, a family an array of matrices, a row an array of numbers. Nothing is written over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HELPERS = {
    "_input": """
// The input of a name as new arrays of numbers of so many axes; true and false count as 1 and 0.
function _input(inputs, name, axes) {
  if (inputs === null || typeof inputs !== "object" || !Object.prototype.hasOwnProperty.call(inputs, name)) {
    throw new TypeError(`the input ${name} is missing.`);
  }
  const numbers = (value, axesLeft) => {
    if (axesLeft === 0) {
      if (typeof value !== "number" && typeof value !== "boolean") {
        const found = value === null ? "null" : typeof value;
        throw new TypeError(`${name} takes real numbers, nested ${axes} deep; found ${found}.`);
      }
      return Number(value);
    }
    if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
      throw new TypeError(`${name} takes arrays of numbers, nested ${axes} deep; found ${typeof value}.`);
    }
    if (!(value.length > 0)) {
      throw new RangeError(`${name} has an axis of length 0; at least one entry along each axis would do.`);
    }
    return Array.from(value, (part) => numbers(part, axesLeft - 1));
  };
  return numbers(inputs[name], axes);
}
""",
    "_checkShape": """
// Errors: RangeError unless a value of nested arrays has these lengths throughout.
function _checkShape(value, name, lengths, asked) {
  const isOf = (part, axis) => axis === lengths.length ||
    (part.length === lengths[axis] && part.every((inner) => isOf(inner, axis + 1)));
  if (!isOf(value, 0)) {
    const found = [];
    for (let part = value; Array.isArray(part); part = part[0]) {
      found.push(part.length);
    }
    const shape = lengths.join(", ") === found.join(", ") ? "rows of different lengths" : `(${found.join(", ")})`;
    throw new RangeError(`${name} takes shape (${asked}) = (${lengths.join(", ")}); found ${shape}.`);
  }
}
""",
    "_list": """
// [term(0), term(1), ...] of so many terms: entries of a row, rows of a matrix, members of a family.
function _list(length, term) {
  const made = [];
  for (let k = 0; k < length; k++) {
    made.push(term(k));
  }
  return made;
}
""",
    "_map": """
// f of every entry.
function _map(f, A) {
  return A.map((row) => row.map((x) => f(x)));
}
""",
    "_each": """
// f of the entries of two values at each place; a number, or a side of length 1, stretches.
function _each(f, A, B) {
  const left = typeof A === "number" ? [[A]] : A, right = typeof B === "number" ? [[B]] : B;
  const rows = left.length === 1 ? right.length : left.length;
  const columns = left[0].length === 1 ? right[0].length : left[0].length;
  const at = (M, i, j) => M[M.length === 1 ? 0 : i][M[0].length === 1 ? 0 : j];
  return _list(rows, (i) => _list(columns, (j) => f(at(left, i, j), at(right, i, j))));
}
""",
    "_plus": """
// A + B, entry by entry.
function _plus(A, B) {
  return _each((a, b) => a + b, A, B);
}
""",
    "_minus": """
// A - B, entry by entry.
function _minus(A, B) {
  return _each((a, b) => a - b, A, B);
}
""",
    "_times": """
// A * B, entry by entry.
function _times(A, B) {
  return _each((a, b) => a * b, A, B);
}
""",
    "_over": """
// A / B, entry by entry.
function _over(A, B) {
  return _each((a, b) => a / b, A, B);
}
""",
    "_power": """
// A ** c, entry by entry.
function _power(A, c) {
  return _map((a) => Math.pow(a, c), A);
}
""",
    "_negative": """
// -A.
function _negative(A) {
  return _map((a) => -a, A);
}
""",
    "_transpose": """
// The rows of A as columns.
function _transpose(A) {
  return A[0].map((_, j) => A.map((row) => row[j]));
}
""",
    "_product": """
// A @ B: row i of A times column j of B.
function _product(A, B) {
  return A.map((row) => B[0].map((_, j) => {
    let total = 0;
    for (let r = 0; r < B.length; r++) {
      total += row[r] * B[r][j];
    }
    return total;
  }));
}
""",
    "_constant": """
// A matrix whose entries are all one number.
function _constant(rows, columns, x) {
  return _list(rows, () => _list(columns, () => x));
}
""",
    "_identity": """
// 1 on the diagonal, 0 elsewhere.
function _identity(n) {
  return _list(n, (i) => _list(n, (j) => (i === j ? 1 : 0)));
}
""",
    "_sum": """
// The sum of a list.
function _sum(list) {
  let total = 0;
  for (const x of list) {
    total += x;
  }
  return total;
}
""",
    "_mean": """
// The mean of a list.
function _mean(list) {
  return _sum(list) / list.length;
}
""",
    "_largest": """
// The largest number of a list.
function _largest(list) {
  let most = -Infinity;
  for (const x of list) {
    most = Math.max(most, x);
  }
  return most;
}
""",
    "_norm": """
// The Euclidean length of a list.
function _norm(list) {
  return Math.sqrt(_sum(list.map((x) => x * x)));
}
""",
    "_ofRows": """
// One number from each row, as a column.
function _ofRows(f, A) {
  return A.map((row) => [f(row)]);
}
""",
    "_ofColumns": """
// One number from each column, as a row.
function _ofColumns(f, A) {
  return [_transpose(A).map((column) => f(column))];
}
""",
    "_sumOver": """
// term(0) + term(1) + ... of so many matrices.
function _sumOver(length, term) {
  let total = term(0);
  for (let k = 1; k < length; k++) {
    total = _plus(total, term(k));
  }
  return total;
}
""",
    "_sideBySide": """
// Matrices side by side.
function _sideBySide(parts) {
  return parts[0].map((_, i) => [].concat(...parts.map((part) => part[i])));
}
""",
    "_oneBelowAnother": """
// Matrices one below another.
function _oneBelowAnother(parts) {
  return [].concat(...parts);
}
""",
    "_checkInside": """
// Errors: RangeError for a position that is not among 0 .. length - 1.
function _checkInside(position, length, what) {
  if (!Number.isInteger(position) || position < 0 || position >= length) {
    throw new RangeError(`${what}: position ${position} is outside a length of ${length}.`);
  }
}
""",
    "_part": """
// list[position], of a family a member, of a row an entry.
function _part(list, position, what) {
  _checkInside(position, list.length, what);
  return list[position];
}
""",
    "_block": """
// So many rows and columns of A, from a row and a column on.
function _block(A, top, left, rows, columns, what) {
  _checkInside(top, A.length - rows + 1, what);
  _checkInside(left, A[0].length - columns + 1, what);
  return A.slice(top, top + rows).map((row) => row.slice(left, left + columns));
}
""",
    "_scatter": """
// Entry (a, b) is the sum of M[i][j] over all i, j that place(i, j) sends there; what falls outside is left out.
function _scatter(M, rows, columns, place) {
  const whole = _constant(rows, columns, 0);
  M.forEach((row, i) => row.forEach((x, j) => {
    const [a, b] = place(i, j);
    if (a >= 0 && a < rows && b >= 0 && b < columns) {
      whole[a][b] += x;
    }
  }));
  return whole;
}
""",
    "_intersection": """
// 1 where both sets allow a key, else 0.
function _intersection(A, B) {
  return _each((a, b) => (a !== 0 && b !== 0 ? 1 : 0), A, B);
}
""",
    "_allowedKeys": """
// Which keys a query may attend to: all of them, or those where a set, whose sides of length 1 stretch, is not 0.
function _allowedKeys(count, allowed, i) {
  const row = allowed === null ? [1] : allowed[allowed.length === 1 ? 0 : i];
  return _list(count, (j) => j).filter((j) => row[row.length === 1 ? 0 : j] !== 0);
}
""",
    "_weights": """
// Weights of the allowed scores of each row by a rule; other keys have weight 0, all of them in a row without keys.
function _weights(rule, S, allowed = null) {
  return S.map((row, i) => {
    const keys = _allowedKeys(row.length, allowed, i), weights = row.map(() => 0);
    const found = keys.length === 0 ? [] : rule(keys.map((j) => row[j]));
    keys.forEach((j, k) => {
      weights[j] = found[k];
    });
    return weights;
  });
}
""",
    "_softmax": """
// exp(s) / sum of exp(s), shifted by the largest score so that exp stays at most 1.
function _softmax(scores) {
  const largest = _largest(scores);
  const exponentials = scores.map((s) => Math.exp(s - largest));
  const total = _sum(exponentials);
  return exponentials.map((e) => e / total);
}
""",
    "_hardmax": """
// All the weight on the largest score, shared equally where several are largest.
function _hardmax(scores) {
  const largest = _largest(scores);
  const count = scores.filter((s) => s === largest).length;
  return scores.map((s) => (s === largest ? 1 / count : 0));
}
""",
    "_shifted": """
// The scores times a factor, the largest 0; those below -2 have no weight under entmax however far they lie.
function _shifted(scores, factor) {
  const largest = Math.max(_largest(scores), -Number.MAX_VALUE);
  return scores.map((s) => Math.max(factor * (s - largest), -2));
}
""",
    "_sparsemax": """
// max(s - tau, 0), tau such that it sums to 1: the largest scores, found by sorting, share 1.
function _sparsemax(scores) {
  const s = _shifted(scores, 1), falling = s.slice().sort((a, b) => b - a);
  let total = 0, size = 0;
  falling.forEach((x, k) => {
    total += x;
    size += 1 + (k + 1) * x > total ? 1 : 0;
  });
  const kept = s.filter((x) => x >= falling[size - 1]);
  const tau = (_sum(kept) - 1) / kept.length;
  return s.map((x) => Math.max(x - tau, 0));
}
""",
    "_entmax15": """
// max(s / 2 - tau, 0) squared, tau such that it sums to 1: of the largest scores, found by sorting, tau solves a
// quadratic equation.
function _entmax15(scores) {
  const s = _shifted(scores, 0.5), falling = s.slice().sort((a, b) => b - a);
  const tauOf = (list) => {
    const mean = _mean(list), spread = _sum(list.map((x) => (x - mean) * (x - mean)));
    return mean - Math.sqrt(Math.max((1 - spread) / list.length, 0));
  };
  const size = falling.filter((x, k) => tauOf(falling.slice(0, k + 1)) <= x).length;
  const tau = tauOf(s.filter((x) => x >= falling[size - 1]));
  return s.map((x) => Math.pow(Math.max(x - tau, 0), 2));
}
""",
    "_entmax": """
// max((alpha - 1) s - tau, 0) ** (1 / (alpha - 1)), tau such that it sums to 1, found by bisection.
function _entmax(scores, alpha) {
  const s = _shifted(scores, alpha - 1), power = 1 / (alpha - 1);
  const weightsOf = (tau) => s.map((x) => Math.pow(Math.max(x - tau, 0), power));
  let tau = -1, width = 1;
  for (let step = 0; step < 57; step++) {
    width /= 2;
    tau = _sum(weightsOf(tau + width)) >= 1 ? tau + width : tau;
  }
  const weights = weightsOf(tau), total = _sum(weights);
  return weights.map((w) => w / total);
}
""",
    "_logSumExp": """
// log(sum of exp(s)) over the allowed scores of each row, shifted as softmax is; -Infinity for a row without keys.
function _logSumExp(S, allowed = null) {
  return S.map((row, i) => {
    const scores = _allowedKeys(row.length, allowed, i).map((j) => row[j]), largest = _largest(scores);
    const isFinite = Math.abs(largest) !== Infinity;
    return [isFinite ? largest + Math.log(_sum(scores.map((s) => Math.exp(s - largest)))) : largest];
  });
}
""",
    "_sigmoid": """
// 1 / (1 + exp(-x)); exp is only taken of -|x|, so that nothing overflows.
function _sigmoid(x) {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}
""",
    "_relu": """
// The larger of x and 0.
function _relu(x) {
  return Math.max(x, 0);
}
""",
    "_step": """
// 1 where x > 0, else 0.
function _step(x) {
  return x > 0 ? 1 : 0;
}
""",
    "_elu": """
// x where x > 0, else exp(x) - 1.
function _elu(x) {
  return x > 0 ? x : Math.expm1(x);
}
""",
    "_erf": """
// The error function: a series of positive terms up to 1, beyond it 1 less its complement.
function _erf(x) {
  if (Math.abs(x) >= 1) {
    return Math.sign(x) * (1 - _erfc(Math.abs(x)));
  }
  let term = 1, total = 1;
  for (let k = 1; k < 30; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    total += term;
  }
  return (2 * x * Math.exp(-x * x) * total) / Math.sqrt(Math.PI);
}
""",
    "_erfc": """
// 1 - erf(x) without cancellation: from 1 on by Laplace's continued fraction, evaluated from its 200th term.
function _erfc(x) {
  if (x < 1) {
    return x <= -1 ? 2 - _erfc(-x) : 1 - _erf(x);
  }
  let rest = 0;
  for (let k = 200; k > 0; k--) {
    rest = k / 2 / (x + rest);
  }
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + rest));
}
""",
    "_gelu": """
// x (1 + erf(x / sqrt 2)) / 2, the exact form.
function _gelu(x) {
  return (x * _erfc(-x / Math.SQRT2)) / 2;
}
""",
    "_remainder": """
// a % b with the sign of b; whole numbers are exact as long as they have at most 53 bits.
function _remainder(a, b) {
  if (Math.abs(a) > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`a remainder of ${a}, which is too large to be told from its neighbours.`);
  }
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}
""",
    "_quotient": """
// The largest whole number that is not above a / b, of whole numbers, without rounding.
function _quotient(a, b) {
  return (a - _remainder(a, b)) / b;
}
""",
    "_floor": """
// The largest whole number that is not above x; what is within rounding of a whole number is taken for it.
function _floor(x) {
  const nearest = Math.round(x);
  return Math.abs(x - nearest) <= 1e-12 * Math.max(1, Math.abs(x)) ? nearest : Math.floor(x);
}
""",
}

CALLED = re.compile(r"\b_[A-Za-z]\w*")


def needed(names: Iterable[str]) -> list[str]:
    """The texts of some helpers and of those that they call, in the order of the table.

    >>> [text.split("(")[0].split()[-1] for text in needed(["_mean"])]
    ['_sum', '_mean']
    """
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += [other for other in CALLED.findall(HELPERS[name]) if other in HELPERS]
    return [text.strip() for name, text in HELPERS.items() if name in found]
