"""Functions whose memory is known, for another process to measure."""

import os

import numpy as np


def array_of(mebibytes):
    """A function that fills one array."""
    return lambda: np.ones(mebibytes * 2**17).sum()


def array_and_input(mebibytes):
    """A function that reads an input of some size, made before, and makes little."""
    given = np.ones(mebibytes * 2**17)
    return lambda: given.sum()


def failing():
    """A function that fails."""

    def fail():
        raise ValueError("no such luck")

    return fail


def dying():
    """A function that ends its process."""
    return lambda: os._exit(7)


def waiting():
    """A function that does not end."""
    import time

    return lambda: time.sleep(60)
