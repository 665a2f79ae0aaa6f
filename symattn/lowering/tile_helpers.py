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
    """Threads to share tiles among, as many as BLAS may use, which is held to one meanwhile, and how many they are.

    They stay for later calls, with the memory that is theirs; a forked process gets its own.
    """
    try:
        import threadpoolctl
    except ImportError:
        is_large = False
    if not is_large:
        yield None, 1
        return
    held = vars(threadpoolctl).setdefault("_held_for_tiles", {"lock": threading.Lock(), "users": 0, "pools": {}})
    with held["lock"]:  # one account for all modules like this one
        if not held["users"]:
            if "blas" not in held:
                held["blas"] = threadpoolctl.ThreadpoolController().select(user_api="blas")
            held["threads"] = max((library.num_threads for library in held["blas"].lib_controllers), default=1)
            held["limit"] = held["blas"].limit(limits=1)
        held["users"] += 1
        threads, key = held["threads"], (os.getpid(), held["threads"])
        if threads > 1 and key not in held["pools"]:
            np.empty(1 << 24, np.uint8)  # glibc learns from it to keep freed memory, which is dear to get anew
            try:
                held["pools"][key] = concurrent.futures.ThreadPoolExecutor(threads)
            except RuntimeError:  # the interpreter is about to end
                threads = 1
    try:
        yield held["pools"].get(key), threads
    finally:
        with held["lock"]:
            held["users"] -= 1
            if not held["users"]:
                held["limit"].restore_original_limits()
''',
    "_results_of": '''
def _results_of(pool, tasks):
    """The results of functions, each with its arguments, that threads call; none of them goes on after an error."""
    calls = []
    try:
        for task in tasks:
            calls.append(pool.submit(*task))
    except RuntimeError:  # the interpreter is about to end, and starts no thread any more
        concurrent.futures.wait(calls)
        yield from (call.result() for call in calls)
        yield from (function(*given) for function, *given in tasks[len(calls) :])
        return
    try:
        for call in calls:
            yield call.result()
    finally:
        for call in calls:
            call.cancel()
        concurrent.futures.wait(calls)
''',
    "_over_tiles": '''
_WIDTH = 256  # keys of a tile
_HEIGHT = 2048  # queries of a tile, at most
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

    with _held(len(members) * rows * columns >= _LARGE) as (pool, threads):
        # short enough that every thread has work to the end, long enough that products are large
        shares = threads * (4 if has_sets else 1) // max(1, len(members))
        height = min(_HEIGHT, max(_HEIGHT // 4, -(-rows // max(1, shares))))
        spans = [(top, min(top + height, rows)) for top in range(0, rows, height)]
        if pool is None or len(members) * len(spans) == 1:
            for at in members:
                gather(at, tiles(at, spans))
            return
        if not sums:  # the last queries have most keys where sets are causal
            tasks = [(tiles, at, [span]) for span in reversed(spans) for at in members]
        elif len(members) >= 4 * threads:
            tasks = [(tiles, at, spans) for at in members]
        else:
            turn = 2 * threads  # first, second, second, first: as much work for each where sets are causal
            parts = [spans[k::turn] + spans[turn - 1 - k :: turn] for k in range(threads)]
            tasks = [(tiles, at, part) for at in members for part in parts if part]
        for (_, at, _), found in zip(tasks, _results_of(pool, tasks)):
            gather(at, found)
''',
}
