"""Two organisations work on one case: from an empty house to a public page that is right to the cent."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core import clock
from tests.stories.arranging import found_organisation
from tests.stories.donating import pay_at_once, send_form
from tests.stories.house import House, shows, until
from tests.stories.staffing import fill, let_in, send, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.once]

#: By the EAJA table: 1.2 h of 2025 at 258.46 is 310.152, 0.3 h of 2022 at 234.95 is 70.485.
BOBS_VALUE_MINOR, BENS_VALUE_MINOR = 310_15, 70_49


@dataclass
class Desks:
    """A browser for each person: Alice signs in with her password, the others did so before."""

    house: House
    people: dict[str, str]
    open_browser: Callable[..., Page]

    def __post_init__(self) -> None:
        self.pages: dict[str, Page] = {}

    def of(self, person: str, path: str) -> Page:
        if person not in self.pages:
            self.pages[person] = self.open_browser(scripts=person == "alice")
            come_in = sign_in if person == "alice" else let_in
            come_in(self.pages[person], self.house, self.people[person])
        self.pages[person].goto(f"{self.house.url}/staff/{path}")
        return self.pages[person]


@pytest.fixture
def desks(house: House, open_phone: Callable[..., Page]) -> Desks:
    refugio = found_organisation(
        house, "Refugio Legal Project", {"alice": "owner", "bob": "legal", "frida": "finance"}
    )
    llano = found_organisation(house, "Llano Defenders", {"dana": "owner", "ben": "legal"})
    return Desks(house, {**refugio.people, **llano.people, "llano": llano.slug}, open_phone)


def test_a_case_from_an_empty_house_to_its_public_page(house: House, desks: Desks) -> None:
    slug = _open_and_publish(desks)
    _take_in_the_partner(desks)
    _take_in_their_counsel(desks)
    _record_and_approve(desks)
    pay_at_once(house, send_form(house, slug, "500", "donor@example.org"))
    until(lambda: house.progress(slug)["gifts"] == 1)
    _claim_approve_and_pay(desks)
    figures = until(lambda: _when_spent(house.progress(slug)))
    assert figures["legal"] == {
        "hours": 1.5,
        "in_kind_minor": BOBS_VALUE_MINOR + BENS_VALUE_MINOR,
        "cash_received_minor": 50_000,
        "cash_spent_minor": 405_07,
        "bond_held_minor": 0,
        "trust_held_minor": 0,
        "in_kind_services_minor": 0,
    }
    visitor = desks.open_browser()
    shown = ["$500", "$405.07", "$0", "1.5 h"]
    until(lambda: shows(visitor, f"{house.url}/d/{slug}", {".tiles .figure": shown}))
    expect(visitor.locator(".tiles")).to_contain_text("$380.64")
    house.command("ledger", "verify")
    house.command("audit", "verify")


def _when_spent(figures: dict[str, Any]) -> dict[str, Any] | None:
    return figures if figures["legal"]["cash_spent_minor"] else None


def _open_and_publish(desks: Desks) -> str:
    """Client, campaign, fund and drive with fewer than fifteen fields filled in; returns the drive's slug."""
    steps = [
        ("clients/new", {"display_name": "Carlos"}, "Register the client"),
        (
            "campaigns/new",
            {"title": "Carlos belongs at home", "story": "Carlos is a father.", "client_id": "Carlos"},
            "Open the campaign",
        ),
        (
            "funds/new",
            {
                "name": "Legal fund",
                "purpose": "Costs of the case",
                "surplus_clause": "The next case.",
                "campaign_id": "Carlos belongs at home",
            },
            "Open the fund",
        ),
    ]
    filled_in = 0
    for path, typed, label in steps:
        page = desks.of("alice", path)
        fill(page, **typed)
        send(page, label)
        filled_in += len(typed)
    page = desks.of("alice", "campaigns")
    page.get_by_role("link", name="Carlos belongs at home").click()
    page.locator("main").get_by_role("link", name="Approval").click()
    send(page, "Submit to counsel")
    _open_the_matter(desks)
    _record_the_consent(desks)
    _clear_and_publish(desks, page)
    page.goto(f"{desks.house.url}/staff/drives/new")
    typed = {
        "title": "Bring Carlos home",
        "story": "His children wait with him.",
        "goal_amount": "10,000",
        "deductibility": "Gifts are not deductible",
        "closes_on": f"{clock.today().year + 1}-12-31",
    }
    fill(page, **typed)
    send(page, "Save and submit to counsel")
    _clear_and_publish(desks, page)
    assert filled_in + len(typed) < 15
    found = re.search(r"/d/([\w-]+)", page.content())
    assert found is not None
    return found[1]


def _record_the_consent(desks: Desks) -> None:
    page = desks.of("bob", "clients")
    page.get_by_role("link", name="Carlos", exact=True).click()
    page.get_by_role("link", name="Record a consent").click()
    for scope in ("campaign", "drive", "bond_amount"):
        page.locator(f"[name=scopes][value={scope}]").check()
    today = clock.today()
    fill(page, language="es", given_on=today.isoformat(), expires_on=f"{today.year + 1}-01-31")
    send(page, "Record the consent")


def _clear_and_publish(desks: Desks, author: Page) -> None:
    """Bob approves the words on the author's page and records that the client agrees; the author publishes."""
    counsel = desks.of("bob", "texts")
    counsel.goto(author.url)
    send(counsel, "Approve these words")
    send(counsel, "The client agrees to these words")
    author.reload()
    send(author, "Publish")
    expect(author.locator("main")).to_contain_text("It is public.")


def _take_in_the_partner(desks: Desks) -> None:
    page = desks.of("alice", "campaigns")
    page.get_by_role("link", name="Carlos belongs at home").click()
    page.locator("[name=organisation_slug]").fill(desks.people["llano"])
    send(page, "Invite")
    send(desks.of("dana", "campaigns"), "Take part")


def _open_the_matter(desks: Desks) -> None:
    page = desks.of("bob", "matters/new")
    fill(page, campaign_id="Carlos belongs at home", title="Petition and bond", opened_on="2022-01-03")
    send(page, "Open the matter")
    _engage(desks, "bob")


def _engage(desks: Desks, person: str) -> None:
    page = desks.of(person, "timekeepers")
    name = person.capitalize()
    fill(page, name=name, classification="Associate", bar_year="2015", member_id=name)
    send(page, "Add the timekeeper")


def _take_in_their_counsel(desks: Desks) -> None:
    page = desks.of("bob", "matters")
    page.get_by_role("link", name="Petition and bond").click()
    fill(page, organisation_id="Llano Defenders", part="Co-counsel")
    send(page, "Add to the matter")
    _engage(desks, "ben")


def _record_and_approve(desks: Desks) -> None:
    """Each lawyer writes and submits; an owner of the same organisation approves."""
    for person, day, duration, approver in (
        ("bob", "2025-05-06", "1h 12m", "alice"),
        ("ben", "2022-05-06", "18min", "dana"),
    ):
        page = desks.of(person, "hours")
        row = page.locator("[data-rows] tr").first
        for name, value in (
            *(("worked_on", day), ("duration", duration), ("task_code", "L210")),
            *(("activity_code", "A103"), ("narrative", "Drafted the petition")),
        ):
            row.locator(f"[name={name}]").fill(value)
        send(page, "Write as drafts")
        page.locator("input[type=checkbox][name=entry_id]").first.check()
        send(page, "Submit the ticked entries")
        send(desks.of(approver, "hours/approvals"), "Approve the ticked entries")


def _claim_approve_and_pay(desks: Desks) -> None:
    page = desks.of("bob", "expenses/new")
    fill(
        page,
        fund_id="Legal fund",
        expense_code="E112",
        amount="405.07",
        incurred_on="2025-06-20",
        description="Filing fee, civil action",
    )
    send(page, "Claim the cost")
    page = desks.of("frida", "expenses")
    page.get_by_role("link", name="Filing fee, civil action").click()
    send(page, "Approve")
    send(page, "Pay from the fund")
