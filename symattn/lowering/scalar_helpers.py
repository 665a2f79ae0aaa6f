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
    whole = _joint(batches)
    count = math.prod(whole)
    stacks = []
    for (array, lengths, _), own in zip(inputs, batches):
        if own != whole and math.prod(own) != 1:
            array, own = np.broadcast_to(array, whole + lengths), whole
        stacks.append(array.reshape(math.prod(own), *lengths))
    are_last = [_lies_last(stack, dtype) for stack in stacks]
    groups, lanes, starts = _starts(count, BLOCK if all(are_last) else LANES)
    given = [_batch_last(stack, groups, lanes, starts) for stack in stacks]
    made = [_empty((count, *lengths), kind, all(are_last)) for lengths, _, kind in results]
    taken = [_batch_last(array, groups, lanes, starts) for array in made]
    again = len(starts) * groups * lanes - count  # instances that the last block has in common with others
    lasts = [np.empty((groups * lanes, *array.shape[1:]), array.dtype) for array in made if again]
    for views, last in zip(taken, lasts):
        views[-1:] = _batch_last(last, groups, lanes, [0])
    key = (np.dtype(dtype), groups, lanes, *(len(stack) == 1 for stack in stacks), *are_last)
    if key not in _KEPT:
        _KEPT.clear()
    kept = _KEPT.setdefault(key, [])
    moved = {at: order for at, (is_last, (*_, order)) in enumerate(zip(are_last, inputs)) if not is_last}
    _shared(len(starts), lambda blocks: _of_blocks(blocks, statements, dtype, given, moved, taken, kept))
    for array, last in zip(made, lasts):
        array[count - groups * lanes + again :] = last[again:]
    return [
        _only(array.reshape(whole + lengths), _joint(own), len(lengths))
        for array, (lengths, own, _) in zip(made, results)
    ]
''',
    "_joint": '''
def _joint(shapes):
    """The shape that some shapes stretch to."""
    return shapes[0] if shapes and shapes.count(shapes[0]) == len(shapes) else np.broadcast_shapes(*shapes)
''',
    "_lies_last": '''
def _lies_last(stack, dtype):
    """Whether an array's instances lie side by side in memory, as what is computed with; one does."""
    kind = np.bool_ if stack.dtype == np.bool_ else dtype
    return stack.dtype == kind and (stack.strides[0] == stack.itemsize or len(stack) == 1)
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
    "_of_blocks": '''
def _of_blocks(blocks, statements, dtype, given, moved, taken, kept):
    """Put results of some blocks where they are to be, in memory that was kept or is from now on."""
    copies, memory = kept.pop() if kept else ({}, {})  # which no other thread finds
    with np.errstate(all="ignore"):
        for block in blocks:
            arrays = [views[block] for views in given]
            for at, order in moved.items():
                if at not in copies:
                    copies[at] = _room_for(arrays[at], dtype, order)
                copies[at][...] = arrays[at]
                arrays[at] = copies[at]
            is_new = not memory
            for views, value in zip(taken, statements(dtype, memory, *arrays)):
                views[block][...] = value
            if is_new:
                memory = {name: _in_one_row(array) for name, array in memory.items()}
    kept.append((copies, memory))
''',
    "_room_for": '''
def _room_for(view, dtype, order):
    """Memory for a block of an input, with its own axes in an order."""
    lengths, kind = [view.shape[1 + axis] for axis in order], np.bool_ if view.dtype == np.bool_ else dtype
    made = np.empty((len(view), *lengths, view.shape[-1]), kind)
    return np.moveaxis(made, range(1, 1 + len(order)), [1 + axis for axis in order])
''',
    "_in_one_row": '''
def _in_one_row(array):
    """Memory like that of a block, but with the groups beside each other: most calls see one long row of instances."""
    made = np.empty((*array.shape[1:-1], len(array), array.shape[-1]), array.dtype)
    return np.moveaxis(made, -2, 0)
''',
    "_shared": '''
def _shared(count, function):
    """Call a function with shares of some blocks, each share on a thread of its own; threads stay for later calls.

    Four blocks and more are shared, among as many threads as the process may have cores, but four at most, and no more
    than OMP_NUM_THREADS says.
    """
    blocks, threads = range(count), 1
    if count >= 4:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        asked = os.environ.get("OMP_NUM_THREADS", "")
        threads = min(4, cores, int(asked) if asked.isdecimal() and int(asked) else cores)
    if threads == 1:
        function(blocks)
        return
    if os.getpid() not in _POOLS:  # a forked process has none of its parent's threads
        _POOLS[os.getpid()] = concurrent.futures.ThreadPoolExecutor(4)
    list(_results_of(_POOLS[os.getpid()], [(function, blocks[at::threads]) for at in range(threads)]))
''',
    "_empty": '''
def _empty(shape, dtype, is_last):
    """An array for results, with its first axis first or last in memory."""
    return np.moveaxis(np.empty((*shape[1:], shape[0]), dtype), -1, 0) if is_last else np.empty(shape, dtype)
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
