"""Functions that the torch target puts into a module whose code calls them, each as its text."""

HELPERS = {
    "_matrix": '''
def _matrix(value, name, axes=2):
    """The value as a tensor of floats with at least so many axes; whole numbers and truth values take the default."""
    tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(value)
    if not tensor.dtype.is_floating_point:
        if tensor.is_complex():
            raise TypeError(f"{name} takes real numbers; found dtype {tensor.dtype}.")
        tensor = tensor.to(torch.get_default_dtype())
    if tensor.ndim < axes:
        asked = "a matrix, or a stack of matrices" if axes == 2 else f"a family of matrices, of {axes} axes or more"
        raise ValueError(f"{name} takes {asked}; found shape {tuple(tensor.shape)}.")
    return tensor
''',
    "_truth": '''
def _truth(value, name, axes=2):
    """The value as truth values with at least so many axes: True for every entry other than 0."""
    tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(value)
    if tensor.is_complex():
        raise TypeError(f"{name} takes truth values or real numbers; found dtype {tensor.dtype}.")
    if tensor.ndim < axes:
        asked = "a matrix, or a stack of matrices" if axes == 2 else f"a family of matrices, of {axes} axes or more"
        raise ValueError(f"{name} takes {asked}; found shape {tuple(tensor.shape)}.")
    return tensor if tensor.dtype == torch.bool else tensor != 0
''',
    "_upstream": '''
def _upstream(cotangent, axes, batches, dtypes):
    """The cotangent of the output with the batches and the dtype that the output has; a view where only they lack."""
    own = cotangent.shape[:-axes]
    if all(batch == own for batch in batches) and all(dtype == cotangent.dtype for dtype in dtypes):
        return cotangent
    for dtype in dtypes:
        cotangent = cotangent.to(torch.promote_types(cotangent.dtype, dtype))
    return cotangent.expand(torch.broadcast_shapes(own, *batches) + cotangent.shape[-axes:])
''',
    "_in_place": '''
def _in_place(tensor, method, *others):
    """tensor.method(*others) in the memory of the tensor, which nothing reads again.

    In new memory where a gradient is recorded, and where torch forbids the other: for a result of more batches, and
    under transforms such as vmap.
    """
    if not (torch.is_grad_enabled() and any(getattr(each, "requires_grad", False) for each in (tensor, *others))):
        try:
            return getattr(tensor, method + "_")(*others)
        except RuntimeError:
            pass
    return getattr(tensor, method)(*others)
''',
    "_side_by_side": '''
def _side_by_side(stack, *axes):
    """The matrices along an axis, or several, put side by side, (..., h, n, d) -> (..., n, h * d)."""
    axes = axes or (-3,)
    return stack.movedim(axes, tuple(range(-1 - len(axes), -1))).flatten(-1 - len(axes))
''',
    "_one_below_another": '''
def _one_below_another(stack, *axes):
    """The matrices along an axis, or several, put one below another, (..., h, n, d) -> (..., h * n, d)."""
    axes = axes or (-3,)
    return stack.movedim(axes, tuple(range(-2 - len(axes), -2))).flatten(-2 - len(axes), -2)
''',
    "_each_times": '''
def _each_times(stack, matrix, lacking=1):
    """Each matrix of a stack times one matrix, which lacks that many of the stack's last axes: all rows at once."""
    return (stack.flatten(-2 - lacking, -2) @ matrix).unflatten(-2, stack.shape[-2 - lacking : -1])
''',
    "_times_each": '''
def _times_each(matrix, stack, lacking=1, axes=1):
    """One matrix, which lacks so many of a stack's last axes, times each matrix of a stack of so many axes and batches.

    Where only the matrix has batches, the columns of the whole stack are one product, (..., n, d) @ (d, h * k), and
    the result is a view of it: otherwise the stack would be copied for every batch. Likewise where both have the same
    batches and the matrix has at least as many rows as the stack has columns: it would be copied along the stack.
    """
    batches = stack.shape[: -2 - axes]
    alike = batches == matrix.shape[: -2 - axes + lacking] and matrix.shape[-2] >= stack.shape[-1]
    if not alike if batches else matrix.ndim == 2:
        return matrix[(..., *[None] * lacking, slice(None), slice(None))] @ stack
    product = matrix @ stack.movedim(-2, -2 - lacking).flatten(-1 - lacking)
    lengths = stack.shape[-2 - lacking : -2] + stack.shape[-1:]
    return product.unflatten(-1, lengths).movedim(-2 - lacking, -2)
''',
    "_weighted_sum": '''
def _weighted_sum(weights, terms, over=1, sums=0):
    """The terms along so many axes before rows and columns, each times its weight, added up; with so many axes of
    weights before those, a sum for each place along them.
    """
    dtype = torch.promote_types(weights.dtype, terms.dtype)
    lengths, shape = weights.shape[-2 - over - sums : -2 - over], terms.shape[-2:]
    count = math.prod(terms.shape[-2 - over : -2])
    weights = weights.reshape(*weights.shape[: -2 - over - sums], math.prod(lengths), count).to(dtype)
    whole = weights @ terms.reshape(*terms.shape[: -2 - over], count, math.prod(shape)).to(dtype)
    return whole.reshape(*whole.shape[:-2], *lengths, *shape)
''',
    "_windows": '''
def _windows(matrix, first, counts, shape):
    """[..., u, v, i, j] is matrix[first[0] + u + i, first[1] + v + j], 0 beyond the edges, for counts of u and v."""
    (top, left), lengths = first, [a + b - 1 for a, b in zip(counts, shape)]
    sides = (-left, left + lengths[1] - matrix.shape[-1], -top, top + lengths[0] - matrix.shape[-2])
    around = torch.nn.functional.pad(matrix, sides)
    return around.unfold(-2, shape[0], 1).unfold(-2, shape[1], 1)
''',
    "_unflatten": '''
def _unflatten(tensor, axis, lengths):
    """An axis taken apart into several of the given lengths; without a copy where memory allows."""
    return tensor.unflatten(axis, lengths)
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
    nearest = torch.round(x)
    return torch.where((x - nearest).abs() <= 1e-12 * x.abs().clamp(min=1), nearest, torch.floor(x))
''',
    "_check_inside": '''
def _check_inside(position, length, what, asked=True):
    """Errors: IndexError where an entry is asked for at a position that is not among 0 .. length - 1."""
    position = torch.as_tensor(position)
    wrong = ((position < 0) | (position >= length)) & asked
    if wrong.any():
        found = position.expand(wrong.shape)[wrong][0].item()
        raise IndexError(f"{what}: position {found} is outside a length of {length}.")
''',
    "_stack": '''
def _stack(parts, axis):
    """Matrices, or stacks of them that broadcast, beside one another along an axis."""
    batches = torch.broadcast_shapes(*(part.shape[:-2] for part in parts))
    return torch.cat([part.expand(batches + part.shape[-2:]) for part in parts], dim=axis)
''',
    "_scatter": '''
def _scatter(values, row, column, shape):
    """[..., a, b] is the sum of the values whose row is a and whose column is b; those with no such place are left out.

    The sums are made in single precision at least.
    """
    size = math.prod(shape)
    row, column = (torch.as_tensor(position, device=values.device) for position in (row, column))
    inside = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    place = torch.where(inside, row * shape[1] + column, size)
    lengths = torch.broadcast_shapes(values.shape, place.shape)
    terms = values.to(torch.promote_types(values.dtype, torch.float32)).expand(lengths).flatten(-2)
    whole = terms.new_zeros((*lengths[:-2], size + 1)).scatter_add(-1, place.expand(lengths).flatten(-2), terms)
    return whole[..., :-1].unflatten(-1, shape).to(values.dtype)
''',
    "_step": '''
def _step(x):
    """1 where x > 0, else 0; its gradient is 0."""
    return torch.where(torch.isnan(x), x, (x > 0).to(x.dtype))
''',
    "_masked_softmax": '''
def _masked_softmax(scores, allowed, spare=False):
    """Softmax of each row over its allowed keys; a row without any is 0 and has gradient 0, also when differentiated
    twice, for its scores are put to 0 before and its weights after. Where no gradient can be asked for and the memory
    of the scores is to spare, its weights are NaN before.
    """
    some = allowed.any(dim=-1, keepdim=True)
    if spare and not torch.is_grad_enabled():
        weights = torch.softmax(_in_place(scores, "masked_fill", ~allowed, -torch.inf), dim=-1)
        return _in_place(weights, "masked_fill", ~some, 0)
    others = torch.where(some, -torch.inf, 0.0).to(scores.dtype)
    return torch.where(some, torch.softmax(torch.where(allowed, scores, others), dim=-1), 0.0)
''',
    "_number": '''
def _number(value, name, dtype=None, device=None):
    """One number, or a tensor of one number a batch, as matrices of one entry; a single number takes the dtype."""
    if isinstance(value, (int, float)):
        return torch.full((1, 1), value, dtype=dtype or torch.get_default_dtype(), device=device)
    tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(value, device=device)
    if tensor.is_complex():
        raise TypeError(f"{name} takes real numbers; found dtype {tensor.dtype}.")
    if tensor.ndim == 0 and dtype is not None:
        tensor = tensor.to(device=device, dtype=dtype)
    elif not tensor.is_floating_point():
        tensor = tensor.to(torch.get_default_dtype())
    return tensor[..., None, None]
''',
    "_masked_logsumexp": '''
def _masked_logsumexp(scores, allowed):
    """log(sum(exp(s))) of each row over its allowed keys; a row without any is -inf and has gradient 0."""
    some = allowed.any(dim=-1, keepdim=True)
    others = torch.where(some, -torch.inf, 0.0).to(scores.dtype)
    return torch.where(some, torch.logsumexp(torch.where(allowed, scores, others), dim=-1, keepdim=True), -torch.inf)
''',
    "_hardmax": '''
def _hardmax(scores):
    """All the weight of each row on its largest score, shared equally where several are largest; its gradient is 0."""
    if not scores.shape[-1]:
        return scores  # no key, no weight
    weights = (scores == scores.amax(dim=-1, keepdim=True)).to(scores.dtype)
    return torch.where(torch.isnan(scores), scores, weights / weights.sum(dim=-1, keepdim=True))
''',
    "_sparsemax": '''
def _sparsemax(scores):
    """max(s - tau, 0) for each row, tau such that it sums to 1: the largest scores, found by sorting, share 1."""
    if not scores.shape[-1]:
        return scores  # no key, no weight
    s = scores.to(torch.promote_types(scores.dtype, torch.float32))
    s = s - s.detach().amax(dim=-1, keepdim=True).clamp(min=torch.finfo(s.dtype).min)
    s = s.clamp(min=-2)  # further below the largest score than 1 nothing has weight
    falling = s.detach().sort(dim=-1, descending=True).values
    count = torch.arange(1, s.shape[-1] + 1, dtype=s.dtype, device=s.device)
    size = (1 + count * falling > falling.cumsum(dim=-1)).sum(dim=-1, keepdim=True)
    kept = (s >= falling.gather(-1, size - 1)).to(s.dtype)
    tau = ((s * kept).sum(dim=-1, keepdim=True) - 1) / kept.sum(dim=-1, keepdim=True)
    return (kept * (s - tau)).clamp(min=0).to(scores.dtype)
''',
    "_entmax15": '''
def _entmax15(scores):
    """max(s / 2 - tau, 0)**2 for each row, tau such that it sums to 1: of the largest scores, found by sorting, tau
    solves a quadratic equation.
    """
    if not scores.shape[-1]:
        return scores  # no key, no weight
    s = scores.to(torch.promote_types(scores.dtype, torch.float32))
    s = (s - s.detach().amax(dim=-1, keepdim=True).clamp(min=torch.finfo(s.dtype).min)) / 2
    s = s.clamp(min=-2)  # further below the largest score than 1 nothing has weight
    falling = s.detach().sort(dim=-1, descending=True).values
    count = torch.arange(1, s.shape[-1] + 1, dtype=s.dtype, device=s.device)
    mean = falling.cumsum(dim=-1) / count
    spread = (falling**2).cumsum(dim=-1) - count * mean**2
    size = (mean - ((1 - spread) / count).clamp(min=0).sqrt() <= falling).sum(dim=-1, keepdim=True)
    kept = (s >= falling.gather(-1, size - 1)).to(s.dtype)
    size = kept.sum(dim=-1, keepdim=True)
    mean = (s * kept).sum(dim=-1, keepdim=True) / size
    spread = ((s - mean) ** 2 * kept).sum(dim=-1, keepdim=True)
    return (kept * (s - mean + ((1 - spread) / size).sqrt()).clamp(min=0) ** 2).to(scores.dtype)
''',
    "_entmax": '''
def _entmax(scores, alpha):
    """max((alpha - 1) s - tau, 0)**(1 / (alpha - 1)) for each row, tau such that it sums to 1, found by bisection.

    Newton's steps from there, which leave tau where it is, carry its first and second derivatives.
    """
    if not scores.shape[-1]:
        return scores  # no key, no weight
    s = scores.to(torch.promote_types(scores.dtype, torch.float32))
    s = (alpha - 1) * (s - s.detach().amax(dim=-1, keepdim=True).clamp(min=torch.finfo(s.dtype).min))
    s, power = s.clamp(min=-2), 1 / (alpha - 1)  # further below the largest score than 1 nothing has weight
    tau, width, fixed = torch.full_like(s[..., :1], -1).detach(), 1.0, s.detach()
    for _ in range(5 - int(math.log2(torch.finfo(s.dtype).eps))):
        width /= 2
        total = ((fixed - (tau + width)).clamp(min=0) ** power).sum(dim=-1, keepdim=True)
        tau = torch.where(total >= 1, tau + width, tau)
    kept = fixed > tau
    for _ in range(2):
        above = torch.where(kept, s - tau, 1.0)
        weights = torch.where(kept, above**power, 0.0)
        slope = torch.where(kept, power * above ** (power - 1), 0.0).sum(dim=-1, keepdim=True)
        slope = torch.where(kept.any(dim=-1, keepdim=True), slope, 1.0)  # nothing is kept in a row of -inf alone
        tau = tau + (weights.sum(dim=-1, keepdim=True) - 1) / slope
    return torch.where(kept, torch.where(kept, s - tau, 1.0).clamp(min=0) ** power, 0.0).to(scores.dtype)
''',
}
