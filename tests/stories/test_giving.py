"""A person gives with a phone: once, then monthly; a card is declined; a form is sent twice."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from playwright.sync_api import Page, expect

from core.db import db
from donors.recurring.recurring_gift import RecurringGift
from tests.stories.arranging import gifts_of, open_drive
from tests.stories.donating import DECLINED, fill_in, give, go_to_payment, pay
from tests.stories.house import House, shows, until
from tests.stories.letterbox import part

pytestmark = [pytest.mark.browser]

#: So soon after the payment every public figure has moved.
FRESH_SECONDS = 5


def test_fifty_dollars_once_then_fifteen_a_month(house: House, phone: Page) -> None:
    drive, email = open_drive(house), "rosa@example.org"
    fill_in(phone, house, drive, rhythm="once", amount="50", email=email)
    expect(phone.locator("#give [data-send]")).to_have_text("Give $50")
    go_to_payment(phone, house)
    pay(phone)
    paid_at = time.monotonic()
    expect(phone.locator("h1")).to_have_text("Thank you")
    until(lambda: house.progress(drive.slug)["raised_minor"] == 5000, FRESH_SECONDS)
    assert time.monotonic() - paid_at < FRESH_SECONDS

    give(phone, house, drive, rhythm="month", amount="15", email=email)
    paid_at = time.monotonic()
    moved = {"[data-goal=amount] .figure": ["$65"], "[data-goal=new_monthly_donors] .figure": ["1"]}
    until(lambda: shows(phone, f"{house.url}/d/{drive.slug}", moved), FRESH_SECONDS)
    assert time.monotonic() - paid_at < FRESH_SECONDS
    until(lambda: house.progress(drive.slug)["raised_minor"] == 6500)
    until(lambda: house.progress(drive.slug)["donors"] == 1)
    _both_receipts_are_there(house, email)


def _both_receipts_are_there(house: House, email: str) -> None:
    until(lambda: len(house.letters.to(email)) == 2)
    by_amount = {
        amount: mail
        for mail in house.letters.to(email)
        for amount in ("$50", "$15")
        if amount in str(mail["Subject"])
    }
    assert set(by_amount) == {"$50", "$15"}
    for amount, mail in by_amount.items():
        for kind in ("plain", "html"):
            assert amount in part(mail, kind)
            assert ("/my/recurring/" in part(mail, kind)) == (amount == "$15")


def test_a_declined_card_counts_nothing_and_another_card_works(house: House, phone: Page) -> None:
    drive, email = open_drive(house), "declined@example.org"
    fill_in(phone, house, drive, rhythm="month", amount="20", email=email)
    go_to_payment(phone, house)
    pay(phone, DECLINED)
    expect(phone.get_by_role("alert")).to_contain_text("declined")
    house.box.wait_until_idle()
    figures = house.progress(drive.slug)
    assert (figures["raised_minor"], figures["gifts"], figures["goals"][1]["actual"]) == (0, 0, 0)
    assert house.letters.to(email) == []

    pay(phone)
    expect(phone.locator("h1")).to_have_text("Thank you")
    until(lambda: house.progress(drive.slug)["raised_minor"] == 2000)
    until(lambda: len(house.letters.to(email)) == 1)
    until(lambda: house.progress(drive.slug)["gifts"] == 1)


def test_a_form_sent_many_times_at_once_makes_one_gift(house: House, phone: Page) -> None:
    drive = open_drive(house)
    fill_in(phone, house, drive, rhythm="month", amount="12.50", email="twice@example.org")
    typed = phone.locator("#give form").evaluate("form => Object.fromEntries(new FormData(form))")

    def send(_number: int) -> requests.Response:
        address = f"{house.url}/d/{drive.slug}/gifts"
        return requests.post(address, data=typed, allow_redirects=False, timeout=30)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert {answer.status_code for answer in answers} == {303}, [answer.text for answer in answers]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(gifts_of(house, drive)) == 1
    promises = house.look(lambda: db.session.query(RecurringGift).filter_by(drive_id=drive.drive_id).count())
    assert promises == 1


def test_a_double_click_makes_one_gift(house: House, phone: Page) -> None:
    drive = open_drive(house)
    fill_in(phone, house, drive, rhythm="once", amount="30", email="double@example.org")
    phone.locator("#give form [data-send]").dblclick()
    expect(phone.locator("#card_number")).to_be_visible()
    assert len(gifts_of(house, drive)) == 1


@pytest.mark.once
def test_who_reads_spanish_gives_and_is_thanked_in_spanish(house: House, phone: Page) -> None:
    drive, email = open_drive(house), "lectora@example.org"
    phone.goto(f"{house.url}/d/{drive.slug}?lang=es")
    expect(phone.locator("html")).to_have_attribute("lang", "es")
    fill_in(phone, house, drive, rhythm="once", amount="25", email=email)
    expect(phone.locator("html")).to_have_attribute("lang", "es")
    go_to_payment(phone, house)
    expect(phone.locator("html")).to_have_attribute("lang", "es")
    pay(phone)
    expect(phone.locator("dl.facts")).to_be_visible()
    expect(phone.locator("html")).to_have_attribute("lang", "es")
    mail = until(lambda: house.letters.to(email))[0]
    assert 'lang="es"' in part(mail, "html")
    assert gifts_of(house, drive)[0].language == "es"
