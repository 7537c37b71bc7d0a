"""What becomes of a monthly gift: three months of it, its end by the link in a receipt, a refund by staff."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from core.db import db
from donors.gifts.gift import REFUNDED, SETTLED
from donors.receipts.receipt import Receipt
from tests.stories.arranging import gifts_of, open_drive
from tests.stories.donating import give, have_given
from tests.stories.house import House, until
from tests.stories.letterbox import part
from tests.stories.staffing import fill, send, sign_in

pytestmark = pytest.mark.browser

#: The third monthly payment falls due after 62 days at the latest, the fourth after 89 at the soonest.
NEARLY_THREE_MONTHS = 88


@pytest.fixture
def present(house: House) -> Iterator[None]:
    """Brings the sandbox back to the present day afterwards."""
    yield
    house.box.wait_until_idle()
    house.box.reset()


def test_three_months_are_three_instalments_with_one_receipt_each(
    house: House, phone: Page, present: None
) -> None:
    drive, email = open_drive(house), "faithful@example.org"
    give(phone, house, drive, rhythm="month", amount="15", email=email)

    house.box.advance(by_days=NEARLY_THREE_MONTHS)
    until(lambda: len(house.letters.to(email)) >= 3)
    mails = house.letters.to(email)
    figures = until(lambda: _when(house.progress(drive.slug), gifts=3))
    assert figures["raised_minor"] == 4500
    assert (figures["donors"], figures["goals"][1]["actual"]) == (1, 1)
    gifts = gifts_of(house, drive)
    assert [gift.state for gift in gifts] == [SETTLED] * 3
    assert len({gift.period_on for gift in gifts}) == 3
    assert len(mails) == len({str(mail["Subject"]) for mail in mails}) == 3
    receipts = house.look(
        lambda: db.session.query(Receipt).filter_by(organisation_id=drive.organisation.id).count()
    )
    assert receipts == 3
    house.command("ledger", "verify")


def _when(figures: dict[str, Any], **wanted: int) -> dict[str, Any] | None:
    return figures if all(figures[name] == value for name, value in wanted.items()) else None


@pytest.mark.once
def test_the_link_in_the_receipt_ends_a_monthly_gift_in_two_clicks(house: House, phone: Page) -> None:
    drive, email = open_drive(house), "leaving@example.org"
    have_given(house, drive, rhythm="month", amount="10", email=email)
    until(lambda: house.progress(drive.slug)["goals"][1]["actual"] == 1)
    receipt = until(lambda: house.letters.to(email))[0]
    (link,) = set(re.findall(r"http\S+/my/recurring/\S+", part(receipt, "plain")))
    assert urlsplit(link).netloc == urlsplit(house.url).netloc

    phone.goto(link)
    phone.get_by_role("link", name="Cancel it").click()
    phone.locator("select[name=reason]").select_option(index=1)
    phone.get_by_role("button", name="Cancel this gift").click()
    expect(phone.locator("h1")).to_have_text("Your recurring gift is cancelled")
    until(lambda: house.progress(drive.slug)["goals"][1]["actual"] == 0)
    confirmation = until(lambda: house.letters.to(email)[1:])[0]
    assert "ended" in str(confirmation["Subject"])
    until(lambda: house.progress(drive.slug)["raised_minor"] == 1000)
    phone.goto(f"{link}/cancellation")
    expect(phone.locator("h1")).to_have_text("This gift was cancelled before")


@pytest.mark.once
def test_staff_gives_a_gift_back(house: House, open_phone: Callable[..., Page]) -> None:
    drive, email = open_drive(house, {"frida": "finance"}), "regret@example.org"
    have_given(house, drive, rhythm="once", amount="80", email=email)
    (gift,) = gifts_of(house, drive)

    desk = open_phone()
    sign_in(desk, house, drive.organisation.people["frida"])
    desk.goto(f"{house.url}/staff/gifts/{gift.id}")
    fill(desk, amount="80.01", reason="Given by mistake")
    desk.get_by_role("button", name="Refund this amount").click()
    expect(desk.locator(".notice.bad")).to_contain_text("At most $80")
    fill(desk, amount="30", reason="Given by mistake")
    send(desk, "Refund this amount")
    until(lambda: house.progress(drive.slug)["raised_minor"] == 5000)
    desk.goto(f"{house.url}/staff/gifts/{gift.id}")
    fill(desk, reason="All of it, after all")
    send(desk, "Refund this amount")
    until(lambda: house.progress(drive.slug)["raised_minor"] == 0)
    assert gifts_of(house, drive)[0].state == REFUNDED
    until(lambda: house.progress(drive.slug)["gifts"] == 0)
    until(lambda: len(house.letters.to(email)) == 3)
    house.command("ledger", "verify")
    house.command("audit", "verify")
