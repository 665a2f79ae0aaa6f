"""symattn: attention mechanisms as equations; closed forms, exact numbers, fast code and checks follow from them."""

from __future__ import annotations

from symattn.lazy import loader

TYPE_CHECKING = False  # typing's own takes longer to load than all that is loaded before the program can be interrupted
if TYPE_CHECKING:
    from symattn.article_steps import eight_steps
    from symattn.auditing import Audit, audit
    from symattn.comparing import Comparison, compare
    from symattn.defining import Mechanism, mechanism
    from symattn.deriving import Derivation, Rule, Step
    from symattn.equations import Equation
    from symattn.errors import SymattnError
    from symattn.examples import worked_example
    from symattn.lowering import lambdify
    from symattn.mechanisms import named, names
    from symattn.page import interactive_page
    from symattn.pictures import Picture
    from symattn.proof import prove
    from symattn.publishing import Presentation, code, derive, latex, mathml, text
    from symattn.verification import Report, verify
    from symattn.worked import Bound

__version__ = "0.5.0"

_HOMES = {
    "article_steps": ("eight_steps",),
    "auditing": ("Audit", "audit"),
    "comparing": ("Comparison", "compare"),
    "equations": ("Equation",),
    "errors": ("SymattnError",),
    "examples": ("worked_example",),
    "lowering": ("lambdify",),
    "defining": ("Mechanism", "mechanism"),
    "deriving": ("Derivation", "Rule", "Step"),
    "mechanisms": ("named", "names"),
    "page": ("interactive_page",),
    "pictures": ("Picture",),
    "proof": ("prove",),
    "publishing": ("Presentation", "code", "derive", "latex", "mathml", "text"),
    "verification": ("Report", "verify"),
    "worked": ("Bound",),
}

__all__ = [
    "Audit",
    "Bound",
    "Comparison",
    "Derivation",
    "Equation",
    "Mechanism",
    "Picture",
    "Presentation",
    "Report",
    "Rule",
    "Step",
    "SymattnError",
    "__version__",
    "audit",
    "code",
    "compare",
    "derive",
    "eight_steps",
    "interactive_page",
    "lambdify",
    "latex",
    "mathml",
    "mechanism",
    "named",
    "names",
    "prove",
    "text",
    "verify",
    "worked_example",
]

__getattr__ = loader(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
