"""One donor with a phone: another amount, a pause that ends, a card that fails and is replaced, a statement."""

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, expect

from core.db import db
from donors.recurring.recurring_gift import RecurringGift
from tests.donors.recurring.conftest import REFUSING_CARD
from tests.stories.arranging import Opened, open_drive
from tests.stories.donating import have_given, pay
from tests.stories.house import House, until
from tests.stories.letterbox import part

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.fixture
def present(house: House) -> Iterator[None]:
    """Brings the sandbox back to the present day afterwards."""
    yield
    house.box.wait_until_idle()
    house.box.reset()


def test_a_donor_looks_after_a_monthly_gift(house: House, phone: Page, present: None) -> None:
    drive, email = open_drive(house), "caring@example.org"
    have_given(house, drive, rhythm="month", amount="20", email=email)
    _sign_in(phone, house, email)
    _change_the_amount(phone, house, drive, email)
    _pause_and_resume(phone, house, drive)
    _replace_a_failing_card(phone, house, drive, email)
    _take_a_statement(phone, house)


def _sign_in(phone: Page, house: House, email: str) -> None:
    phone.goto(f"{house.url}/my/")
    phone.get_by_label("E-mail").fill(email)
    phone.get_by_role("button", name="Send me the link").click()
    expect(phone.locator("h1")).to_have_text("Look into your mail")
    phone.goto(_link_in(house, email, "Open your gifts", r"http\S+/my/in/\S+"))
    phone.get_by_role("button", name="Open my gifts").click()
    expect(phone.locator("h1")).to_have_text("My gifts")


def _change_the_amount(phone: Page, house: House, drive: Opened, email: str) -> None:
    phone.get_by_role("link", name="Change the amount").click()
    phone.get_by_label("New amount").fill("0.20")
    phone.get_by_role("button", name="Give this amount from now on").click()
    expect(phone.locator("#f-amount-error")).to_contain_text("Give from")
    phone.get_by_label("New amount").fill("35")
    phone.get_by_role("button", name="Give this amount from now on").click()
    expect(phone.locator(".amount-line")).to_contain_text("$35 every month")
    until(lambda: _mails(house, email, "Your recurring gift is $35 now"))


def _pause_and_resume(phone: Page, house: House, drive: Opened) -> None:
    phone.get_by_role("link", name="Pause").click()
    phone.get_by_label("How long").select_option("3")
    phone.get_by_role("button", name="Pause it").click()
    expect(phone.locator("dl.facts")).to_contain_text("Paused until")
    phone.get_by_role("button", name="Let it go on now").click()
    expect(phone.locator("dl.facts")).to_contain_text("Next payment")
    until(lambda: _promise(house, drive).state == "active")


def _replace_a_failing_card(phone: Page, house: House, drive: Opened, email: str) -> None:
    until(lambda: len(house.letters.to(email)) >= 5)  # every change has reached Stripe by now
    _spoil_the_card(house, _promise(house, drive))
    house.box.advance(by_days=32)
    until(lambda: _promise(house, drive).state == "failing")
    phone.goto(_link_in(house, email, "Your payment did not go through", r"http\S+/my/recurring/\S+/card"))
    expect(phone).to_have_url(re.compile(re.escape(house.box.url)))
    pay(phone)
    expect(phone.locator("h1")).to_have_text("Your recurring gift")
    until(lambda: _promise(house, drive).state == "active")
    until(lambda: house.progress(drive.slug)["raised_minor"] == 5500)


def _take_a_statement(phone: Page, house: House) -> None:
    phone.goto(f"{house.url}/my/")
    phone.get_by_label("From").fill("2020-01-01")
    phone.get_by_label("To").fill("2039-12-31")
    with phone.expect_download() as download:
        phone.get_by_role("button", name="As CSV").click()
    text = download.value.path().read_text()
    assert [line.split(",")[-2] for line in text.strip().splitlines()[1:]] == ["20.00", "35.00"]
    assert phone.locator("body").evaluate("body => body.scrollWidth <= innerWidth")


def _promise(house: House, drive: Opened) -> RecurringGift:
    return house.look(
        lambda: (
            db.session.query(RecurringGift)
            .filter_by(organisation_id=drive.organisation.id)
            .populate_existing()
            .one()
        )
    )


def _mails(house: House, email: str, subject: str) -> list[str]:
    return [part(mail, "plain") for mail in house.letters.to(email) if str(mail["Subject"]) == subject]


def _link_in(house: House, email: str, subject: str, pattern: str) -> str:
    return re.findall(pattern, until(lambda: _mails(house, email, subject))[0])[0]


def _spoil_the_card(house: House, promise: RecurringGift) -> None:
    """The bank begins to refuse: another card stands behind the subscription."""
    base, auth = f"{house.box.url}/v1", (house.box.key, "")

    def post(path: str, **data: object) -> dict[str, str]:
        answer = requests.post(f"{base}/{path}", data=data, auth=auth, timeout=10)
        answer.raise_for_status()
        return answer.json()

    card = {"card[number]": REFUSING_CARD, "card[exp_month]": 12, "card[exp_year]": 2034, "card[cvc]": "123"}
    method = post("payment_methods", type="card", **card)["id"]
    subscription = requests.get(f"{base}/subscriptions/{promise.subscription_id}", auth=auth, timeout=10)
    post(f"payment_methods/{method}/attach", customer=subscription.json()["customer"])
    post(f"subscriptions/{promise.subscription_id}", default_payment_method=method)
