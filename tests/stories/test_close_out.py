"""A drive closes with money left: two people give it back from a phone, and everybody is told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from core import clock
from core.db import db, transaction
from donors.close_outs.close_out import DONE, CloseOut
from tests.stories.arranging import Opened, gifts_of, open_drive
from tests.stories.donating import pay_at_once, refund_at_dashboard, send_form
from tests.stories.house import House, shows, until
from tests.stories.letterbox import part
from tests.stories.staffing import fill, let_in, send

pytestmark = [pytest.mark.browser, pytest.mark.once]

WHY = "It promises the next case, and there is none: donors have it back."


def givers(opened: Opened) -> tuple[str, str]:
    """The addresses of Ana and Bea, who gave to this drive alone."""
    return f"ana@{opened.slug}.example", f"bea@{opened.slug}.example"


@pytest.fixture
def drive(house: House) -> Opened:
    """Led by its organisation, with two gifts that are paid."""
    opened = open_drive(house, {"alice": "owner", "frida": "finance"})

    def lead() -> None:
        with transaction() as session:
            drive = session.get_one(Drive, opened.drive_id)
            drive.grace_minutes = 0
            session.add(
                Partner(
                    campaign_id=drive.campaign_id,
                    organisation_id=opened.organisation.id,
                    part="lead",
                    accepted_at=clock.now(),
                )
            )

    house.look(lead)
    for amount, email in zip(("50", "25"), givers(opened), strict=True):
        pay_at_once(house, send_form(house, opened.slug, amount, email))
    until(lambda: house.progress(opened.slug)["gifts"] == 2)
    return opened


def fits(page: Page) -> None:
    """Nothing stands out of a phone's screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, page.url


def test_close_out_with_refund(house: House, drive: Opened, open_phone: Callable[..., Page]) -> None:
    alice, frida = open_phone(), open_phone(scripts=False)
    let_in(alice, house, drive.organisation.people["alice"])
    let_in(frida, house, drive.organisation.people["frida"])
    place = f"{house.url}/staff/drives/{drive.drive_id}"
    alice.goto(place)
    fill(alice, reason="The case is won.")
    send(alice, "Close the drive")
    _prepare(frida, place)
    alice.goto(f"{house.url}/staff/approvals")
    fits(alice)
    send(alice, "Confirm")
    until(
        lambda: (
            house.look(lambda: db.session.query(CloseOut).filter_by(drive_id=drive.drive_id).one().state)
            == DONE
        )
    )
    gifts = gifts_of(house, drive)
    left = sum(gift.charged.minor - (gift.processing_fee_minor or 0) for gift in gifts)
    assert sum(gift.refunded_minor for gift in gifts) == left
    _read_the_letters(house, drive)
    visitor = open_phone()
    address = f"{house.url}/d/{drive.slug}"
    until(lambda: shows(visitor, address, {"#surplus h2": ["What was done with the surplus"]}))
    expect(visitor.locator("#surplus")).to_contain_text(f"${left / 100:.2f} to 2 donors")
    fits(visitor)
    house.command("ledger", "verify")
    house.command("audit", "verify")


def test_a_gift_was_refunded_at_stripes_dashboard_meanwhile(
    house: House, drive: Opened, open_phone: Callable[..., Page]
) -> None:
    """Its event is lost on the way. The worker looks before it gives back, so nobody has a share twice."""
    alice, frida = open_phone(), open_phone()
    let_in(alice, house, drive.organisation.people["alice"])
    let_in(frida, house, drive.organisation.people["frida"])
    place = f"{house.url}/staff/drives/{drive.drive_id}"
    alice.goto(place)
    fill(alice, reason="The case is won.")
    send(alice, "Close the drive")
    _prepare(frida, place)
    first = max(gifts_of(house, drive), key=lambda gift: gift.amount_minor)
    assert first.payment_intent_id is not None
    refund_at_dashboard(house, first.payment_intent_id, 1000)
    alice.goto(f"{house.url}/staff/approvals")
    send(alice, "Confirm")

    def close_out() -> CloseOut:
        return house.look(lambda: db.session.query(CloseOut).filter_by(drive_id=drive.drive_id).one())

    until(lambda: close_out().state == DONE)
    gifts = gifts_of(house, drive)
    left = sum(gift.charged.minor - (gift.processing_fee_minor or 0) for gift in gifts)
    assert sum(gift.refunded_minor for gift in gifts) == left
    frida.goto(f"{house.url}/staff/close-outs/{close_out().id}")
    fits(frida)
    expect(frida.locator("main")).to_contain_text("$10 of it went back by another way")
    ana = givers(drive)[0]
    until(lambda: any("had money left" in str(mail["Subject"]) for mail in house.letters.to(ana)))
    (about,) = [mail for mail in house.letters.to(ana) if "had money left" in str(mail["Subject"])]
    assert "$10 has gone back to you already." in part(about, "plain")
    house.command("ledger", "verify")


def _prepare(page: Page, place: str) -> None:
    """Begin, choose refunds, look at every share, ask for a second person."""
    page.goto(place)
    send(page, "Begin to close out")
    fits(page)
    expect(page.locator("main")).to_contain_text("Left of this drive")
    page.locator("label:has(input[name=way][value=refund])").click()
    fill(page, why=WHY)
    send(page, "Choose")
    expect(page.locator("#preview + dl")).to_contain_text("to 2 donors")
    fits(page)
    send(page, "Ask for confirmation")
    expect(page.locator("main")).to_contain_text("Close out")


def _read_the_letters(house: House, drive: Opened) -> None:
    """A refund's confirmation and the letter about the surplus, one each."""
    for address in givers(drive):
        until(lambda address=address: len(house.letters.to(address)) == 3)
        subjects = [str(mail["Subject"]) for mail in house.letters.to(address)]
        assert len([each for each in subjects if "went back to you" in each]) == 1
        (about,) = [mail for mail in house.letters.to(address) if "had money left" in str(mail["Subject"])]
        assert "goes back to your card" in part(about, "plain")
        assert "Goes to the next case." in part(about, "html")
