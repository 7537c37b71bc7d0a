"""Where the marks of the server's charts stand."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drawing.charts import BASELINE, PLOT_HEIGHT, PLOT_TOP, STEP_WIDTH, bars, daily_steps, stack, steps

pytestmark = pytest.mark.pure

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=10)


def test_the_highest_bar_fills_the_plot_and_others_keep_their_proportion() -> None:
    low, high = bars([("May", 50, "5.0"), ("Jun", 100, "10.0")])
    assert (high.height, high.y) == (PLOT_HEIGHT, PLOT_TOP)
    assert low.height == PLOT_HEIGHT / 2
    assert low.y + low.height == BASELINE


def test_no_points_make_no_bars_and_zeros_make_flat_ones() -> None:
    assert bars([]) == []
    assert [bar.height for bar in bars([("May", 0, "0"), ("Jun", -3, "-3")])] == [0, 0]


def test_crowded_labels_are_thinned_and_the_last_always_shows() -> None:
    drawn = bars([(str(n), n, str(n)) for n in range(24)])
    assert sum(bar.shows_label for bar in drawn) == 6
    assert drawn[-1].shows_label


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_bars_stay_inside_the_chart_and_apart(values: list[int]) -> None:
    drawn = bars([(str(n), value, str(value)) for n, value in enumerate(values)])
    for left, right in pairwise(drawn):
        assert left.x + left.width < right.x
    assert drawn[-1].x + drawn[-1].width <= 100
    assert all(0 <= bar.height <= PLOT_HEIGHT for bar in drawn)


def test_a_total_steps_up_at_its_instant_and_stays_until_the_next() -> None:
    line = steps([(START + timedelta(days=5), 50)], starts_at=START, ends_at=END, goal=100)
    middle = BASELINE - PLOT_HEIGHT / 2
    assert line.path == f"M0 {BASELINE}H{STEP_WIDTH / 2:g}V{middle:g}"
    assert (line.last_x, line.last_y) == (50, middle)
    assert (line.goal_y, line.deadline_x) == (PLOT_TOP, 100)


def test_more_than_the_goal_lowers_the_goal_line_not_the_total() -> None:
    line = steps([(END, 200)], starts_at=START, ends_at=END, goal=100)
    assert line.last_y == PLOT_TOP
    assert line.goal_y == PLOT_TOP + PLOT_HEIGHT / 2


def test_a_point_after_the_deadline_moves_the_deadline_inward() -> None:
    line = steps([(START + timedelta(days=20), 5)], starts_at=START, ends_at=END)
    assert (line.last_x, line.deadline_x, line.goal_y) == (100, 50, None)


def test_nothing_raised_yet_is_a_flat_start() -> None:
    assert steps([], starts_at=START, ends_at=END, goal=100).path == f"M0 {BASELINE}"


def test_parts_of_nothing_are_left_out_of_the_stack() -> None:
    assert [part.label for part in stack([("Filing", 3, "3"), ("Travel", 0, "0"), ("Bond", 1, "1")])] == [
        "Filing",
        "Bond",
    ]
    assert stack([("Travel", 0, "0")]) == []


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6))
def test_shares_of_a_stack_add_up_to_a_hundred(values: list[int]) -> None:
    drawn = stack([(str(n), value, str(value)) for n, value in enumerate(values)])
    assert sum(part.share for part in drawn) == 100
    assert abs(drawn[-1].x + drawn[-1].width - 100) < 0.01


def test_a_day_stands_at_its_end_in_the_drives_zone_and_today_at_the_hour_of_the_figures() -> None:
    zone = "America/Chicago"  # midnight there is 06:00 UTC in November
    starts_at, ends_at = datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 11, 11, 6, tzinfo=UTC)
    as_of = datetime(2026, 11, 6, 6, tzinfo=UTC)
    days = [(date(2026, 11, 5), 50), (date(2026, 11, 6), 100)]
    line = daily_steps(days, starts_at, ends_at, zone, as_of, goal=100)
    first = STEP_WIDTH / 2
    assert line.path == f"M0 {BASELINE}H{first:g}V{BASELINE - PLOT_HEIGHT / 2:g}H{first:g}V{PLOT_TOP}"
