"""Mechanism: an attention mechanism written as equations, and everything that can be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr

from symattn import calculus, closed_form, lowering, pictures, proof, publishing, verification, worked
from symattn.equations import Equation, EquationSystem
from symattn.errors import LanguageError
from symattn.language import WORDS, parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.language.names import check_name
from symattn.language.scope import unused_inputs
from symattn.nodes import Value
from symattn.nodes.base import PRINTERS
from symattn.verdicts import Verdict

PRINTERS.update(latex=lambda value: publishing.latex(value), code=lambda value: publishing.code(value))
# By name at each call: publishing is loaded when something is printed for the first time.


class Mechanism(EquationSystem):
    '''An attention mechanism: a short list of named equations; closed forms, numbers and code are functions of it.

    >>> attention = mechanism(
    ...     "dot-product attention",
    ...     inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    ...     equations="""
    ...         P = softmax(Q @ K.T)
    ...         O = P @ V
    ...     """,
    ... )
    >>> attention.at(n=2, m=3).shape("P")
    (2, 3)
    '''

    def at(self, **sizes: object) -> Mechanism:
        """The same mechanism with concrete sizes, as in ``m.at(n=3, m=3)``.

        Errors: ``UnknownNameError`` for a size that is not the mechanism's, ``ShapeError`` for a value below 1.
        """
        made = self.with_sizes(**sizes)
        assert isinstance(made, Mechanism)
        return made

    def inline(self, name: str | None = None) -> Value:
        """The output, or another value, as one expression in the inputs.

        Errors: ``UnknownNameError`` for a name that the mechanism does not have.
        """
        return self.expression(name)

    def entry(self, name: str, *position: Any, expand: bool = False, limit: int | None = None) -> Expr:
        """The entry of a value at a row and a column counted from 0: sums over indices, or terms for concrete sizes.

        ``m.entry("O", "i", "j")``, and of a family ``m.entry("Q", "h", "i", "j")``, the member's positions in front.
        By default it is written over the named values of the equation itself; with ``expand=True`` over the inputs.
        Errors: ``UnknownNameError``, ``ShapeError`` outside the matrix, ``LimitError`` for a result above ``limit``
        operations, counted before it is built.
        """
        return closed_form.entry(self, name, *position, expand=expand, limit=limit)

    def entries(self, name: str | None = None) -> closed_form.EntryBlocks:
        """Every entry of a value over named block equations, for concrete sizes; entries are built when asked for.

        Errors: ``ShapeError`` if a size is symbolic.
        """
        return closed_form.entry_blocks(self, self.output if name is None else name)

    def bind(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> worked.Bound:
        """The mechanism with exact numbers for its inputs: every intermediate exact, then decimal.

        Errors: ``InputError`` for a missing, extra, ragged, empty or non-finite input, ``ShapeError`` for sizes that
        do not conform.
        """
        return worked.bind(self, {**(values or {}), **more})

    def backward(self, output: str | None = None, wrt: str | Iterable[str] | None = None) -> Mechanism:
        """The backward pass as a mechanism: cotangents in matrix form, behind the equations that they rest on.

        Its inputs are those of the mechanism and the cotangent of ``output``, such as ``dO``; its results the
        cotangents of ``wrt``, one name or several, by default of every input but allowed sets.
        Errors: ``UnknownNameError`` for a name that the mechanism does not have, ``InputError`` for the output's own.

        >>> attention = mechanism("a", {"P": "n m", "V": "m d_v"}, "O = P @ V")
        >>> [str(equation.expression) for equation in attention.backward()]
        ['dO @ V.T', 'P.T @ dO']
        """
        made = calculus.backward(self, output, wrt)
        assert isinstance(made, Mechanism)
        return made

    def prove_gradients(
        self, output: str | None = None, wrt: str | Iterable[str] | None = None, seconds: float = 20.0
    ) -> proof.BackwardProof:
        """Whether the backward pass is right for every size: each cotangent against the chain rule, in index notation.

        ``.verdict("Q")`` says how dQ is known; what cannot be proved within ``seconds`` is computed at random instances
        instead and called ``sampled``.
        Errors: those of ``backward``.

        >>> attention = mechanism("a", {"P": "n m", "V": "m d_v"}, "O = P @ V")
        >>> attention.prove_gradients().kind
        'proved'
        """
        return proof.prove_gradients(self, output, wrt, seconds)

    def prove_tangents(
        self, output: str | None = None, wrt: str | Iterable[str] | None = None, seconds: float = 20.0
    ) -> proof.TangentProof:
        """The same for forward mode: whether each tangent is right for every size. Errors: those of ``jvp``."""
        return proof.prove_tangents(self, output, wrt, seconds)

    def prove_second_order(
        self, output: str | None = None, wrt: str | Iterable[str] | None = None, seconds: float = 20.0
    ) -> Verdict:
        """The same for ``hvp``: the backward pass and the tangents of its cotangents. Errors: those of ``hvp``."""
        return proof.prove_second_order(self, output, wrt, seconds)

    def jvp(self, output: str | None = None, wrt: str | Iterable[str] | None = None) -> Mechanism:
        """Forward mode as a mechanism: the tangent of the output, behind the equations that it rests on.

        Its inputs are those of the mechanism and the tangents of ``wrt``, such as ``Q_dot``; one name or several, by
        default every input but allowed sets. Of a backward pass it gives the tangents of all results.
        Errors: ``UnknownNameError`` for a name that the mechanism does not have.

        >>> attention = mechanism("a", {"P": "n m", "V": "m d_v"}, "O = P @ V")
        >>> [str(equation.expression) for equation in attention.jvp()]
        ['P_dot @ V + P @ V_dot']
        """
        made = calculus.jvp(self, output, wrt)
        assert isinstance(made, Mechanism)
        return made

    def hvp(self, output: str | None = None, wrt: str | Iterable[str] | None = None) -> Mechanism:
        """The Hessian of ``<dO, O>`` times a direction, as a mechanism: forward mode over the backward pass.

        Its inputs are those of the backward pass and the tangents of ``wrt``, such as ``Q_dot``; its results the
        tangents of its cotangents, such as ``dQ_dot``.
        Errors: ``UnknownNameError`` for a name that the mechanism does not have.

        >>> attention = mechanism("a", {"P": "n m", "V": "m d_v"}, "O = P @ V")
        >>> [str(equation.expression) for equation in attention.hvp()]
        ['dO @ V_dot.T', 'P_dot.T @ dO']
        """
        made = calculus.hvp(self, output, wrt)
        assert isinstance(made, Mechanism)
        return made

    def jacobian(
        self, output: str | None = None, wrt: str | None = None, entry: Sequence[int] | None = None
    ) -> Mechanism:
        """The derivative of each entry of an output by a value, as a mechanism whose result is a family.

        ``J_Q[a, b]``, of the shape of ``Q``, is the gradient of entry ``(a, b)`` of the output in ``Q``; with
        ``entry``, positions counted from 0, of that one entry.
        Errors: ``UnknownNameError``; ``InputError`` unless one value is asked for, ``ShapeError`` for wrong positions.

        >>> attention = mechanism("a", {"P": "n m", "V": "m d_v"}, "O = P @ V")
        >>> print(attention.jacobian(wrt="P", entry=(0, 1)))
        J_P = [i = 1]_i ⊙ V_{:,2}ᵀ
        """
        made = calculus.jacobian(self, output, wrt, entry)
        assert isinstance(made, Mechanism)
        return made

    def hessian(
        self, output: str | None = None, wrt: str | None = None, entry: Sequence[int] | None = None
    ) -> Mechanism:
        """The Hessian of an output in a value, as a mechanism whose result is a family over the value's entries.

        What is differentiated twice is the entry of the output at ``entry``, or else ``<dO, O>``, ``dO`` an input.
        Errors: as for :meth:`jacobian`.
        """
        made = calculus.hessian(self, output, wrt, entry)
        assert isinstance(made, Mechanism)
        return made

    def lambdify(
        self,
        target: str = "numpy",
        outputs: Iterable[str] | None = None,
        layouts: Mapping[str, str] | None = None,
        sizes: Mapping[str, int] | None = None,
        strategy: str = "direct",
    ) -> Callable[..., Any]:
        """A fast function of the inputs, by name or in order; ``.source`` is its module, leading axes are batches.

        ``target`` is ``"numpy"`` or ``"torch"``. With several ``outputs`` the function returns a dict by name, and so
        does that of a backward pass, of all its results.
        ``layouts`` name the axes of arrays that come in another form than the equations declare, those that are one
        axis of the array in brackets: ``{"Q": "n (H d_k)"}`` for heads side by side, ``{"Q": "n H d_k"}`` for tokens
        before heads, ``{"X": "C H W"}`` for a feature map whose pixels are columns; results likewise. ``sizes`` says
        what no array tells, such as ``{"H": 8}``.
        ``strategy`` is ``"direct"``, every value as a whole; ``"tiled"`` (NumPy), scores in tiles that are merged, so
        that no matrix of them is ever held, on as many threads as NumPy's BLAS may use; ``"scalar"`` (NumPy), code for
        small fixed sizes, for which ``sizes`` has all that are symbols: an entry a variable for one instance, the batch
        as the last axis for many; ``"compiled"`` lets numba compile the first of the two; ``"fused"`` (torch),
        attention by ``scaled_dot_product_attention``, or for soft caps and the like ``flex_attention``, which has no
        gradients on the CPU; ``"flex"`` (torch), the second one for all; ``"auto"``, the fastest for the shapes that
        arrays have when the code is called.
        Errors: ``LoweringError``, with the reasons where kernels or tiles have nothing to compute,
        ``UnknownNameError``, ``MissingExtraError`` if torch or numba is not installed, ``ShapeError`` and
        ``LimitError`` for fixed sizes that are missing or too large.
        """
        return lowering.lambdify_system(self, target, outputs, layouts, sizes, strategy)

    def javascript(self, outputs: str | Iterable[str] | None = None, name: str | None = None) -> str:
        """The text of one JavaScript function that computes the output, in a page without symattn or any library.

        It takes an object of the inputs by name, ``{Q: [[1, 2], [3, 4]], t: 0.5}``, a matrix an array of rows, a family
        an array of matrices, and returns an object of the ``outputs``; those of a backward pass are all its results.
        Every equation stands as a comment above its code. ``name`` is what the function is called.
        Errors: ``UnknownNameError``, ``LanguageError`` for a name that would not do, ``LoweringError``.

        >>> attention = mechanism("a", {"P": "n m", "V": "m d_v"}, "O = P @ V")
        >>> print(*attention.javascript(name="attend").splitlines()[1:3], sep="\\n")
        // Takes {P (n, m), V (m, d_v)} as nested arrays and returns {O (n, d_v)}.
        function attend(inputs) {
        """
        return lowering.javascript_source(self, outputs, name)

    def differentiable(self, output: str | None = None) -> Callable[..., Any]:
        """A torch function of the inputs whose gradients are computed by the generated backward pass.

        It is a ``torch.autograd.Function``: what the backward pass reads is kept from the forward pass, only gradients
        that are asked for are computed, and those of inputs with fewer batches than others are summed. Gradients may
        be differentiated again, and ``torch.func`` transforms work but for forward mode.
        Errors: ``UnknownNameError`` for a name that the mechanism does not have, ``MissingExtraError`` if torch is not
        installed.

        >>> import torch
        >>> attention = mechanism("a", {"P": "n m", "V": "m d_v"}, "O = P @ V")
        >>> V = torch.ones(3, 2, requires_grad=True)
        >>> attention.differentiable()(torch.eye(3), V).sum().backward()
        >>> V.grad.shape
        torch.Size([3, 2])
        """
        parts = calculus.named_parts(self, output)
        forward = replace(self, equations=parts, output=self.output if output is None else output)
        return lowering.differentiable(forward, calculus.backward(self, output))

    def verify(self, **options: Any) -> verification.Report:
        """Cross-validate every value: exact against NumPy, torch, mpmath and finite differences; see the report."""
        return verification.verify(self, **options)

    def derive(
        self, values: Mapping[str, Any] | None = None, /, *, language: str = "en", **more: Any
    ) -> publishing.Presentation:
        """The mechanism stage by stage, with numbers substituted where they are given; ``.to("latex")`` prints it.

        Its words are in a ``language``, ``"en"`` or ``"zh"``.
        """
        numbers = {**(values or {}), **more}
        return publishing.derive(self.bind(numbers) if numbers else self, language)

    def plot(
        self, kind: str = "weights", values: Mapping[str, Any] | None = None, /, **options: Any
    ) -> pictures.Picture:
        """A picture of attention with numbers for the inputs: heat maps of the weights, curves, and sweeps.

        ``m.plot("weights", {"Q": …, "K": …, "V": …}, tokens=["the", "cat"])``; inputs may stand among the options as
        well, as in ``m.plot("weights", Q=…, K=…, V=…)``. Kinds, options and errors are those of
        :func:`symattn.pictures.plot`; ``"saturation"`` needs no numbers. ``.save("weights.svg")`` writes the picture.

        >>> attention = mechanism("a", {"S": "n m", "V": "m d_v"}, "O = softmax(S) @ V")
        >>> attention.plot("weights", S=[[0, 0]], V=[[1], [2]]).panels[0].shape
        (1, 2)
        """
        named = {name: options.pop(name) for name in self.inputs if name in options}
        numbers = {**(values or {}), **named}
        language = options.get("language", "en")
        if kind == "saturation" and not numbers and not set(options) - {"language"}:
            return pictures.plot_without_numbers(self, kind, language)
        return self.bind(numbers).plot(kind, **options)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {publishing.system_latex(self)}$"

    def __str__(self) -> str:
        return publishing.system_text(self)


def mechanism(
    name: str,
    inputs: Mapping[str, str],
    equations: str,
    source: str = "",
    output: str | None = None,
    conventions: Mapping[str, str] | None = None,
) -> Mechanism:
    """An attention mechanism from its equations, as a paper writes them.

    ``inputs`` gives each input's shape (``"n d_k"``; ``"scalar"`` for a number), ``equations`` one equation a line in
    Python's syntax with NumPy's meaning; ``output`` names the result (the last equation unless named);
    ``conventions`` say by topic what the equations do not: the meaning of sizes, the polarity of a mask.
    Errors: ``LanguageError``, ``UnknownNameError``, ``ShapeError``, ``LimitError``, each pointing at the place.

    >>> print(mechanism("mean", inputs={"V": "m d_v"}, equations="O = colmean(V)").output)
    O
    """
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise LanguageError(f"a mechanism is named by a line of text, found {name!r}.")
    if not isinstance(inputs, Mapping) or not inputs:
        raise LanguageError('inputs give each input a shape, as in inputs={"Q": "n d_k"}.')
    symbols: dict[str, Value] = {}
    for key, shape in inputs.items():
        checked = check_name(key, "an input", WORDS)
        symbols[checked] = declare(checked, parse_shape(shape, checked))
    parsed = parse_equations(equations, symbols)
    unused = unused_inputs(symbols, (equation.value for equation in parsed))
    if unused:
        s, them = ("s", "them") if len(unused) > 1 else ("", "it")
        raise LanguageError(f"no equation mentions the input{s} {', '.join(unused)}; use {them} or leave {them} out.")
    made = Mechanism(
        name=name,
        input_symbols=tuple(symbols.values()),
        equations=tuple(Equation(*equation) for equation in parsed),
        output=parsed[-1].name if output is None else output,
        source=source,
        conventions=tuple((str(topic), " ".join(str(text).split())) for topic, text in (conventions or {}).items()),
    )
    if not isinstance(made.output, str) or made.output not in made.by_name:
        raise made.unknown(made.output)
    return made
