"""Vector D: what is hidden stays hidden, whatever the totals say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legal.reports.suppression import INTERNAL_K, PUBLIC_K, CannotHide, NotATable, audit, suppress

pytestmark = pytest.mark.pure

VECTOR_D = [[12, 3, 20], [15, 14, 2]]


@pytest.mark.parametrize("k", [INTERNAL_K, PUBLIC_K])
def test_vector_d_hides_the_small_cells_and_their_complements(k: int) -> None:
    published = suppress(VECTOR_D, k=k)
    assert published == [[12, None, None], [15, None, None]]
    assert audit(published) == set()


@pytest.mark.parametrize(
    ("given_away", "solved"),
    [
        ([[12, None, 20], [15, None, None]], {(0, 1), (1, 1), (1, 2)}),
        ([[12, None, None], [15, 14, None]], {(0, 1), (0, 2), (1, 2)}),
        ([[12, None, 20], [15, 14, None]], {(0, 1), (1, 2)}),
    ],
)
def test_publishing_a_complement_makes_hidden_cells_solvable(
    given_away: list[list[int | None]], solved: set[tuple[int, int]]
) -> None:
    assert audit(given_away) == solved


def test_a_table_without_small_counts_is_published_whole() -> None:
    assert suppress([[12, 0], [11, 40]], k=11) == [[12, 0], [11, 40]]


def test_a_zero_is_never_hidden() -> None:
    assert suppress([[3, 0, 20], [30, 40, 50]], k=5) == [[None, 0, None], [None, 40, None]]


def test_complements_run_to_a_fixed_point_across_a_chain() -> None:
    table = [[1, 50, 60], [50, 2, 60], [60, 50, 70]]
    published = suppress(table, k=5)
    assert (published[0][0], published[1][1], published[2][2]) == (None, None, 70)
    assert audit(published) == set()


@pytest.mark.parametrize("table", [[[3]], [[3, 20]], [[3], [20]], [[0, 0], [1, 0]]])
def test_a_table_that_tells_its_counts_by_its_totals_is_refused(table: list[list[int]]) -> None:
    with pytest.raises(CannotHide):
        suppress(table, k=5)


@pytest.mark.parametrize(("table", "k"), [([[1, 2], [3]], 5), ([[-1, 2]], 5), ([[1, 2]], 1)])
def test_what_is_no_table_of_counts_is_refused(table: list[list[int]], k: int) -> None:
    with pytest.raises(NotATable):
        suppress(table, k=k)


def test_an_empty_table_has_nothing_to_hide() -> None:
    assert suppress([]) == []


TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=2, max_size=4
    )
)


@given(TABLES, st.sampled_from([INTERNAL_K, PUBLIC_K]))
def test_no_table_gives_a_small_count_away_and_what_is_shown_is_true(table: list[list[int]], k: int) -> None:
    try:
        published = suppress(table, k=k)
    except CannotHide:
        assert any(0 in counts for counts in table)
        return
    assert audit(published) == set()
    for counts, shown in zip(table, published, strict=True):
        for count, value in zip(counts, shown, strict=True):
            assert value in (None, count)
            assert value is None or value == 0 or value >= k
            assert count or value == 0
