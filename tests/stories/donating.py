"""What a donor does with a phone: fill in the drive's form, pay on the sandbox's page."""

import re

import requests
from playwright.sync_api import Page, expect

from tests.stories.arranging import Opened
from tests.stories.house import House, until

GOOD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"


def fill_in(page: Page, house: House, drive: Opened, *, rhythm: str, amount: str, email: str) -> None:
    """The giving form, as far as its button."""
    page.goto(f"{house.url}/d/{drive.slug}")
    form = page.locator("#give form")
    form.locator(f"label:has(input[name=rhythm][value={rhythm}])").click()
    form.locator("input[name=amount_other]").fill(amount)
    form.locator("input[name=email]").fill(email)
    form.locator("input[name=name]").fill("Rosa Vega")


def go_to_payment(page: Page, house: House) -> None:
    page.locator("#give form [data-send]").click()
    expect(page).to_have_url(re.compile(re.escape(house.box.url)))


def pay(page: Page, card: str = GOOD) -> None:
    """The payment page, by hand."""
    page.locator("#card_number").fill(card)
    page.locator("#exp").fill("12/34")
    page.locator("#cvc").fill("123")
    page.locator("#name").fill("Rosa Vega")
    page.locator("#pay").click()


def give(page: Page, house: House, drive: Opened, *, rhythm: str, amount: str, email: str) -> None:
    """The whole way, to the thank-you."""
    fill_in(page, house, drive, rhythm=rhythm, amount=amount, email=email)
    go_to_payment(page, house)
    pay(page)
    expect(page.locator("h1")).to_have_text("Thank you")


def send_form(house: House, slug: str, amount: str, email: str, rhythm: str = "once") -> str:
    """Send the form without a browser; returns the id of the payment page's session."""
    page = requests.get(f"{house.url}/d/{slug}", timeout=10).text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token is not None
    typed = {
        "form_token": token[1],
        "rhythm": rhythm,
        "amount_choice": "other",
        "amount_other": amount,
        "email": email,
        "name": "Rosa Vega",
    }
    sent = requests.post(f"{house.url}/d/{slug}/gifts", data=typed, allow_redirects=False, timeout=10)
    session_id = re.search(r"/c/pay/(\w+)", sent.headers["Location"])
    assert session_id is not None
    return session_id[1]


def pay_at_once(house: House, session_id: str) -> None:
    """Pay a session as its page would."""
    address = f"{house.box.url}/_sandbox/pay/{session_id}"
    requests.post(address, json={"card": GOOD}, timeout=10).raise_for_status()


def refund_at_dashboard(house: House, payment_intent_id: str, minor: int) -> None:
    """Give money back as somebody at Stripe's dashboard would; none of its three events arrives."""
    faults = {"kind": "lose_events", "times": 3}
    requests.post(f"{house.box.url}/_sandbox/faults", json=faults, timeout=10).raise_for_status()
    asked: dict[str, str | int] = {"payment_intent": payment_intent_id, "amount": minor}
    address, key = f"{house.box.url}/v1/refunds", house.box.key
    requests.post(address, data=asked, auth=(key, ""), timeout=10).raise_for_status()


def have_given(house: House, drive: Opened, *, rhythm: str, amount: str, email: str) -> None:
    """A gift that is paid and counted when the story begins."""
    pay_at_once(house, send_form(house, drive.slug, amount, email, rhythm))
    until(lambda: house.progress(drive.slug)["gifts"] == 1)
