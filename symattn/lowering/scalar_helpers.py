"""What surrounds the statements of small fixed sizes: blocks of instances, and rows of scores at once."""

HELPERS = {
    "_thresholds": '''
def _thresholds(scores, alpha):
    """The tau of each row for which the sum of max(s - tau, 0) ** (1 / (alpha - 1)) is 1; a row's largest score is 0.

    Rows lie along the last axis but one, the batch along the last.
    """
    if alpha == 2:
        tau = scores.min(axis=-2) - 1
        for _ in range(scores.shape[-2]):  # each time the scores above tau share 1 anew, until no more drop out
            kept = scores > tau[..., None, :]
            tau = ((scores * kept).sum(axis=-2) - 1) / kept.sum(axis=-2, dtype=scores.dtype)
        return tau
    low, width, exponent = np.full_like(scores[..., 0, :], -1), 1.0, 1 / (alpha - 1)
    for _ in range(np.finfo(scores.dtype).nmant + 8):
        width /= 2
        total = (np.maximum(scores - (low + width)[..., None, :], 0) ** exponent).sum(axis=-2)
        low = np.where(total >= 1, low + width, low)
    return low
''',
    "_gathered": '''
def _gathered(dtype, lengths, *parts):
    """A block of entries from elsewhere, 0 where there is none.

    Each part has places in the block, counted row by row, and either another block with the places there, or numbers.
    """
    blocks = [block for _, block, places in parts if places]
    groups, lanes = max(block.shape[0] for block in blocks), max(block.shape[-1] for block in blocks)
    made = np.zeros((groups, math.prod(lengths), lanes), dtype)
    for places, block, others in parts:
        if others:
            made[:, places] = block.reshape(block.shape[0], -1, block.shape[-1])[:, others]
        else:
            made[:, places] = np.array(block, dtype)[:, None]
    return made.reshape(groups, *lengths, lanes)
''',
    "_in_blocks": '''
def _in_blocks(statements, dtype, inputs, results):
    """Results of all instances, block by block, each with the batch as the first and the last axis of every array.

    ``inputs``: arrays with their own lengths and the order in which their own axes lie in memory; ``results``: own
    lengths, the shapes of which the batches are made, and the dtype. Inputs whose memory has the batch last are read
    where they lie, and if all are so, results are. Memory of blocks is kept for the next call.
    """
    batches = [array.shape[: array.ndim - len(lengths)] for array, lengths, _ in inputs]
    whole = np.broadcast_shapes(*batches)
    count = math.prod(whole)
    stacks = []
    for (array, lengths, _), own in zip(inputs, batches):
        if math.prod(own) != 1 and own != whole:
            array, own = np.broadcast_to(array, whole + lengths), whole
        stacks.append(array.reshape(math.prod(own), *lengths))
    is_last = all(_lies_last(stack, 0, dtype) for stack in stacks)
    groups, lanes, starts = _starts(count, BLOCK if is_last else LANES)
    given = [_batch_last(stack, groups, lanes, starts) for stack in stacks]
    made = [_empty((count, *lengths), kind, is_last) for lengths, _, kind in results]
    taken = [_batch_last(array, groups, lanes, starts) for array in made]
    key = (np.dtype(dtype), groups, lanes, *(len(stack) == 1 for stack in stacks))
    copies, memory = _KEPT.pop(key, ({}, {}))  # so that no other thread finds them
    with np.errstate(all="ignore"):
        for block in range(len(starts)):
            is_new = not memory
            arrays = [
                _side_by_side(views[block], dtype, at, order, copies)
                for at, (views, (*_, order)) in enumerate(zip(given, inputs))
            ]
            for views, value in zip(taken, statements(dtype, memory, *arrays)):
                views[block][...] = value
            if is_new:
                memory = {name: _in_one_row(array) for name, array in memory.items()}
    _KEPT.clear()
    _KEPT[key] = copies, memory
    return [
        _only(array.reshape(whole + lengths), np.broadcast_shapes(*own), len(lengths))
        for array, (lengths, own, _) in zip(made, results)
    ]
''',
    "_lies_last": '''
def _lies_last(array, axis, dtype):
    """Whether an array's instances, along one axis, lie side by side in memory, as what is computed with."""
    kind = np.bool_ if array.dtype == np.bool_ else dtype
    return array.shape[axis] == 1 or (array.dtype == kind and array.strides[axis] == array.itemsize)
''',
    "_empty": '''
def _empty(shape, dtype, is_last):
    """An array for results, with its first axis first or last in memory."""
    return np.moveaxis(np.empty((*shape[1:], shape[0]), dtype), -1, 0) if is_last else np.empty(shape, dtype)
''',
    "_in_one_row": '''
def _in_one_row(array):
    """Memory like that of a block, but with the groups beside each other: most calls see one long row of instances."""
    made = np.empty((*array.shape[1:-1], len(array), array.shape[-1]), array.dtype)
    return np.moveaxis(made, -2, 0)
''',
    "_starts": '''
def _starts(count, most):
    """The groups of a block, the instances of a group, and where blocks start: the last may begin within another."""
    blocks = max(math.ceil(count / BLOCK), 1)
    while True:
        size = math.ceil(count / blocks)
        groups = max(math.ceil(size / most), 1)
        lanes = math.ceil(size / groups)
        if groups * lanes <= count:
            return groups, lanes, [min(start, count - groups * lanes) for start in range(0, count, groups * lanes or 1)]
        blocks += 1
''',
    "_batch_last": '''
def _batch_last(stack, groups, lanes, starts):
    """The blocks of a stack, groups along the first axis and the instances of a group along the last; views."""
    if len(stack) == 1:
        groups, lanes, starts = 1, 1, [0] * len(starts)
    lengths, axes = (groups, lanes, *stack.shape[1:]), (0, *range(2, stack.ndim + 1), 1)
    return [stack[start : start + groups * lanes].reshape(lengths).transpose(axes) for start in starts]
''',
    "_side_by_side": '''
def _side_by_side(view, dtype, at, order, copies):
    """A block of an input where it lies, if its instances are side by side, or copied with its own axes in an order."""
    if _lies_last(view, -1, dtype):
        return view
    if at not in copies:
        lengths = [view.shape[1 + axis] for axis in order]
        made = np.empty((len(view), *lengths, view.shape[-1]), np.bool_ if view.dtype == np.bool_ else dtype)
        copies[at] = np.moveaxis(made, range(1, 1 + len(order)), [1 + axis for axis in order])
    copies[at][...] = view
    return copies[at]
''',
    "_only": '''
def _only(array, batches, axes):
    """An array with batches of its own, where it was made for each instance of the batches of all."""
    whole = array.shape[: array.ndim - axes]
    if whole == batches:
        return array
    stretched = (1,) * (len(whole) - len(batches)) + batches
    places = tuple(slice(0, length) for length in stretched)
    return array[places].reshape(batches + array.shape[len(whole) :])
''',
}
