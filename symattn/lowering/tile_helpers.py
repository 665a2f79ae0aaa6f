"""Functions that the NumPy target puts into a module whose code goes over tiles, each as its text."""

TILE_HELPERS = {
    "_part": '''
def _part(array, at, dtype=None):
    """The matrix of a stack that stands at a place along the leading axes of all; an axis of length 1 stretches."""
    lengths = array.shape[:-2]
    at = at[len(at) - len(lengths) :]
    matrix = array[tuple(0 if length == 1 else place for place, length in zip(at, lengths))]
    return matrix if dtype is None else matrix.astype(dtype, copy=False)
''',
    "_held": '''
@contextlib.contextmanager
def _held(is_large):
    """How many threads BLAS may use, which is held to one of them meanwhile: tiles are shared among threads instead."""
    try:
        import threadpoolctl
    except ImportError:
        is_large = False
    if not is_large:
        yield 1
        return
    held = vars(threadpoolctl).setdefault("_held_for_tiles", {"lock": threading.Lock(), "users": 0})
    with held["lock"]:  # one account for all modules like this one
        if not held["users"]:
            if "blas" not in held:
                held["blas"] = threadpoolctl.ThreadpoolController().select(user_api="blas")
            held["threads"] = max((library.num_threads for library in held["blas"].lib_controllers), default=1)
            held["limit"] = held["blas"].limit(limits=1)
        held["users"] += 1
    try:
        yield held["threads"]
    finally:
        with held["lock"]:
            held["users"] -= 1
            if not held["users"]:
                held["limit"].restore_original_limits()
''',
    "_over_tiles": '''
_WIDTH = 256  # keys of a tile
_HEIGHT = 1024  # queries of a tile, at most
_LARGE = 1 << 19  # scores from which on several threads are worth their start


def _over_tiles(tiles, leading, rows, columns, has_sets, sums=(), largest=()):
    """Call ``tiles(at, spans)`` for the queries of every member of a stack, on as many threads as BLAS may use.

    What it returns is added to ``sums`` in one order, so that results do not depend on the threads' luck.
    """
    members = list(np.ndindex(leading))
    joins = [np.maximum if is_largest else np.add for is_largest in largest or [False] * len(sums)]

    def gather(at, found):
        for whole, part, join in zip(sums, found or (), joins):
            join(whole[at], part, out=whole[at])

    with _held(len(members) * rows * columns >= _LARGE) as threads:
        # short enough that every thread has work to the end, long enough that products are large
        shares = threads * (4 if has_sets else 2) // max(1, len(members))
        height = min(_HEIGHT, max(_HEIGHT // 4, -(-rows // max(1, shares))))
        spans = [(top, min(top + height, rows)) for top in range(0, rows, height)]
        if threads == 1 or len(members) * len(spans) == 1:
            for at in members:
                gather(at, tiles(at, spans))
            return
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            if not sums:  # the last queries have most keys where sets are causal
                calls = [pool.submit(tiles, at, [span]) for span in reversed(spans) for at in members]
                for call in calls:
                    call.result()
            elif len(members) >= 4 * threads:
                for at, found in zip(members, pool.map(lambda at: tiles(at, spans), members)):
                    gather(at, found)
            else:
                turn = 2 * threads  # first, second, second, first: as much work for each where sets are causal
                shares = [spans[k::turn] + spans[turn - 1 - k :: turn] for k in range(threads)]
                calls = [(at, pool.submit(tiles, at, share)) for at in members for share in shares if share]
                for at, call in calls:
                    gather(at, call.result())
''',
}
