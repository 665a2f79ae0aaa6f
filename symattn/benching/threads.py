"""How many threads the libraries of linear algebra may use while something is measured."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

from symattn.counts import count

WITHOUT_THREADPOOLCTL = (
    "threadpoolctl is not installed, so the threads of NumPy's BLAS are what its environment says "
    "(OPENBLAS_NUM_THREADS, MKL_NUM_THREADS or OMP_NUM_THREADS); pip install threadpoolctl."
)


def available() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def held_to(threads: int) -> Iterator[str]:
    """Inside, NumPy's BLAS and torch, where it is loaded, use that many threads at most.

    Gives a remark where that cannot be had, else ``""``; all is as it was before at the end.
    Errors: ``InputError`` for a number below 1.

    >>> with held_to(1) as remark:
    ...     isinstance(remark, str)
    True
    """
    count(threads, "threads", 1, 4096)
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch is not None else 0
    controller = _controller(torch is not None)
    limits = nullcontext() if controller is None else controller.limit(limits=threads, user_api="blas")
    try:
        with limits:
            if torch is not None:
                torch.set_num_threads(threads)
            yield WITHOUT_THREADPOOLCTL if controller is None else ""
    finally:
        if torch is not None:
            torch.set_num_threads(before)


@cache
def _controller(with_torch: bool) -> Any:
    """What holds the libraries that are loaded; found once before torch is there and once after, for it takes long."""
    import numpy  # noqa: F401, for what is not loaded yet is not held

    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
