"""Index notation as data: like things are one text, and no renaming makes two indices one."""

from fractions import Fraction

from symattn.proof import normal_form
from symattn.proof.terms import Factor, Index, fresh, number, of_factor, of_index, of_size, one, opened, renamed, scaled

N, M = of_size("n"), of_size("m")


def entry(name, *positions):
    return of_factor(Factor("entry", name, tuple(map(of_index, positions))))


def summed(index, value):
    return normal_form.total(index, value)


def test_a_sum_has_one_text_whatever_its_index_is_called():
    a, b = fresh(N), fresh(N)
    assert summed(a, entry("A", a)) == summed(b, entry("A", b))
    assert summed(a, entry("A", a)) != summed(b, entry("B", b))


def test_sums_over_other_ranges_are_others():
    a, b = fresh(N), fresh(M)
    assert summed(a, entry("A", a)) != summed(b, entry("A", b))


def test_a_double_sum_has_one_text_in_both_orders():
    a, b = fresh(N), fresh(N)
    value = normal_form.multiplied(entry("A", a, b), entry("x", a))
    other = normal_form.multiplied(entry("A", b, a), entry("x", b))
    assert summed(a, summed(b, value)) == summed(a, summed(b, other))
    assert summed(a, summed(b, value)) != summed(a, summed(b, normal_form.multiplied(entry("A", a, b), entry("x", b))))


def test_a_sum_times_itself_is_no_sum_of_squares():
    a = fresh(N)
    total = summed(a, entry("x", a))
    squares = summed(a, normal_form.multiplied(entry("x", a), entry("x", a)))
    assert normal_form.multiplied(total, total) != squares


def test_a_bound_index_does_not_capture_a_free_one():
    i, j, r = Index("i", N), Index("j", N), fresh(N)
    value = summed(r, normal_form.multiplied(entry("A", i, r), entry("x", j)))
    inner = value.terms[0][0].bound[0]
    moved = renamed(value, {j: i})
    assert moved.free == {i}
    assert moved.terms[0][0].bound == (inner,)
    assert normal_form.substituted(value, {i: of_index(j)}).free == {j}


def test_opened_indices_are_new_each_time():
    r = fresh(N)
    term = summed(r, entry("A", r)).terms[0][0]
    assert set(opened(term)[0]).isdisjoint(opened(term)[0])


def test_like_products_are_counted():
    i = Index("i", N)
    value = entry("x", i)
    assert normal_form.multiplied(number(2), value) == scaled(value, 2)
    assert (scaled(value, Fraction(1, 3)).terms[0][1], one().number) == (Fraction(1, 3), 1)
