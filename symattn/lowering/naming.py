"""What a generated function is called: the system's name as Python may call it, unlike anything inside."""

from __future__ import annotations

import re

from symattn.equations import EquationSystem
from symattn.language.names import RESERVED


def function_name(system: EquationSystem) -> str:
    """The system's name as Python may call a function.

    >>> function_name(EquationSystem("scaled dot-product attention", (), (), "O"))
    'scaled_dot_product_attention'
    """
    words = re.sub(r"[^a-z0-9]+", "_", system.name.lower()).strip("_")[:60].strip("_") or "mechanism"
    name = f"mechanism_{words}" if words[0].isdigit() else words
    taken = {*RESERVED, *system.inputs, *system.by_name, *(symbol.name for symbol in system.sizes)}
    while name in taken:
        name += "_function"
    return name
