"""A mechanism's equations in the small steps of a page: score, scale, allowed keys, exponentials, weights, sums."""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Expr, Integer, MatrixSymbol, Pow, Symbol, Transpose, sqrt

from symattn.calculus.naming import Names
from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.language.declarations import declare
from symattn.nodes import (
    Column,
    ElementwiseQuotient,
    ElementwiseSum,
    MatrixProduct,
    Member,
    OverAllowedKeys,
    Row,
    Value,
    is_matrix,
)
from symattn.nodes.cases import put_in
from symattn.page.lines import Choice, Line, Workbench
from symattn.page.naming import with_named_weights
from symattn.page.score_functions import (
    FUNCTIONS,
    KEY,
    QUERY,
    SCORE,
    Scored,
    dot_product_of,
    equations_of,
    function_of,
    rewritten,
)
from symattn.page.weighing import Weighing, weighing
from symattn.pictures.weights import is_normaliser, makers

SCALE, SIMILARITY = "scale", "score"
"""What the choices of the scale and of the score function are called."""

ON, OFF = "on", "off"

WEIGHTS = "WUw"
"""What the names of matrices of weights begin with, in papers and in the library."""


def unfolded(system: EquationSystem) -> Workbench:
    """The equations that a mechanism's output rests on, in small steps, with what can be chosen.

    A softmax, or another normaliser over keys, is taken apart. Where there is one alone, its allowed set and its
    temperature can be chosen; where its scores are divided by the root of a size, or could be, that can be switched;
    where they are dot products, or another score function of the library, so can the function.
    """
    return _Unfolding(system).workbench()


@dataclass
class _Unfolding:
    system: EquationSystem
    names: Names = field(init=False)
    lines: list[Line] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    added: list[Value] = field(default_factory=list)
    replaced: dict[Expr, Expr] = field(default_factory=dict)
    temperature: str = ""
    window: str = ""
    picked: str = ""
    weights: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = Names.of(self.system)
        self.system = with_named_weights(self.system, self.names)
        self.equations = self.system.needed(self.system.output)
        normalised = [equation for equation, _ in makers(self.system)]
        self.only = normalised[0] if len(normalised) == 1 and is_normaliser(normalised[0].expression) else None
        self.scaled = self._scaled_equation()

    def workbench(self) -> Workbench:
        first, function = self._score_function()
        for place, equation in enumerate(self.equations):
            if place in first:
                if place == max(first):
                    self._score(equation, function)
                continue
            self._take(equation)
        return Workbench(
            self.system,
            tuple(self.lines),
            tuple(self.choices),
            tuple(self.added),
            self.temperature,
            self.window,
            self.picked,
        )

    def _take(self, equation: Equation) -> None:
        if equation == self.scaled:
            self._split_scale(equation)
        elif is_normaliser(equation.expression):
            self._weigh(self._renamed(equation), choose=equation == self.only)
        elif equation.name == self._scores_name() and self.scaled is None and dot_product_of(equation) is not None:
            self._dot_products(self._renamed(equation))
        else:
            self._keep(self._renamed(equation))

    def _scores_name(self) -> str:
        """What the only normaliser's scores are called, without the temperature that may divide them."""
        if self.only is None:
            return ""
        scores = self.only.expression.scores
        scores = scores.left if isinstance(scores, ElementwiseQuotient) else scores
        return scores.name if isinstance(scores, (MatrixSymbol, Member)) else ""

    def _dot_products(self, equation: Equation) -> None:
        """Scores that are dot products and not divided by anything: other functions, and a scale to switch on."""
        scored = dot_product_of(equation)
        assert scored is not None
        self.lines.append(Line(equation, "score", SIMILARITY, ("dot",)))
        self._others("dot", scored, equation.name)
        self._scale_switch(equation, scored)

    def _renamed(self, equation: Equation) -> Equation:
        return Equation(equation.name, put_in(equation.expression, self.replaced), equation.axes)

    def _keep(self, equation: Equation) -> None:
        """An equation as it is; a sum over keys, weights times values, comes after its terms."""
        value, role = equation.expression, "value"
        if equation.name == self._scores_name():
            role = "score"
        elif isinstance(value, MatrixProduct):
            left, right = value.left, value.right
            if isinstance(right, (MatrixSymbol, Member)) and getattr(left, "name", "") in self.weights:
                self._terms(equation, value)
                role = "sum"
        if role == "value" and is_projection(value, self.system):
            role = "project"
        self.lines.append(Line(equation, role))

    def _terms(self, equation: Equation, value: MatrixProduct) -> None:
        """What each key adds to the output: its column of weights times its value."""
        at = self.names.index("c", "l", "t")
        term = MatrixProduct(Column(value.left, at), Row(value.right, at))
        axes = (*equation.axes, (at, value.left.shape[1]))
        self.lines.append(Line(Equation(self.names.fresh("C", "T", "D"), term, axes), "weigh"))

    def _weigh(self, equation: Equation, choose: bool) -> None:
        node = equation.expression
        assert isinstance(node, OverAllowedKeys)
        scores, temperature = self._tempered(node.scores) if choose else (node.scores, None)
        found: Weighing = weighing(equation, scores, temperature, self.names, choose)
        self.lines += found.lines
        self.choices += found.choices
        if found.window is not None and found.picked is not None:
            self.added += [found.window, found.picked]
            self.window, self.picked = found.window.name, found.picked.name
        self.weights.add(equation.name)

    def _tempered(self, scores: Value) -> tuple[Value, Value | None]:
        """The scores, and the temperature that divides them: the mechanism's own where they are divided by a number."""
        inputs = self.system.inputs
        divisor = scores.right if isinstance(scores, ElementwiseQuotient) else None
        if isinstance(divisor, Symbol) and divisor.name in inputs and not is_matrix(inputs[divisor.name]):
            self.temperature = divisor.name
            return scores.left, divisor
        self.temperature = self.names.fresh("tau", "theta")
        self.added.append(declare(self.temperature, ()))
        return scores, self.added[-1]

    def _scaled_equation(self) -> Equation | None:
        """The last equation on the way to the scores in which something is divided by the root of a size."""
        if self.only is None:
            return None
        before = _resting_on(self.system, self.only.expression.scores)
        found = [each for each in self.equations if each.name in before and self._quotient(each.expression) is not None]
        return found[-1] if found else None

    @staticmethod
    def _quotient(value: Value) -> ElementwiseQuotient | None:
        """The one part of a value that is divided by the root of a size, or of a sum of sizes."""
        parts = [part for part in value.atoms(ElementwiseQuotient) if is_root_of_a_size(part.right)]
        return parts[0] if len(parts) == 1 and is_matrix(parts[0].left) else None

    def _score_function(self) -> tuple[frozenset[int], str]:
        """The places of the equations that are a score function of the library, and which; none unless it is alone."""
        if self.only is None or not isinstance(self.only.expression.scores, MatrixSymbol):
            return frozenset(), ""
        wanted = self.only.expression.scores.name
        if wanted != SCORE or wanted not in self.system.by_name or not {QUERY, KEY} <= set(self.system.inputs):
            return frozenset(), ""
        found = function_of(self.system.needed(wanted))
        if found in (None, "dot"):
            return frozenset(), ""
        own = self.system.needed(wanted)
        return frozenset(place for place, each in enumerate(self.equations) if each in own), str(found)

    def _score(self, equation: Equation, function: str) -> None:
        """A score function of the library that is no dot product, and the others beside it."""
        system, own = equations_of(function)
        for each in own:
            self.lines.append(Line(each, "score", SIMILARITY, (function,)))
        scored = Scored(system.inputs[QUERY], system.inputs[KEY])
        if scored.query.shape[1] != scored.key.shape[1]:
            # Other functions compare queries and keys of one length; here the lengths are free to differ.
            self.lines = [Line(line.equation, "score") for line in self.lines]
            return
        self._others(function, scored, equation.name)
        self._scale_switch(equation, scored)

    def _others(self, function: str, scored: Scored, score: str) -> None:
        options = [function]
        for name in FUNCTIONS:
            if name != function:
                made, added = rewritten(name, scored, score, self.names)
                self.lines += [Line(each, "score", SIMILARITY, (name,)) for each in made]
                self.added += added
                options.append(name)
        self.choices.append(Choice(SIMILARITY, tuple(options)))

    def _scale_switch(self, equation: Equation, scored: Scored) -> None:
        """A step that divides scores by the root of the length of a key, or leaves them as they are."""
        root = sqrt(scored.key.shape[1])
        name = self.names.fresh("Z", "Y")
        plain, divided = (
            Equation(name, value, equation.axes)
            for value in (equation.left_side, ElementwiseQuotient(equation.left_side, root))
        )
        self.lines += [Line(plain, "scale", SCALE, (OFF,)), Line(divided, "scale", SCALE, (ON,))]
        self.choices.append(Choice(SCALE, (OFF, ON)))
        self.replaced[equation.symbol] = plain.symbol

    def _split_scale(self, equation: Equation) -> None:
        """An equation with the root of a size in it as two: what is divided, and the quotient, or what is left."""
        quotient = self._quotient(equation.expression)
        assert quotient is not None
        whole = quotient == equation.expression
        raw = Equation(equation.name if whole else self.names.fresh("R", "U"), quotient.left, equation.axes)
        raw = self._renamed(raw)
        scored = dot_product_of(raw)
        if scored is None:
            self.lines.append(Line(raw, "score"))
        else:
            self.lines.append(Line(raw, "score", SIMILARITY, ("dot",)))
            self._others("dot", scored, raw.name)
        called = self.names.fresh("Z", "Y") if whole else equation.name
        for option, value in ((ON, ElementwiseQuotient(raw.left_side, quotient.right)), (OFF, raw.left_side)):
            made = value if whole else put_in(equation.expression, {quotient: value})
            line = self._renamed(Equation(called, made, equation.axes))
            self.lines.append(Line(line, "scale", SCALE, (option,)))
        self.choices.append(Choice(SCALE, (ON, OFF)))
        if whole:
            self.replaced[equation.symbol] = line.symbol


def _resting_on(system: EquationSystem, value: Value) -> set[str]:
    """The names of the equations that a value rests on."""
    names = [name for name in mentioned_names(value) if name in system.by_name]
    return {equation.name for equation in system.needed(*names)} if names else set()


def is_input(value: Value, system: EquationSystem) -> bool:
    """Whether a value is an input, a member of one, or the transpose of these."""
    value = value.arg if isinstance(value, Transpose) else value
    return isinstance(value, (MatrixSymbol, Member)) and value.name in system.inputs


def is_projection(value: Value, system: EquationSystem) -> bool:
    """Whether a value is an input times a matrix of weights, with or without a bias."""
    if isinstance(value, ElementwiseSum) and is_input(value.right, system):
        value = value.left
    if not isinstance(value, MatrixProduct) or not all(is_input(side, system) for side in (value.left, value.right)):
        return False
    return any(symbol.name[0] in WEIGHTS for side in (value.left, value.right) for symbol in side.atoms(MatrixSymbol))


def is_root_of_a_size(value: Value) -> bool:
    """Whether a number is the square root of sizes, as ``sqrt(d_k)``."""
    if is_matrix(value) or not isinstance(value, Pow) or value.exp != Integer(1) / 2:
        return False
    return bool(value.free_symbols) and all(symbol.is_positive and symbol.is_integer for symbol in value.free_symbols)
