"""A donor with a phone gives each month from a bank account: on its way for days, then arrived, then by card."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.db import db, transaction
from donors.gifts.debit import BankGiving
from donors.recurring.recurring_gift import RecurringGift
from tests.stories.arranging import Opened, open_drive
from tests.stories.donating import fill_in, go_to_payment, pay
from tests.stories.house import House, until

pytestmark = [pytest.mark.browser, pytest.mark.once]
ACCOUNT = "0001 2345 6789"


@pytest.fixture
def banking(house: House) -> Iterator[Opened]:
    """A drive whose organisation takes debits. Afterwards the sandbox is in the present again."""
    drive = open_drive(house)
    house.look(lambda: _take_debits(drive))
    yield drive
    house.box.wait_until_idle()
    house.box.reset()


def _take_debits(drive: Opened) -> None:
    with transaction() as session:
        session.add(BankGiving(organisation_id=drive.organisation.id, set_by="owner"))


def test_a_monthly_gift_from_a_bank_account(house: House, phone: Page, banking: Opened) -> None:
    email = "banking@example.org"
    fill_in(phone, house, banking, rhythm="month", amount="20", email=email)
    phone.locator("#give form label:has(input[name=method][value=bank])").click()
    phone.locator("#give form label:has(input[name=cover_fee])").first.click()
    expect(phone.locator("#give form [data-send]")).to_have_text("Give $20.17 every month")
    go_to_payment(phone, house)
    phone.locator("#card_number").fill(ACCOUNT)
    phone.locator("#name").fill("Rosa Vega")
    phone.locator("#pay").click()
    _it_is_on_its_way(phone, house, banking)
    house.box.advance(by_days=5)
    until(lambda: _promise(house, banking).state == "active")
    until(lambda: house.progress(banking.slug)["raised_minor"] == 2000)
    phone.reload()
    expect(phone.locator(".tag").first).to_have_text("Running")
    expect(phone.locator("body")).not_to_contain_text("Your bank is asked for a payment")
    _by_card_and_back(phone, house, banking)


def _it_is_on_its_way(phone: Page, house: House, drive: Opened) -> None:
    expect(phone.locator("h1")).to_have_text("Your bank is asked")
    assert house.progress(drive.slug)["raised_minor"] == 0
    phone.get_by_role("link", name="See, change or cancel it").click()
    expect(phone.locator(".tag").first).to_have_text("On its way")
    expect(phone.locator("dl.facts")).to_contain_text("Bank account")
    expect(phone.locator(".notice")).to_contain_text("Your bank is asked for a payment")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    until(lambda: _subjects(house) == ["Your bank is asked for $20.17"])


def _subjects(house: House) -> list[str]:
    return [str(mail["Subject"]) for mail in house.letters.to("banking@example.org")]


def _by_card_and_back(phone: Page, house: House, drive: Opened) -> None:
    phone.get_by_role("link", name="Pay by card").click()
    expect(phone).to_have_url(re.compile(re.escape(house.box.url)))
    pay(phone)
    until(lambda: _promise(house, drive).method == "card")
    phone.reload()
    phone.get_by_role("link", name="Pay from a bank account").click()
    expect(phone.locator("h1")).to_have_text("Pay from a bank account")
    expect(phone.locator("main")).to_contain_text("You allow")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_role("button", name="Continue to Stripe").click()
    phone.locator("#card_number").fill(ACCOUNT)
    phone.locator("#name").fill("Rosa Vega")
    phone.locator("#pay").click()
    until(lambda: _promise(house, drive).method == "bank")
    phone.reload()
    expect(phone.get_by_role("link", name="Use another bank account")).to_be_visible()


def _promise(house: House, drive: Opened) -> RecurringGift:
    query = select(RecurringGift).where(RecurringGift.organisation_id == drive.organisation.id)
    return house.look(lambda: db.session.scalars(query.execution_options(populate_existing=True)).one())
