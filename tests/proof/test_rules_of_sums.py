"""Rules for sums, deltas and predicates, each at the ends of the ranges where it could go wrong."""

from fractions import Fraction

from symattn.proof import normal_form, ranges
from symattn.proof.terms import (
    Factor,
    Index,
    added,
    fresh,
    number,
    of_factor,
    of_index,
    of_size,
    one,
    scaled,
    subtracted,
    zero,
)

N, M, W = of_size("n"), of_size("m"), of_size("w")
I, J = Index("i", N), Index("j", M)  # noqa: E741
AT_I, AT_J = of_index(I), of_index(J)


def entry(name, *positions):
    return of_factor(Factor("entry", name, positions))


def times(*values):
    return normal_form.multiplied(*values)


def whole_part(value, width):
    return normal_form.floored(times(value, normal_form.power(width, Fraction(-1))))


def test_a_delta_picks_an_entry_that_is_there():
    r = fresh(N)
    assert normal_form.total(r, times(normal_form.delta(of_index(r), AT_I), entry("x", of_index(r)))) == entry(
        "x", AT_I
    )


def test_a_delta_picks_nothing_outside_the_range():
    r = fresh(N)
    picked = normal_form.total(r, times(normal_form.delta(of_index(r), AT_J), entry("x", of_index(r))))
    assert picked == times(normal_form.holds(subtracted(N, added(AT_J, one()))), entry("x", AT_J))


def test_a_delta_of_a_multiple_is_left_or_zero():
    r = fresh(N)
    twice = scaled(of_index(r), 2)
    assert normal_form.delta(twice, added(scaled(AT_I, 2), one())).is_zero
    assert not normal_form.total(r, normal_form.delta(twice, AT_I)).is_zero


def test_an_index_that_stands_squared_is_not_solved_for():
    row, column = fresh(N), fresh(W)
    place = added(times(of_index(row), of_index(row), W), of_index(column))
    value = times(normal_form.delta(place, AT_J), entry("A", of_index(row), of_index(column)))
    total = normal_form.total(column, normal_form.total(row, value))
    assert row not in total.free and column not in total.free
    assert "index._" in total.text, "the row stays bound"


def test_a_predicate_that_always_holds_is_one_and_one_that_never_does_is_zero():
    assert normal_form.holds(AT_I) == one()
    assert normal_form.holds(subtracted(subtracted(N, one()), AT_I)) == one()
    assert normal_form.holds(subtracted(AT_I, N)).is_zero
    assert normal_form.holds(subtracted(AT_I, AT_J)).number is None
    assert normal_form.holds(subtracted(subtracted(N, one()), one())).number is None, "n may be 1"


def test_a_predicate_is_divided_by_what_all_but_its_constant_have_in_common():
    assert normal_form.holds(subtracted(scaled(AT_I, 2), number(3))) == normal_form.holds(subtracted(AT_I, number(2)))
    assert normal_form.holds(subtracted(number(3), scaled(AT_I, 2))) == normal_form.holds(subtracted(one(), AT_I))


def test_a_whole_part_of_what_may_be_negative_is_not_called_nonnegative():
    below = whole_part(subtracted(AT_I, AT_J), number(2))
    assert not ranges.surely_nonnegative(below, normal_form.multiplied)
    assert ranges.surely_nonnegative(whole_part(AT_I, number(2)), normal_form.multiplied)


def test_a_whole_part_below_one_is_zero():
    inside = fresh(W)
    assert whole_part(of_index(inside), W).is_zero
    assert whole_part(added(of_index(inside), times(W, AT_I)), W) == AT_I
    assert not whole_part(added(of_index(inside), one()), W).is_zero


def test_pi_is_no_whole_number():
    pi = of_factor(Factor("constant", "pi"))
    assert not ranges.is_whole(pi)
    assert ranges.is_whole(times(N, AT_I))
    assert not ranges.is_whole(scaled(AT_I, Fraction(1, 2)))


def test_a_matrix_called_floor_is_not_whole():
    assert not ranges.is_whole(entry("floor", AT_I, AT_J))


def test_what_nothing_mentions_is_counted():
    r = fresh(added(N, one()))
    assert normal_form.total(r, entry("x", AT_I)) == times(added(N, one()), entry("x", AT_I))


def test_a_sum_from_one_on_is_not_shortened_where_it_could_be_empty():
    r, longer = fresh(N), fresh(added(N, one()))
    later = normal_form.holds(subtracted(of_index(r), one()))
    assert "holds" in normal_form.total(r, times(later, entry("x", of_index(r)))).text
    later = normal_form.holds(subtracted(of_index(longer), one()))
    assert "holds" not in normal_form.total(longer, times(later, entry("x", of_index(longer)))).text


def test_opposite_predicates_exclude_each_other():
    truth = normal_form.holds(subtracted(AT_I, AT_J))
    assert times(truth, normal_form.complement(truth)) == zero()
