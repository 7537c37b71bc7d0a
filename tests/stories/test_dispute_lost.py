"""A donor's bank disputes a payment, staff answers from a phone, the bank keeps the money all the same."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.stories.arranging import gifts_of, open_drive
from tests.stories.donating import have_given
from tests.stories.house import House, until
from tests.stories.staffing import fill, send, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.once]


def bank(house: House, path: str, **body: Any) -> dict[str, Any]:
    """What banks do, by the sandbox's controls."""
    answer = requests.post(f"{house.box.url}/_sandbox/{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def test_a_dispute_is_answered_in_time_and_lost(house: House, open_phone: Callable[..., Page]) -> None:
    drive, email = open_drive(house, {"frida": "finance"}), "denies@example.org"
    have_given(house, drive, rhythm="once", amount="80", email=email)
    until(lambda: house.progress(drive.slug)["raised_minor"] == 8000)
    (gift,) = gifts_of(house, drive)
    key = {"Authorization": f"Bearer {house.box.key}"}
    found = requests.get(
        f"{house.box.url}/v1/charges",
        params={"payment_intent": gift.payment_intent_id},
        headers=key,
        timeout=10,
    ).json()
    dispute = bank(house, f"charges/{found['data'][0]['id']}/dispute", reason="fraudulent")

    desk = open_phone()
    sign_in(desk, house, drive.organisation.people["frida"])
    until(lambda: desk.goto(f"{house.url}/staff/disputes") and desk.get_by_text("$80").count())
    desk.locator("main a[href*='/staff/disputes/']").first.click()
    expect(desk.get_by_role("heading", name="Answer by")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with desk.expect_download() as evidence:
        desk.get_by_role("link", name="Download the evidence").click()
    assert evidence.value.suggested_filename
    fill(desk, statement="She gave through our page from her own phone, and we wrote to her twice.")
    send(desk, "Send to the bank")
    until(lambda: desk.reload() and desk.get_by_text("answered with evidence").count())
    # Each of the web's processes keeps its figures for some seconds, those from before the gift too.
    until(lambda: house.progress(drive.slug)["raised_minor"] == 8000)

    bank(house, f"disputes/{dispute['id']}/decide", won=False)
    until(lambda: house.progress(drive.slug)["raised_minor"] == 0)
    until(lambda: desk.reload() and desk.get_by_text("Lost", exact=True).count())
    expect(desk.get_by_text("Taken by the bank")).to_be_visible()
    assert gifts_of(house, drive)[0].state == "refunded"
    house.command("ledger", "verify")
    house.command("audit", "verify")
