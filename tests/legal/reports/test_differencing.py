"""Nothing can be learned by taking one report from another, and no month, phase or class gives an entry away."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Conflict, Invalid
from legal.reports.building import MARGINS, lay_out
from legal.reports.counting import Tally, Worked
from legal.reports.folding import fold_lines, merge_months
from legal.reports.snapshot import hours_content
from legal.reports.suppression import INTERNAL_K, PUBLIC_K, hide, solvable
from tests.legal.reports.conftest import Desk

JANUARY, FEBRUARY, MARCH, APRIL = (date(2025, month, 1) for month in range(1, 5))
LATER = datetime(2026, 1, 5, tzinfo=UTC)


def tally(entries: int, *people: str, tenths: int = 10) -> Tally:
    return Tally(entries, entries * tenths, entries * tenths, entries * 1000, min(people), max(people))


def months(tallies: dict[date, Tally]) -> list[tuple[int, int]]:
    runs = merge_months(tallies, first=JANUARY, last=APRIL)
    return [(run.first.month, run.last.month) for run in runs]


@pytest.mark.pure
def test_a_month_of_two_entries_or_one_person_merges_into_the_next() -> None:
    enough, two, alone = tally(3, "a", "b"), tally(2, "a", "b"), tally(9, "a")
    assert months(dict.fromkeys((JANUARY, FEBRUARY, MARCH, APRIL), enough)) == [
        (1, 1),
        (2, 2),
        (3, 3),
        (4, 4),
    ]
    assert months({JANUARY: two, FEBRUARY: enough, MARCH: alone, APRIL: enough}) == [(1, 2), (3, 4)]
    assert months({JANUARY: alone, FEBRUARY: tally(1, "b"), MARCH: enough, APRIL: enough}) == [
        (1, 2),
        (3, 3),
        (4, 4),
    ]


@pytest.mark.pure
def test_months_that_tell_too_little_at_the_end_wait_for_a_later_report() -> None:
    assert months({JANUARY: tally(3, "a", "b"), APRIL: tally(2, "a", "b")}) == [(1, 1), (2, 2), (3, 3)]
    assert months({APRIL: tally(2, "a", "b")}) == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.pure
@pytest.mark.parametrize("k", [INTERNAL_K, PUBLIC_K])
def test_a_phase_of_few_entries_or_of_one_person_is_no_line_of_its_own(k: int) -> None:
    wide, few, alone = tally(k, "a", "b"), tally(k - 1, "a", "b"), tally(50, "a")
    assert fold_lines({"L100": wide, "L200": wide}, k=k) == {"L100": "L100", "L200": "L200"}
    assert fold_lines({"L100": few, "L200": wide}, k=k) == {"L100": "other", "L200": "other"}
    assert fold_lines({"L100": few, "L200": alone, "L300": wide}, k=k) == {
        "L100": "other",
        "L200": "other",
        "L300": "L300",
    }


WORK = st.lists(
    st.builds(
        lambda month, phase, of_class, entries, tenths, who: Worked(
            date(2025, month, 1), phase, of_class, "up", ("eaja", "x"), tally(entries, who, tenths=tenths)
        ),
        st.integers(1, 6),
        st.sampled_from(["L100", "L200", "L300", "C100"]),
        st.sampled_from(["PARTNR", "ASSOC", "PARALG"]),
        st.integers(1, 30),
        st.integers(0, 60),
        st.sampled_from("abcd"),
    ),
    max_size=40,
)


@pytest.mark.pure
@settings(max_examples=60, deadline=None)
@given(work=WORK, k=st.sampled_from([INTERNAL_K, PUBLIC_K]))
def test_totals_are_what_is_shown_and_what_is_hidden_and_nothing_hidden_is_solvable(
    work: list[Worked], k: int
) -> None:
    try:
        hours = lay_out(work, first=JANUARY, last=date(2025, 6, 1), k=k)
    except Conflict:
        return
    content = hours_content(hours)
    shown = sum(row["tenths"] for row in content["rows"] if row["reason"] is None)
    hidden = sum(hours.cells[cell].tenths for cell in hours.hidden)
    if content["rows"]:
        assert shown + hidden == content["total_tenths"]
    for axis in ("by_month", "by_phase", "by_class"):
        assert sum(each["tenths"] for each in content[axis]) == content["total_tenths"]
        assert sum(each["value_minor"] for each in content[axis]) == content["value_minor"]
    assert solvable(hours.hidden, MARGINS) == set()
    for cell, each in hours.cells.items():
        assert cell in hours.hidden or not content["rows"] or (each.entries >= k and each.is_of_several)
    for row in content["rows"]:
        assert (row["tenths"] is None) == (row["value_minor"] is None) == (row["reason"] == "suppressed")


@pytest.mark.pure
@pytest.mark.parametrize("k", [INTERNAL_K, PUBLIC_K])
def test_vector_d_as_cells_of_a_table(k: int) -> None:
    counts = {(0, 0): 12, (0, 1): 3, (0, 2): 20, (1, 0): 15, (1, 1): 14, (1, 2): 2}
    hidden = {(0, 1), (0, 2), (1, 1), (1, 2)}
    assert hide(counts, k=k, margins=((0,), (1,))) == hidden
    assert solvable(hidden - {(1, 1)}, ((0,), (1,)))
    assert solvable(hidden - {(0, 2)}, ((0,), (1,)))


def totals(report: Any) -> dict[str, int]:
    return {each["first_month"]: each["tenths"] for each in report.figures["hours"]["by_month"]}


def test_a_single_late_entry_never_shows_in_the_difference_of_two_reports(
    busy: Desk, in_december: Any
) -> None:
    first = busy.publish()
    in_december.move_to(LATER)
    busy.hours("PARTNR", date(2025, 10, 20), 77)
    with pytest.raises(Conflict) as refusal:
        busy.publish(supersedes_id=first.id, reason="One more entry")
    assert refusal.value.code == "difference_too_small"
    for who in ("PARTNR", "ASSOC"):
        busy.hours(who, date(2025, 12, 8), 10, times=6)
    second = busy.publish()
    assert totals(first)["2025-10"] == 516
    assert totals(second) == {"2025-12": 120 + 77}


def test_a_month_of_one_late_entry_waits(busy: Desk, in_december: Any) -> None:
    busy.publish()
    in_december.move_to(LATER)
    busy.hours("PARTNR", date(2025, 12, 20), 77)
    with pytest.raises(Conflict) as refusal:
        busy.publish()
    assert refusal.value.code == "too_little_to_publish"


def test_a_correction_by_enough_people_stands_beside_what_it_replaces(busy: Desk, in_december: Any) -> None:
    first = busy.publish()
    in_december.move_to(LATER)
    for who in ("PARTNR", "PARTNR#2", "ASSOC", "ASSOC#2"):
        busy.hours(who, date(2025, 10, 20), 10, times=6)
    second = busy.publish(supersedes_id=first.id, reason="Hours that came late")
    assert totals(second) == totals(first) | {"2025-10": 516 + 240}
    assert second.supersedes_id == first.id
    assert second.figures["supersedes"] == first.id
    with pytest.raises(Invalid):
        busy.publish(supersedes_id=first.id, reason="Again")
    with pytest.raises(Invalid) as refusal:
        busy.publish(supersedes_id=second.id)
    assert "reason" in refusal.value.errors


def test_a_correction_hides_a_cell_that_changed_by_little(busy: Desk, in_december: Any) -> None:
    """Four entries of two people in one cell: the totals may move, the cell must not say by how much."""
    first = busy.publish(k=5)
    open_before = [row for row in first.figures["hours"]["rows"] if row["reason"] is None]
    assert open_before
    in_december.move_to(LATER)
    busy.hours("ASSOC", date(2025, 10, 20), 10, times=2)
    busy.hours("ASSOC#2", date(2025, 10, 20), 10, times=2)
    second = busy.publish(supersedes_id=first.id, reason="Hours that came late", k=5)
    changed = [
        row
        for row in second.figures["hours"]["rows"]
        if (row["first_month"], row["phase"], row["class"]) == ("2025-10", "L200", "ASSOC")
    ]
    assert [row["reason"] for row in changed] == ["suppressed"]


@pytest.mark.parametrize("late", [[], [("ASSOC", 7)], [("PARTNR", 1), ("PARTNR#2", 60), ("PARTNR", 9)]])
def test_two_reports_tell_every_entry_once(busy: Desk, in_december: Any, late: list[tuple[str, int]]) -> None:
    first = busy.publish()
    in_december.move_to(LATER)
    for who, tenths in late:
        busy.hours(who, date(2025, 9, 30), tenths)
    for who in ("PARTNR", "ASSOC"):
        busy.hours(who, date(2025, 12, 9), 10, times=3)
    second = busy.publish()
    together = first.figures["hours"]["total_tenths"] + second.figures["hours"]["total_tenths"]
    assert together == 1372 + sum(tenths for _, tenths in late) + 60
