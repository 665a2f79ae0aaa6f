"""Finding a product, with its sums, among the factors of a larger one."""

from __future__ import annotations

from collections.abc import Iterator

from symattn.proof.terms import Index, Powers, Product, opened, renamed_factor


def matched(pattern: Product, bound: tuple[Index, ...], powers: Powers) -> tuple[tuple[Index, ...], Powers] | None:
    """What is left, sums and factors, once a product is taken out; nothing if it is not there.

    The sums of the pattern have to be sums of the whole over the same ranges, and nothing else may mention their
    indices.
    """
    if not pattern.factors:
        return None
    own, wanted = opened(pattern)
    for naming in _namings(own, wanted, bound, powers, {}):
        left = _taken_out(wanted, naming, powers)
        used = set(naming.values())
        if left is not None and not any(factor.free & used for factor, _ in left):
            return tuple(index for index in bound if index not in used), left
    return None


def contains(pattern: Product, bound: tuple[Index, ...], powers: Powers) -> bool:
    """Whether the factors of a product stand among others, with free or bound indices of theirs for its own."""
    own, wanted = opened(pattern)
    indices = (
        *bound,
        *sorted({index for factor, _ in powers for index in factor.free} - {*bound}, key=lambda index: index.name),
    )
    if not own:
        return _present(wanted, own, {}, powers)
    return next(_namings(own, wanted, indices, powers, {}), None) is not None


def _namings(
    own: tuple[Index, ...],
    wanted: Powers,
    bound: tuple[Index, ...],
    powers: Powers,
    naming: dict[Index, Index],
) -> Iterator[dict[Index, Index]]:
    """The ways to call the pattern's indices by the whole's, as far as one factor after the other allows it."""
    if len(naming) == len(own):
        yield naming
        return
    index = own[len(naming)]
    for candidate in bound:
        if candidate in naming.values() or candidate.length != index.length:
            continue
        more = {**naming, index: candidate}
        if _present(wanted, own, more, powers):
            yield from _namings(own, wanted, bound, powers, more)


def _present(wanted: Powers, own: tuple[Index, ...], naming: dict[Index, Index], powers: Powers) -> bool:
    """Whether every factor of the pattern whose indices are all named is there."""
    unnamed = set(own) - set(naming)
    texts = {factor.text for factor, _ in powers}
    return all(renamed_factor(factor, naming).text in texts for factor, _ in wanted if factor.free.isdisjoint(unnamed))


def _taken_out(wanted: Powers, naming: dict[Index, Index], powers: Powers) -> Powers | None:
    """The powers less those of the pattern; nothing if one of them is not there, or not to so high a power."""
    left = {factor.text: (factor, exponent) for factor, exponent in powers}
    for factor, exponent in wanted:
        named = renamed_factor(factor, naming)
        found = left.pop(named.text, None)
        if found is None or found[1] * exponent <= 0 or abs(found[1]) < abs(exponent):
            return None
        truth = factor.kind in ("delta", "holds", "compare", "nonzero")
        rest = found[1] - exponent
        if rest:
            left[named.text] = (named, rest)
        elif truth and not factor.free:
            left[named.text] = found
    return tuple(left.values())
