"""From the causal mask to the cache of keys and values."""

from symattn.deriving import Theorem
from symattn.theorems import incremental_causal

theorem = Theorem(
    "G13",
    "Causal attention is incremental",
    "The last row of causal attention needs no mask, and the rows before it do not need the last token: keys and "
    "values are computed once and kept, through any number of layers; a chunk of queries is aligned at the lower "
    "right.",
    (
        incremental_causal.last_row,
        incremental_causal.earlier_rows,
        incremental_causal.cache,
        incremental_causal.layers,
        incremental_causal.chunk,
    ),
    remarks=("how much memory a cache needs, with keys and values for each head or shared by several",),
)
