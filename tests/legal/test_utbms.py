"""The code set: counts, phases, and refusals that name the field."""

from collections import Counter

import pytest

from core.errors import Invalid
from legal import utbms

pytestmark = pytest.mark.pure


def refused(call, *args, **kwargs):
    with pytest.raises(Invalid) as caught:
        call(*args, **kwargs)
    return caught.value.errors


def test_the_catalogue_holds_the_published_counts():
    kinds = Counter(code.kind for code in utbms.catalogue().values())
    assert kinds == {
        "phase": 5,
        "task": 29,
        "counseling": 4,
        "activity": 11,
        "expense": 24,
    }


def test_each_phase_has_its_published_number_of_tasks():
    phases = Counter(utbms.phase_of(code.code).code for code in utbms.codes("task"))
    assert phases == {"L100": 7, "L200": 6, "L300": 6, "L400": 7, "L500": 3}


@pytest.mark.parametrize(
    ("task", "phase"),
    [
        ("L120", "L100"),
        ("L190", "L100"),
        ("L210", "L200"),
        ("L450", "L400"),
        ("L530", "L500"),
        ("C300", "C300"),
    ],
)
def test_a_task_belongs_to_the_phase_of_its_hundred(task, phase):
    assert utbms.phase_of(task).code == phase


@pytest.mark.parametrize("typed", ["L110", "l110", " L110 ", "L110 Fact Investigation/Development"])
def test_a_code_is_found_as_people_type_or_pick_it(typed):
    assert utbms.task_code(typed).name == "Fact Investigation/Development"


@pytest.mark.parametrize("code", ["L100", "L500", "E112", "A104", "L999", "", "  ", "110"])
def test_time_is_refused_on_what_is_not_a_task(code):
    assert list(refused(utbms.task_code, code)) == ["task_code"]


@pytest.mark.parametrize("code", ["L110", "E112", "A112", "A100", ""])
def test_time_is_refused_on_what_is_not_an_activity(code):
    assert list(refused(utbms.activity_code, code)) == ["activity_code"]


@pytest.mark.parametrize("code", ["L110", "A104", "C100", "E125", "E100", ""])
def test_a_cost_is_refused_on_what_is_not_an_expense(code):
    assert list(refused(utbms.expense_code, code)) == ["expense_code"]


def test_a_refusal_names_the_field_the_caller_calls_it():
    assert list(refused(utbms.task_code, "L100", field="task")) == ["task"]


def test_tasks_are_litigation_first_then_counseling():
    offered = [code.code for code in utbms.tasks()]
    assert len(offered) == 33
    assert offered[0] == "L110"
    assert offered[-1] == "C400"
