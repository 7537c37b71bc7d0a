"""A petition: signed with a phone, confirmed by the link in the mail, counted then and not before."""

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.drives.drive import Drive
from campaigns.drives.goal import SIGNATURES, Goal
from core.db import transaction
from tests.stories.arranging import Opened, open_drive
from tests.stories.house import House, until
from tests.stories.letterbox import part

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.fixture
def asking(house: House) -> Opened:
    """A drive that also asks for signatures."""
    opened = open_drive(house)

    def ask() -> None:
        with transaction() as session:
            session.get_one(Drive, opened.drive_id).petition = "We ask that Carlos may wait at home."
            session.add(Goal(drive_id=opened.drive_id, metric=SIGNATURES, target=100, position=2))

    house.look(ask)
    return opened


def test_it_is_signed_and_confirmed_by_the_mail(house: House, phone: Page, asking: Opened) -> None:
    email = "lena@example.org"
    phone.goto(f"{house.url}/d/{asking.slug}/sign")
    phone.get_by_label("Your name").fill("Lena Ortiz")
    phone.get_by_label("E-mail").fill(email)
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.locator("main")).to_contain_text("mail")
    assert _signed(house, asking.slug) == 0
    (mail,) = until(lambda: house.letters.to(email))
    link = re.search(r"http\S+/signatures/\S+", part(mail, "plain"))
    assert link is not None
    phone.goto(link[0])
    assert _signed(house, asking.slug) == 0  # programs that look into mails follow links
    phone.locator("main form button.primary").click()
    until(lambda: _signed(house, asking.slug) == 1)
    phone.goto(link[0])
    phone.get_by_role("button", name="Take it back").click()
    until(lambda: _signed(house, asking.slug) == 0)


def _signed(house: House, slug: str) -> int:
    goals = house.progress(slug)["goals"]
    return next(int(each["actual"]) for each in goals if each["metric"] == SIGNATURES)
