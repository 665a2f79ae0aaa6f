"""Functions that the NumPy target puts into a module whose code calls them, each as its text."""

HELPERS = {
    "_length": '''
def _length(value, axis):
    """The length of an axis, counted from the end; 0 where there is none."""
    try:
        return value.shape[axis]
    except (AttributeError, IndexError):
        shape = np.shape(value)
        return shape[axis] if len(shape) >= -axis else 0
''',
    "_stacked": '''
def _stacked(*values):
    """How many matrices the longest stack among some values has."""
    return max(math.prod(np.shape(value)[:-2]) for value in values)
''',
    "_matrix": '''
def _matrix(value, name, axes=2):
    """The value as an array of floats with at least so many axes; whole numbers and truth values become float64."""
    array = np.asarray(value)
    if array.dtype.kind != "f":
        if array.dtype.kind not in "iub":
            raise TypeError(f"{name} takes real numbers; found dtype {array.dtype}.")
        array = array.astype(np.float64)
    if array.ndim < axes:
        asked = "a matrix, or a stack of matrices" if axes == 2 else f"a family of matrices, of {axes} axes or more"
        raise ValueError(f"{name} takes {asked}; found shape {array.shape}.")
    return array
''',
    "_truth": '''
def _truth(value, name, axes=2):
    """The value as truth values with at least so many axes: True for every entry other than 0."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} takes truth values or real numbers; found dtype {array.dtype}.")
    if array.ndim < axes:
        asked = "a matrix, or a stack of matrices" if axes == 2 else f"a family of matrices, of {axes} axes or more"
        raise ValueError(f"{name} takes {asked}; found shape {array.shape}.")
    return array if array.dtype.kind == "b" else array != 0
''',
    "_number": '''
def _number(value, name, dtype=None):
    """One number, or an array of one number a batch, as matrices of one entry; a single number takes the dtype."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} takes real numbers; found dtype {array.dtype}.")
    if array.ndim == 0 and dtype is not None:
        array = array.astype(dtype)
    elif array.dtype.kind != "f":
        array = array.astype(np.float64)
    return array[..., None, None]
''',
    "_upstream": '''
def _upstream(cotangent, axes, batches, dtypes):
    """The cotangent of the output with the batches and the dtype that the output has; a view where only they lack."""
    cotangent = cotangent.astype(np.result_type(cotangent, *dtypes), copy=False)
    own = cotangent.shape[:-axes]
    if all(batch == own for batch in batches):
        return cotangent
    return np.broadcast_to(cotangent, np.broadcast_shapes(own, *batches) + cotangent.shape[-axes:])
''',
    "_side_by_side": '''
def _side_by_side(stack, *axes):
    """The matrices along an axis, or several, put side by side, (..., h, n, d) -> (..., n, h * d)."""
    axes = axes or (-3,)
    last = 1 + len(axes)
    rows = np.array(np.moveaxis(stack, axes, range(-last, -1)), order="C")
    return rows.reshape(*rows.shape[:-last], math.prod(rows.shape[-last:]))
''',
    "_one_below_another": '''
def _one_below_another(stack, *axes):
    """The matrices along an axis, or several, put one below another, (..., h, n, d) -> (..., h * n, d)."""
    axes = axes or (-3,)
    last = 2 + len(axes)
    stack = np.moveaxis(stack, axes, range(-last, -2))
    return stack.reshape(*stack.shape[:-last], math.prod(stack.shape[-last:-1]), stack.shape[-1])
''',
    "_only_allowed": '''
def _only_allowed(scores, allowed):
    """The scores, with -inf for keys that are not allowed; in their own memory unless the set has more batches."""
    if np.broadcast_shapes(scores.shape, allowed.shape) != scores.shape:
        return np.where(allowed, scores, -np.inf)
    np.copyto(scores, -np.inf, where=~allowed)
    return scores
''',
    "_each_times": '''
def _each_times(stack, matrix, lacking=1):
    """Each matrix of a stack times one matrix, which lacks that many of the stack's last axes: all rows at once."""
    lengths = stack.shape[-2 - lacking : -1]
    product = stack.reshape(*stack.shape[: -2 - lacking], math.prod(lengths), stack.shape[-1]) @ matrix
    return product.reshape(*product.shape[:-2], *lengths, product.shape[-1])
''',
    "_times_each": '''
def _times_each(matrix, stack, lacking=1, axes=1):
    """One matrix, which lacks so many of a stack's last axes, times each matrix of a stack of so many axes and batches.

    Where there are more numbers in the matrix and its batches than in the whole stack, and only the matrix has batches,
    the columns of the stack are one product, (..., n, d) @ (d, h * k), and the result is a view of it. Likewise where
    both have the same batches and the matrix has at least as many rows as the stack has columns.
    """
    batches = stack.shape[: -2 - axes]
    alike = batches == matrix.shape[: -2 - axes + lacking] and matrix.shape[-2] >= stack.shape[-1]
    if not alike if batches else matrix.size < stack.size:
        return matrix[(..., *[None] * lacking, slice(None), slice(None))] @ stack
    lengths = stack.shape[-2 - lacking : -2] + stack.shape[-1:]
    columns = np.moveaxis(stack, -2, -2 - lacking)
    product = matrix @ columns.reshape(*columns.shape[: -1 - lacking], math.prod(lengths))
    return np.moveaxis(product.reshape(*product.shape[:-1], *lengths), -2 - lacking, -2)
''',
    "_weighted_sum": '''
def _weighted_sum(weights, terms, over=1, sums=0):
    """The terms along so many axes before rows and columns, each times its weight, added up; with so many axes of
    weights before those, a sum for each place along them.
    """
    lengths, shape = weights.shape[-2 - over - sums : -2 - over], terms.shape[-2:]
    count = math.prod(terms.shape[-2 - over : -2])
    weights = weights.reshape(*weights.shape[: -2 - over - sums], math.prod(lengths), count)
    whole = weights @ terms.reshape(*terms.shape[: -2 - over], count, math.prod(shape))
    return whole.reshape(*whole.shape[:-2], *lengths, *shape)
''',
    "_windows": '''
def _windows(matrix, first, counts, shape):
    """[..., u, v, i, j] is matrix[first[0] + u + i, first[1] + v + j], 0 beyond the edges, for counts of u and v."""
    around = np.zeros((*matrix.shape[:-2], *(a + b - 1 for a, b in zip(counts, shape))), matrix.dtype)
    inside = around[..., max(-first[0], 0) :, max(-first[1], 0) :]
    matrix = matrix[..., max(first[0], 0) :, max(first[1], 0) :]
    rows, columns = (min(sides) for sides in zip(inside.shape[-2:], matrix.shape[-2:]))
    inside[..., :rows, :columns] = matrix[..., :rows, :columns]
    return np.lib.stride_tricks.sliding_window_view(around, shape, axis=(-2, -1)).copy()
''',
    "_unflatten": '''
def _unflatten(array, axis, lengths):
    """An axis taken apart into several of the given lengths; without a copy where memory allows."""
    axis += array.ndim
    return array.reshape(array.shape[:axis] + lengths + array.shape[axis + 1 :])
''',
    "_floor_of_number": '''
def _floor_of_number(x):
    """The largest whole number that is not above x; what is within rounding of a whole number is taken for it."""
    nearest = round(x)
    return nearest if abs(x - nearest) <= 1e-12 * max(1, abs(x)) else math.floor(x)
''',
    "_floor": '''
def _floor(x):
    """The largest whole number that is not above x; what is within rounding of a whole number is taken for it."""
    nearest = np.rint(x)
    return np.where(np.abs(x - nearest) <= 1e-12 * np.maximum(1, np.abs(x)), nearest, np.floor(x))
''',
    "_check_inside": '''
def _check_inside(position, length, what, asked=True):
    """Errors: IndexError where an entry is asked for at a position that is not among 0 .. length - 1."""
    wrong = ((position < 0) | (position >= length)) & asked
    if np.any(wrong):
        found = np.broadcast_to(position, np.shape(wrong))[wrong].flat[0]
        raise IndexError(f"{what}: position {found} is outside a length of {length}.")
''',
    "_stack": '''
def _stack(parts, axis):
    """Matrices, or stacks of them that broadcast, beside one another along an axis."""
    batches = np.broadcast_shapes(*(part.shape[:-2] for part in parts))
    return np.concatenate([np.broadcast_to(part, batches + part.shape[-2:]) for part in parts], axis=axis)
''',
    "_sigmoid": '''
def _sigmoid(x):
    """1 / (1 + exp(-x)); exp is only taken of -|x|, so that nothing overflows."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)
''',
    "_relu": '''
def _relu(x):
    """The larger of x and 0."""
    return np.maximum(x, 0)
''',
    "_step": '''
def _step(x):
    """1 where x > 0, else 0."""
    return np.heaviside(x, 0)
''',
    "_elu": '''
def _elu(x):
    """x where x > 0, else exp(x) - 1; exp is only taken where it is used."""
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
''',
    "_erf": '''
def _erf(x):
    """The error function, which NumPy lacks, number by number."""
    return np.vectorize(math.erf, otypes=[np.float64])(x).astype(x.dtype)
''',
    "_gelu": '''
def _gelu(x):
    """x (1 + erf(x / sqrt 2)) / 2, the exact form; the error function, which NumPy lacks, number by number."""
    doubled = np.vectorize(lambda number: math.erfc(-number / math.sqrt(2)), otypes=[np.float64])(x)
    return x * (doubled / 2).astype(x.dtype)
''',
    "_scatter": '''
def _scatter(values, row, column, shape):
    """[..., a, b] is the sum of the values whose row is a and whose column is b; those with no such place are left out.

    The sums are made in double precision.
    """
    size = math.prod(shape)
    inside = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    place = np.where(inside, row * shape[1] + column, size)
    lengths = np.broadcast_shapes(values.shape, place.shape)
    stacks = math.prod(lengths[:-2])
    place = np.broadcast_to(place, lengths).reshape(stacks, math.prod(lengths[-2:]))
    place = place + np.arange(0, stacks * (size + 1), size + 1)[:, None]
    terms = np.broadcast_to(values, lengths).astype(np.float64).ravel()
    whole = np.bincount(place.ravel(), weights=terms, minlength=stacks * (size + 1))
    whole = whole.reshape(*lengths[:-2], size + 1)[..., :-1]
    return whole.reshape(*lengths[:-2], *shape).astype(values.dtype)
''',
    "_logsumexp": '''
def _logsumexp(s):
    """log(sum(exp(s))) of each row, shifted by its largest entry so that exp stays at most 1."""
    largest = s.max(axis=-1, keepdims=True, initial=np.finfo(s.dtype).min)
    with np.errstate(divide="ignore"):
        return largest + np.log(np.exp(s - largest).sum(axis=-1, keepdims=True))
''',
    "_hardmax": '''
def _hardmax(scores):
    """All the weight of each row on its largest score, shared equally where several are largest."""
    weights = (scores == scores.max(axis=-1, keepdims=True, initial=-np.inf)).astype(scores.dtype)
    return weights / weights.sum(axis=-1, keepdims=True)
''',
    "_sparsemax": '''
def _sparsemax(scores):
    """max(s - tau, 0) for each row, tau such that it sums to 1: the largest scores, found by sorting, share 1."""
    if not scores.shape[-1]:
        return scores  # no key, no weight
    s = scores - scores.max(axis=-1, keepdims=True, initial=np.finfo(scores.dtype).min)
    s = np.maximum(s, -2)  # further below the largest score than 1 nothing has weight
    falling = -np.sort(-s, axis=-1)
    count = np.arange(1, s.shape[-1] + 1, dtype=s.dtype)
    size = (1 + count * falling > np.cumsum(falling, axis=-1)).sum(axis=-1, keepdims=True)
    kept = s >= np.take_along_axis(falling, size - 1, axis=-1)
    tau = ((s * kept).sum(axis=-1, keepdims=True) - 1) / kept.sum(axis=-1, keepdims=True, dtype=s.dtype)
    return np.maximum(s - tau, 0)
''',
    "_entmax15": '''
def _entmax15(scores):
    """max(s / 2 - tau, 0)**2 for each row, tau such that it sums to 1: of the largest scores, found by sorting, tau
    solves a quadratic equation.
    """
    if not scores.shape[-1]:
        return scores  # no key, no weight
    s = (scores - scores.max(axis=-1, keepdims=True, initial=np.finfo(scores.dtype).min)) / 2
    s = np.maximum(s, -2)  # further below the largest score than 1 nothing has weight
    falling = -np.sort(-s, axis=-1)
    count = np.arange(1, s.shape[-1] + 1, dtype=s.dtype)
    mean = np.cumsum(falling, axis=-1) / count
    spread = np.cumsum(falling**2, axis=-1) - count * mean**2
    size = (mean - np.sqrt(np.maximum((1 - spread) / count, 0)) <= falling).sum(axis=-1, keepdims=True)
    kept = s >= np.take_along_axis(falling, size - 1, axis=-1)
    size = kept.sum(axis=-1, keepdims=True, dtype=s.dtype)
    mean = (s * kept).sum(axis=-1, keepdims=True) / size
    spread = ((s - mean) ** 2 * kept).sum(axis=-1, keepdims=True)
    return np.maximum(s - mean + np.sqrt(np.maximum((1 - spread) / size, 0)), 0) ** 2
''',
    "_entmax": '''
def _entmax(scores, alpha):
    """max((alpha - 1) s - tau, 0)**(1 / (alpha - 1)) for each row, tau such that it sums to 1, found by bisection."""
    s = (alpha - 1) * (scores - scores.max(axis=-1, keepdims=True, initial=np.finfo(scores.dtype).min))
    s, power = np.maximum(s, -2), 1 / (alpha - 1)  # further below the largest score than 1 nothing has weight
    low = np.full_like(s[..., :1], -1)
    width = 1.0
    for _ in range(np.finfo(s.dtype).nmant + 5):
        width /= 2
        total = (np.maximum(s - (low + width), 0) ** power).sum(axis=-1, keepdims=True)
        low = np.where(total >= 1, low + width, low)
    weights = np.maximum(s - low, 0) ** power
    return weights / np.maximum(weights.sum(axis=-1, keepdims=True), 1)  # a row of -inf alone adds up to 0
''',
}
