"""A partner is invited by mail, takes part, and edits the campaign's draft while somebody else does."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.stories.arranging import found_organisation
from tests.stories.house import House, until
from tests.stories.letterbox import part
from tests.stories.staffing import fill, let_in, send

pytestmark = [pytest.mark.browser, pytest.mark.once]

TITLE = "Carlos belongs with his children"


def test_a_partner_accepts_and_edits_and_nothing_is_overwritten(
    house: House, open_phone: Callable[..., Page]
) -> None:
    refugio = found_organisation(house, "Refugio Legal Project", {"alice": "owner"})
    llano = found_organisation(house, "Llano Defenders", {"dana": "owner"})
    alice, dana = open_phone(), open_phone()
    let_in(alice, house, refugio.people["alice"])
    let_in(dana, house, llano.people["dana"])
    campaign = _open_and_invite(alice, house, llano.slug)
    _accept_from_the_mail(dana, house, llano.people["dana"])
    expect(dana.locator("h1")).to_contain_text(TITLE)
    for page in (alice, dana):
        page.goto(f"{campaign}/edit")
    fill(dana, summary="Two children wait for him.", story="He is a father of two.")
    send(dana, "Save")
    fill(alice, summary="A judge decides in June.")
    with alice.expect_navigation():
        alice.get_by_role("button", name="Save", exact=True).click()
    both = alice.locator("table.ledger tbody")
    expect(both).to_contain_text("Two children wait for him.")
    expect(both).to_contain_text("A judge decides in June.")
    alice.locator("[name=take-story][value=theirs]").check()
    send(alice, "Save")
    dana.goto(f"{campaign}/edit")
    expect(dana.locator("[name=summary]")).to_have_value("A judge decides in June.")
    expect(dana.locator("[name=story]")).to_have_value("He is a father of two.")


def _open_and_invite(page: Page, house: House, slug: str) -> str:
    """A draft, and an invitation to the organisation of that slug; returns the campaign's address."""
    page.goto(f"{house.url}/staff/campaigns/new")
    fill(page, title=TITLE, story="Carlos is a father.")
    send(page, "Open the campaign")
    page.locator("[name=organisation_slug]").fill(slug)
    page.locator("[name=mode]").select_option("referrals")
    send(page, "Invite")
    return page.url


def _accept_from_the_mail(page: Page, house: House, email: str) -> None:
    (mail,) = until(lambda: house.letters.to(email))
    assert TITLE in part(mail, "plain")
    link = re.search(r"http\S+/staff/campaigns", part(mail, "plain"))
    assert link is not None
    page.goto(link[0])
    send(page, "Take part")
