"""Direct addition of two feature maps, what attentional fusion is measured against.

The skip connection of a residual network. It weighs both maps by 1, everywhere.
"""

from symattn.defining import mechanism

direct_add = mechanism(
    "direct addition",
    inputs={"X": "C H W", "Y": "C H W"},
    equations="""
        Z[c] = X[c] + Y[c]
    """,
    source="He et al. 2016, arXiv:1512.03385, eq. (1); DAF in the code of arXiv:2009.14082",
    conventions={"sizes": "C channels; H rows, W columns"},
)
