"""One step of causal linear attention as a recurrent network: a state of fixed size takes in one token.

S gathers phi(k_t) v_t', z gathers phi(k_t); T and y are the state after this token, given to the next step as S and z.
Begin with zeros.
"""

from symattn.defining import mechanism

linear_recurrent_step = mechanism(
    "linear attention, one step",
    inputs={"q": "1 d_k", "k": "1 d_k", "v": "1 d_v", "S": "d_k d_v", "z": "d_k 1"},
    equations="""
        f = elu(q) + 1
        g = elu(k) + 1
        T = S + g.T @ v
        y = z + g.T
        o = (f @ T) / (f @ y)
    """,
    source="Katharopoulos et al. 2020, arXiv:2006.16236, eqs. (16) to (20)",
    conventions={
        "sizes": "one query and key of length d_k, one value of length d_v; state S of d_k by d_v, z of d_k",
        "scale": "none",
        "causal": "the token sees itself and what the state has taken in",
        "empty row": "none: the token may attend to itself",
    },
    output="o",
)
