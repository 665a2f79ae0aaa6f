"""Rates, waiting and memory of a CUDA device, through torch."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

from symattn.benching.machine import Rates
from symattn.benching.measuring import Call, interleaved
from symattn.benching.memory import Peak
from symattn.errors import InputError, MissingExtraError

SIDE = 4096
"""Rows and columns of the matrices whose product is timed."""

BY_TORCH = "the most that torch's allocator held on the device beyond what it held before"


def check_device(device: str) -> None:
    """Errors: ``InputError`` for a device that is not there, ``MissingExtraError`` for one that needs torch."""
    if device == "cpu":
        return
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError(f"--device {device} needs torch: pip install 'symattn[torch]'") from error
    if device != "cuda":
        raise InputError(f"--device {device!r} is neither cpu nor cuda.")
    if not torch.cuda.is_available():
        raise InputError("--device cuda: no CUDA device is at hand; use --device cpu.")


def waiting_for(device: str) -> Call | None:
    """What waits until the device has done all that it was given; nothing for the CPU."""
    if device == "cpu":
        return None
    import torch

    return torch.cuda.synchronize


def device_rates(device: str, dtype: str) -> Rates:
    """The rate of a large matrix product; exponentials are computed beside it there, and set no limit of their own."""
    import torch

    left, right = (torch.randn(SIDE, SIDE, device=device, dtype=getattr(torch, dtype)) for _ in range(2))
    timings = interleaved({"gemm": lambda: left @ right}, rounds=9, finish=torch.cuda.synchronize)
    rate = SIDE**3 / timings.median("gemm")
    return Rates(dtype, 1, rate, rate, inf, "none")


class _DevicePeak:
    """Calls a function and gives the memory that it took on the device."""

    def __call__(self, function: Callable[[], Any]) -> Peak:
        import torch

        function()
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        result = function()
        torch.cuda.synchronize()
        peak = torch.cuda.max_memory_allocated()
        del result
        return Peak(max(0, peak - before), BY_TORCH)

    def free_bytes(self) -> int:
        """Memory of the device that nothing holds."""
        import torch

        return int(torch.cuda.mem_get_info()[0])


device_peak = _DevicePeak()
