"""Hard attention (Xu et al. 2015, arXiv:1502.03044, section 4.1): one annotation, drawn with the weights as chances.

Drawn by the Gumbel-max rule: the largest of e + G, where G has independent entries -log(-log(u)), u uniform in (0, 1),
is position j with probability softmax(e)[j]. G is an input, so the function is a function; its gradient with respect to
the scores is 0 wherever it exists, and training takes REINFORCE or a relaxation such as softmax((e + G) / T).
"""

from symattn.defining import mechanism

hard_attention = mechanism(
    "hard attention",
    inputs={"e": "n L", "a": "L D", "G": "n L"},
    equations="""
        s = hardmax(e + G)
        z = s @ a
    """,
    source="Xu et al. 2015, arXiv:1502.03044, eqs. (8) and (9); Maddison et al. 2014, arXiv:1411.0030 (Gumbel-max)",
    conventions={
        "sizes": "n steps of the decoder; L annotation vectors of D numbers",
        "scale": "none; G is added to the scores themselves, before any temperature",
        "mask": "none: every annotation can be drawn",
        "order": "ties share the weight equally; with continuous noise they do not occur",
    },
)
