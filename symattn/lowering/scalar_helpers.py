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
    """Results of all instances, block by block, with LANES of them side by side as the last axis of every array.

    ``inputs``: arrays with their own lengths and the order in which their own axes lie in memory; ``results``: own
    lengths, the shapes of which the batches are made, and the dtype. An input whose memory has the batch last already
    is not copied.
    """
    whole = np.broadcast_shapes(*(array.shape[: array.ndim - len(lengths)] for array, lengths, _ in inputs))
    count = math.prod(whole)
    stacks = []
    for array, lengths, _ in inputs:
        own = array.shape[: array.ndim - len(lengths)]
        if math.prod(own) != 1 and own != whole:
            array, own = np.broadcast_to(array, whole + lengths), whole
        stacks.append(array.reshape(math.prod(own), *lengths))
    made = [np.empty((count, *lengths), kind) for lengths, _, kind in results]
    numbers = sum(math.prod(each[1]) for each in inputs) + sum(math.prod(each[0]) for each in results)
    with np.errstate(all="ignore"):
        even = count // LANES * LANES
        for start, stop, lanes in ((0, even, LANES), (even, count, count - even)):
            if start == stop:
                continue
            step = max(BLOCK // numbers // LANES, 1)
            given = [_batch_last(stack, start, stop, lanes) for stack in stacks]
            taken = [_batch_last(array, start, stop, lanes) for array in made]
            blocks = [_memory_for(view, order, step, dtype) for view, (*_, order) in zip(given, inputs)]
            memory = {}
            for first in range(0, (stop - start) // lanes, step):
                block = slice(first, first + step)
                if first + step > (stop - start) // lanes:
                    memory = {}
                values = statements(dtype, memory, *map(_block_of, given, blocks, [block] * len(given)))
                for array, value in zip(taken, values):
                    array[block] = value
    return [
        _only(array.reshape(whole + lengths), np.broadcast_shapes(*own), len(lengths))
        for array, (lengths, own, _) in zip(made, results)
    ]
''',
    "_batch_last": '''
def _batch_last(stack, start, stop, lanes):
    """Some instances, so many side by side as the last axis and the others along the first one; a view."""
    if len(stack) == 1:
        start, stop, lanes = 0, 1, 1
    groups = stack[start:stop].reshape((stop - start) // lanes, lanes, *stack.shape[1:])
    return groups.transpose(0, *range(2, groups.ndim), 1)
''',
    "_memory_for": '''
def _memory_for(view, order, step, dtype):
    """Memory for a block of instances side by side, its own axes in an order; None where they lie so already."""
    kind = np.bool_ if view.dtype == np.bool_ else dtype
    if view.dtype == kind and (view.strides[-1] == view.itemsize or view.shape[-1] == 1):
        return None
    lengths = [view.shape[1 + axis] for axis in order]
    memory = np.empty((min(step, len(view)), *lengths, view.shape[-1]), kind)
    return np.moveaxis(memory, range(1, 1 + len(order)), [1 + axis for axis in order])
''',
    "_block_of": '''
def _block_of(view, memory, block):
    """A block of instances, where it lies or in the memory for it; what is the same for all has one."""
    part = view[block] if len(view) > 1 else view
    if memory is None:
        return part
    memory[: len(part)] = part
    return memory[: len(part)]
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
