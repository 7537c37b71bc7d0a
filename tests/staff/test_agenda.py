"""The staff home shows what the other packages registered."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from staff import agenda
from staff.access import Actor
from staff.agenda import AgendaItem, Figure, Panel
from staff.member import Member
from tests.conftest import Cast


@pytest.fixture
def alone() -> Iterator[None]:
    """Only the providers of the test, whatever else is imported."""
    items, panels = agenda._items[:], agenda._panels[:]
    agenda._items.clear()
    agenda._panels.clear()
    yield
    agenda._items[:], agenda._panels[:] = items, panels


def test_the_home_of_a_quiet_day_says_so(
    alone: None, cast: Cast, sign_in: Callable[[Member], FlaskClient]
) -> None:
    assert "Nothing waits for you" in sign_in(cast.bob).get("/staff/").text


def test_the_most_urgent_comes_first_and_nothing_to_do_is_left_out(alone: None, cast: Cast) -> None:
    @agenda.item
    def week(actor: Actor) -> list[AgendaItem]:
        return [AgendaItem("Certify the week", "/staff/hours", 3, "soon"), AgendaItem("None", "/x", 0)]

    @agenda.item
    def disputes(actor: Actor) -> list[AgendaItem]:
        return (
            [AgendaItem("Answer a dispute", "/staff/gifts", urgency="now")] if actor.can("gifts.view") else []
        )

    assert [each.text for each in agenda.items_for(cast.actor("alice"))] == [
        "Answer a dispute",
        "Certify the week",
    ]
    assert [each.text for each in agenda.items_for(cast.actor("bob"))] == ["Certify the week"]


def test_a_panel_shows_figures_with_their_meaning(
    alone: None, cast: Cast, sign_in: Callable[[Member], FlaskClient]
) -> None:
    @agenda.panel
    def drives(actor: Actor) -> list[Panel]:
        return [
            Panel(
                "Bring Carlos home",
                "/staff/drives/x",
                (Figure("$63,480", "raised of $100,000", 0.6348),),
                "pace",
            )
        ]

    page = sign_in(cast.bob).get("/staff/").text
    assert 'value="63"' in page
    assert "raised of $100,000" in page
