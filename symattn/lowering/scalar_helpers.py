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
    """Results of all instances, block by block; each block with LANES of them side by side, as the last axis.

    ``inputs``: arrays with their own lengths and the order in which their own axes lie in memory; ``results``: own
    lengths, the shapes of which the batches are made, and the dtype. An input whose memory has the batch last already
    is not copied.
    """
    whole = np.broadcast_shapes(*(array.shape[: array.ndim - len(lengths)] for array, lengths, _ in inputs))
    count = math.prod(whole)
    numbers = sum(math.prod(each[1]) for each in inputs) + sum(math.prod(each[0]) for each in results)
    size = max(BLOCK // numbers // LANES, 1) * LANES
    stacks = [_stack_of(array, whole, lengths, min(size, count), order, dtype) for array, lengths, order in inputs]
    made = [np.empty((count, *lengths), kind) for lengths, _, kind in results]
    memory, start = {}, 0
    with np.errstate(all="ignore"):
        while start < count:
            lanes = min(LANES, count - start)
            stop = start + min(size, count - start) // lanes * lanes
            if stop - start < size:
                memory = {}
            values = statements(dtype, memory, *(_batch_last(*stack, start, stop, lanes) for stack in stacks))
            for array, value in zip(made, values):
                order = (0, value.ndim - 1, *range(1, value.ndim - 1))
                array[start:stop].reshape(-1, lanes, *array.shape[1:])[...] = value.transpose(order)
            start = stop
    return [
        _only(array.reshape(whole + lengths), np.broadcast_shapes(*own), len(lengths))
        for array, (lengths, own, _) in zip(made, results)
    ]
''',
    "_stack_of": '''
def _stack_of(array, batches, lengths, size, order, dtype):
    """An array with one axis for all its batches, and memory for a block of it with the batch last, if it needs some."""
    own = array.shape[: array.ndim - len(lengths)]
    if math.prod(own) != 1:
        array, own = np.broadcast_to(array, batches + lengths), batches
    stack = array.reshape(math.prod(own), *lengths)
    if dtype != stack.dtype != np.bool_ or stack.strides[0] != stack.itemsize or len(stack) == 1:
        kind = np.bool_ if stack.dtype == np.bool_ else dtype
        lanes = max(min(LANES, size, len(stack)), 1)
        rows = np.empty((min(-(-size // lanes), len(stack)), *(lengths[axis] for axis in order), lanes), kind)
        return stack, np.moveaxis(rows, range(1, 1 + len(order)), [1 + axis for axis in order])
    return stack, None
''',
    "_batch_last": '''
def _batch_last(stack, memory, start, stop, lanes):
    """A block of instances, so many side by side as the last axis and the others along the first one."""
    if len(stack) == 1:
        start, stop, lanes = 0, 1, 1
    order = (0, *range(2, stack.ndim + 1), 1)
    part = stack[start:stop].reshape(-1, lanes, *stack.shape[1:]).transpose(order)
    if memory is None:
        return part
    block = memory[: part.shape[0], ..., :lanes]
    block[...] = part
    return block
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
