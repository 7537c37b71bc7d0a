"""The page of a drive as it is drawn: light, labelled, shared by all visitors, honest in every state."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template
from markupsafe import Markup

from core.forms import Form
from core.money import Money
from donors.figures.goal_progress import GoalProgress
from donors.schemas import GiveSchema

STATIC = Path(__file__).parents[2] / "static"
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
OPENS = {
    "scheduled": NOW + timedelta(days=1),
    "open": NOW - timedelta(days=40),
    "closed": NOW - timedelta(days=40),
}
CLOSES = {
    "scheduled": NOW + timedelta(days=9),
    "open": NOW + timedelta(hours=5),
    "closed": NOW - timedelta(hours=1),
}


class Outline(HTMLParser):
    """Elements of a page with their attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _tag, attrs in self.elements if attribute in attrs]


def face(state: str = "open") -> SimpleNamespace:
    usd = lambda minor: Money(minor, "USD")  # noqa: E731
    days = [(date(2026, 10, 13) + timedelta(days=n), n * 150_000) for n in range(40)]
    goal = GoalProgress(
        metric="amount", actual=6_348_000, target=10_000_000, currency="USD", lookback_months=12
    )
    return SimpleNamespace(
        drive=SimpleNamespace(
            id="drive_1", slug="home", title="Bring Carlos home", summary="He waits for his case at home.",
            story_html=Markup("<p>" + "Carlos lays tile and reads to his children. " * 60 + "</p>"),
            currency="USD", opens_at=OPENS[state], closes_at=CLOSES[state], zone="America/Chicago", state=state,
            surplus_clause="It stays in the fund.", deductibility_note="Not deductible.",
        ),
        campaign=SimpleNamespace(id="camp_1", slug="carlos", title="Carlos, home"),
        persona=SimpleNamespace(display_name="Carlos", portrait_url=None),
        organisation=SimpleNamespace(name="Refugio"), partners=["Llano"], goals=[goal], raised=usd(6_348_000),
        raised_at_close=usd(6_348_000),
        donors=312, as_of=NOW, decimals=2, fee_text="About 2.9 % and $0.30.", fee_percent=290, fee_fixed=30,
        tiles=SimpleNamespace(
            cash_received=usd(6_348_000), cash_spent=usd(1_172_550), bond_held=usd(800_000), hours_tenths=4127,
            in_kind=usd(10_274_300), trust_held=usd(0),
        ),
        recent_gifts=[
            SimpleNamespace(name=f"Maria {n}", amount=usd(1500), rhythm="month", at=NOW, message="For the walk.")
            for n in range(8)
        ],
        updates=[SimpleNamespace(title="Filed", body_html=Markup("<p>It is filed.</p>" * 9), published_at=NOW)] * 3,
        hours_by_month=[(date(2026, month, 1), month * 90) for month in range(5, 11)], raised_by_day=days,
    )  # fmt: skip


def drawn(app: Flask, *, state: str = "open", typed: dict[str, str] | None = None) -> str:
    with app.test_request_context("/d/home"):
        form = Form(
            GiveSchema(), typed, initial={"form_token": "token", "amount_choice": "other", "rhythm": "once"}
        )
        return render_template("donors/drive.html", face=face(state), form=form)


def test_a_full_drive_weighs_less_than_60_kilobytes_with_all_it_loads(app: Flask) -> None:
    page = drawn(app)
    loaded = set(re.findall(r"/static/([\w.]+)", page))
    assert loaded == {"amparo.css", "amparo.js", "favicon.svg"}
    assert len(page.encode()) + sum((STATIC / name).stat().st_size for name in loaded) < 60_000


@pytest.mark.parametrize("typed", [None, {"email": "nobody", "rhythm": "once"}])
def test_every_control_has_a_name_and_every_reference_an_end(
    app: Flask, typed: dict[str, str] | None
) -> None:
    page = Outline(drawn(app, typed=typed))
    ids, labelled = page.all("id"), set(page.all("for"))
    assert len(ids) == len(set(ids))
    assert labelled <= set(ids)
    described = {each for text in page.all("aria-describedby") for each in text.split()}
    anchors = {href[1:] for href in page.all("href") if href.startswith("#")}
    assert described | anchors <= set(ids)
    for tag, attributes in page.elements:
        needs_label = tag in {"input", "select", "textarea"} and attributes.get("type") not in {
            *("hidden", "radio", "checkbox"),
        }
        assert not needs_label or "aria-label" in attributes or attributes.get("id") in labelled, attributes


def test_consents_and_fee_cover_are_never_ticked_beforehand(app: Flask) -> None:
    boxes: list[dict[str, Any]] = [
        a for _tag, a in Outline(drawn(app)).elements if a.get("type") == "checkbox"
    ]
    assert boxes
    assert not [box for box in boxes if "checked" in box]


def test_what_is_wrong_stands_on_top_and_next_to_its_field(app: Flask) -> None:
    page = drawn(app, typed={"email": "nobody"})
    assert page.index('href="#f-email"') < page.index('id="f-email"')
    assert 'aria-invalid="true"' in page
    assert 'id="f-email-error"' in page
    assert page.count("<form class=") == 1


@pytest.mark.parametrize("state", ["scheduled", "closed"])
def test_a_drive_that_is_not_open_has_no_form(app: Flask, state: str) -> None:
    page = drawn(app, state=state)
    assert "<form" not in page
    assert {"scheduled": "Giving opens", "closed": "This drive is closed"}[state] in page


def test_the_page_is_the_same_for_everybody(app: Flask) -> None:
    page = drawn(app)
    assert page == drawn(app)
    assert "csrf" not in page
