"""The strategies of fixed sizes as a witness, and the sizes that arrays tell."""

import numpy as np

from symattn.lowering import lambdify_system
from symattn.lowering.places import Places
from symattn.verification.witnesses import ValueWitness, by_name


def sizes_of(system, arrays):
    """Every size of a system, from the shapes of its inputs."""
    places = Places(system.input_symbols)
    found = {}
    for symbol, (name, axis) in places.places.items():
        length = arrays[name].shape[axis]
        if symbol in places.part_of:
            factor, rest = (part.xreplace(found) for part in places.part_of[symbol])
            length = (length - rest) / factor
        found[symbol] = int(length)
    return {symbol.name: found[symbol] for symbol in system.sizes}


class Scalar(ValueWitness):
    """The code for the sizes of each instance."""

    def __init__(self, precision="float64", strategy="scalar"):
        self.precision, self.strategy = precision, strategy
        self.name = f"{strategy} {precision}"

    def evaluate(self, system, inputs):
        names = [equation.name for equation in system.equations]
        sizes = sizes_of(system, inputs)
        function = lambdify_system(system, "numpy", names, sizes=sizes, strategy=self.strategy)
        with np.errstate(all="ignore"):
            return by_name(system, function(**inputs))
