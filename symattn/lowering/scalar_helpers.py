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
    "_in_blocks": '''
def _in_blocks(statements, dtype, inputs, results):
    """Results of all instances: of blocks that stay in the cache, with the batch as the last axis of every array.

    ``inputs``: arrays with their own lengths; ``results``: own lengths, the shapes before them of which the batches
    are made, and the dtype. An input whose memory has the batch last already is not copied.
    """
    batches = [array.shape[: array.ndim - len(lengths)] for array, lengths in inputs]
    whole = np.broadcast_shapes(*batches)
    count = math.prod(whole)
    lists = []
    for (array, lengths), batch in zip(inputs, batches):
        if math.prod(batch) != 1:
            array, batch = np.broadcast_to(array, whole + lengths), (count,)
        lists.append(np.moveaxis(array.reshape(math.prod(batch), *lengths), 0, -1))
    made = [np.empty((count, *lengths), kind) for lengths, _, kind in results]
    numbers = sum(math.prod(lengths) for lengths in [*(each[1] for each in inputs), *(each[0] for each in results)])
    size = max(BLOCK // numbers, 64)
    with np.errstate(all="ignore"):
        for start in range(0, count, size):
            block = slice(start, start + size)
            values = statements(dtype, *(_batch_last(array, block, dtype) for array in lists))
            for array, value in zip(made, values):
                array[block] = np.moveaxis(value, -1, 0)
    return [
        _only(array.reshape(whole + lengths), np.broadcast_shapes(*own), len(lengths))
        for array, (lengths, own, _) in zip(made, results)
    ]
''',
    "_batch_last": '''
def _batch_last(array, block, dtype):
    """A block of instances as an array in which they lie side by side; truth values stay what they are."""
    part = array[..., block] if array.shape[-1] > 1 else array
    if part.strides[-1] == part.itemsize and part.dtype in (dtype, np.bool_):
        return part
    return np.array(part, part.dtype if part.dtype == np.bool_ else dtype, order="C")
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
