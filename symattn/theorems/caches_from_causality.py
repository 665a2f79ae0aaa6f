"""From the causal mask to the cache of keys and values."""

from symattn.deriving import Theorem
from symattn.theorems import incremental_causal

theorem = Theorem(
    "G13",
    "Causal attention is incremental",
    "The last row needs no mask, the rows before no last token, the cache no second look; layers stacked keep it so.",
    (
        incremental_causal.last_row,
        incremental_causal.earlier_rows,
        incremental_causal.cache,
        incremental_causal.layers,
        incremental_causal.chunk,
    ),
    remarks=("how much memory a cache needs, with keys and values for each head or shared by several",),
)
