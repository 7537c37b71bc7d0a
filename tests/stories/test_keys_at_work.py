"""Without a mouse: what finance, two people together, a petitioner, a donor with a monthly gift and a member of several
organisations do most. Hours have a story in test_ten_entries.py, a gift and a drive in test_keyboard.py."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaigns.drives.drive import Drive
from campaigns.drives.goal import SIGNATURES, Goal
from core.db import db, transaction
from demo.imports import FILE
from donors.recurring.recurring_gift import RecurringGift
from staff.account import User
from staff.member import Member
from tests.stories.arranging import found_organisation, gifts_of, open_drive
from tests.stories.donating import have_given
from tests.stories.house import House, until
from tests.stories.keyboard import choose, is_seen, press, skip, tab_to, type_into
from tests.stories.letterbox import part
from tests.stories.staffing import let_in

pytestmark = [pytest.mark.browser, pytest.mark.once]

SENDS = "main form:has([name={}]) button:not([type=button])"


def test_a_large_refund_by_two_people(house: House, open_phone: Callable[..., Page]) -> None:
    drive = open_drive(house, {"frida": "finance", "olga": "owner"})
    have_given(house, drive, rhythm="once", amount="2500", email="large@example.org")
    frida = open_phone()
    let_in(frida, house, drive.organisation.people["frida"])
    frida.goto(f"{house.url}/staff/gifts")
    skip(frida)
    press(frida, "main tbody a")
    skip(frida)
    type_into(frida, "amount", "0")
    press(frida, SENDS.format("amount"))
    expect(frida.locator(":focus")).to_have_attribute("role", "alert")
    frida.keyboard.press("Tab")
    frida.keyboard.press("Enter")
    expect(frida.locator(":focus")).to_have_attribute("name", "amount")
    frida.keyboard.press("Control+A")
    frida.keyboard.type("2400")
    type_into(frida, "reason", "Typed a nought too many")
    press(frida, SENDS.format("amount"))
    expect(frida.locator(":focus")).to_have_attribute("role", "status")
    assert gifts_of(house, drive)[0].refunded_minor == 0
    olga = open_phone()
    let_in(olga, house, drive.organisation.people["olga"])
    olga.goto(f"{house.url}/staff/approvals")
    skip(olga)
    press(olga, "main form[action$=confirmation] button")
    until(lambda: gifts_of(house, drive)[0].refunded_minor == 240_000)


def test_a_petition_is_signed(house: House, phone: Page) -> None:
    drive, email = open_drive(house), "keyed@example.org"

    def ask() -> None:
        with transaction() as session:
            session.get_one(Drive, drive.drive_id).petition = "We ask that Carlos may wait at home."
            session.add(Goal(drive_id=drive.drive_id, metric=SIGNATURES, target=100, position=2))

    house.look(ask)
    phone.goto(f"{house.url}/d/{drive.slug}/sign")
    type_into(phone, "name", "Lena Ortiz")
    type_into(phone, "email", email)
    press(phone, SENDS.format("email"))
    phone.goto(_link(house, email, r"http\S+/signatures/\S+"))
    press(phone, "main form button.primary")
    until(lambda: house.progress(drive.slug)["goals"][-1]["actual"] == 1)


def test_a_monthly_gift_is_changed_and_paused(house: House, phone: Page) -> None:
    drive, email = open_drive(house), "monthly-keys@example.org"
    have_given(house, drive, rhythm="month", amount="20", email=email)
    phone.goto(f"{house.url}/my/")
    type_into(phone, "email", email)
    press(phone, "main form button.primary")
    phone.goto(_link(house, email, r"http\S+/my/in/\S+"))
    press(phone, "main form button")
    press(phone, "main a[href$=amounts]")
    tab_to(phone, "main [name=amount]")
    phone.keyboard.press("Control+A")
    phone.keyboard.type("35")
    press(phone, SENDS.format("amount"))
    expect(phone.locator(".amount-line")).to_contain_text("$35 every month")
    press(phone, "main a[href$=pauses]")
    tab_to(phone, SENDS.format("months"))
    assert is_seen(phone)
    press(phone, SENDS.format("months"))
    until(lambda: _promise(house, drive.organisation.id).state == "paused")


def test_a_file_of_gifts_is_mapped(house: House, phone: Page) -> None:
    drive = open_drive(house, {"frida": "finance"})
    let_in(phone, house, drive.organisation.people["frida"])
    phone.on("filechooser", lambda _chooser: None)  # listens from now on, not only when the key is pressed
    phone.goto(f"{house.url}/staff/gift-imports/new")
    skip(phone)
    tab_to(phone, "main [type=file]")
    with phone.expect_file_chooser() as chooser:
        phone.keyboard.press("Enter")
    chooser.value.set_files(Path(FILE))
    press(phone, SENDS.format("drive_id"))
    expect(phone.locator("h1")).to_contain_text("Columns of")
    choose(phone, "decimal", "Point")
    press(phone, "main form button:not([name])")
    # The page follows the dry run by itself.
    expect(phone.locator("#next ~ .buttons .primary")).to_be_visible()
    press(phone, "#next ~ .buttons .primary")


def test_another_organisation_is_chosen(house: House, phone: Page) -> None:
    """Each arrow changes the select; only its button goes there, so that the third of three can be reached."""
    refugio = found_organisation(house, "Refugio Legal Project", {"bob": "legal"})
    others = [found_organisation(house, name, {}) for name in ("Llano Defenders", "Mesa Counsel")]

    def join() -> None:
        with transaction() as session:
            bob = db.session.query(User).filter_by(email=refugio.people["bob"]).one()
            session.add_all(
                Member(organisation_id=each.id, account_id=bob.id, role="legal") for each in others
            )

    house.look(join)
    let_in(phone, house, refugio.people["bob"])
    phone.goto(f"{house.url}/staff/account")
    tab_to(phone, "#organisation")
    while phone.evaluate("document.activeElement.selectedOptions[0].textContent") != "Refugio Legal Project":
        phone.keyboard.press("ArrowUp")
    phone.keyboard.press("End")
    last = phone.evaluate("document.activeElement.selectedOptions[0].textContent")
    phone.keyboard.press("ArrowUp")
    phone.keyboard.press("ArrowDown")
    press(phone, "#organisation + button")
    assert phone.locator("#organisation").evaluate("it => it.selectedOptions[0].textContent") == last


def _link(house: House, email: str, pattern: str) -> str:
    def links() -> list[str]:
        texts = [part(mail, "plain") for mail in house.letters.to(email)]
        return [link for text in texts for link in re.findall(pattern, text)]

    return until(links)[-1]


def _promise(house: House, organisation_id: str) -> RecurringGift:
    def read() -> RecurringGift:
        wanted = db.session.query(RecurringGift).filter_by(organisation_id=organisation_id)
        return wanted.populate_existing().one()

    return house.look(read)
