"""Without a mouse: a donor gives, and a newcomer comes in by mail and brings a drive before the public with fewer
than fifteen fields."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core import clock
from core.db import db, transaction
from staff import people
from staff.access import system_actor
from staff.organisation import Organisation
from tests.stories.arranging import PASSWORD, found_organisation, open_drive
from tests.stories.donating import pay
from tests.stories.house import House, until
from tests.stories.keyboard import choose, is_seen, press, tab_to, type_into
from tests.stories.letterbox import part
from tests.stories.staffing import fill, let_in, send

pytestmark = [pytest.mark.browser, pytest.mark.once]


def test_a_gift_by_keyboard_alone(house: House, phone: Page) -> None:
    drive = open_drive(house)
    phone.goto(f"{house.url}/d/{drive.slug}")
    phone.keyboard.press("Tab")
    expect(phone.locator(":focus")).to_have_text("Skip to the content")
    form = "#give form "
    tab_to(phone, f"{form}[name=rhythm]")
    for key, rhythm in (("ArrowLeft", "once"), ("ArrowRight", "month")):
        phone.keyboard.press(key)
        expect(phone.locator(f"{form}[name=rhythm][value={rhythm}]")).to_be_checked()
    tab_to(phone, f"{form}[name=amount_other]")
    assert is_seen(phone)
    phone.keyboard.type("15")
    tab_to(phone, f"{form}[name=email]")
    phone.keyboard.type("keys@example.org")
    tab_to(phone, f"{form}[name=name]")
    phone.keyboard.type("Rosa Vega")
    tab_to(phone, f"{form}[data-send]")
    assert is_seen(phone)
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile(re.escape(house.box.url)))
    pay(phone)
    expect(phone.locator("h1")).to_have_text("Thank you")
    until(lambda: house.progress(drive.slug)["raised_minor"] == 1500)


class Newcomer:
    """Counts each field that is filled in."""

    def __init__(self, page: Page, house: House) -> None:
        self.page, self.house, self.filled_in = page, house, 0

    def type(self, **typed: str) -> None:
        for name, words in typed.items():
            type_into(self.page, name, words)
            self.filled_in += 1

    def choose(self, name: str, label: str) -> None:
        choose(self.page, name, label)
        self.filled_in += 1

    def send(self) -> None:
        """By Enter on the form's first button."""
        press(self.page, "main form button.primary")
        assert not self.page.locator(".notice.bad").all_inner_texts()

    def follow(self, text: str) -> None:
        """A link of the page, by Tab and Enter."""
        link = self.page.locator("main").get_by_role("link", name=text, exact=True).first
        address = link.get_attribute("href")
        press(self.page, f'main a[href="{address}"]')

    def press(self, label: str) -> None:
        """A button of the page, by Tab and Enter."""
        self.page.get_by_role("button", name=label, exact=True).first.evaluate("it => it.dataset.wanted = ''")
        press(self.page, "[data-wanted]")
        assert not self.page.locator(".notice.bad").all_inner_texts()


def test_a_newcomer_publishes_a_drive_by_keyboard_with_fewer_than_fifteen_fields(
    house: House, open_phone: Callable[..., Page]
) -> None:
    """From the invitation in the mail to the public page. Counsel's part is another person's."""
    refugio = found_organisation(house, "Refugio Legal Project", {"bob": "legal"})
    newcomer = Newcomer(open_phone(), house)
    _come_in(newcomer, house, refugio.id, f"nora@{refugio.slug}.example")
    _open_the_campaign(newcomer)
    counsel = open_phone(scripts=False)
    let_in(counsel, house, refugio.people["bob"])
    _counsel_prepares(counsel, house)
    _clear_and_publish(newcomer, counsel)
    newcomer.page.goto(f"{house.url}/staff/campaigns")
    newcomer.follow("Carlos belongs at home")
    newcomer.follow("Open a fund")
    newcomer.type(name="Legal fund", purpose="Costs of the case", surplus_clause="The next case.")
    newcomer.send()
    newcomer.page.goto(f"{house.url}/staff/campaigns")
    newcomer.follow("Carlos belongs at home")
    newcomer.follow("Start a drive")
    newcomer.type(title="Bring Carlos home", story="His children wait.", goal_amount="10000")
    newcomer.type(closes_on=f"1231{clock.today().year + 1}")
    newcomer.choose("deductibility", "Gifts are not deductible")
    newcomer.press("Save and submit to counsel")
    _clear_and_publish(newcomer, counsel)
    assert newcomer.filled_in < 15
    found = re.search(r"/d/[\w-]+", newcomer.page.content())
    assert found is not None
    visitor = open_phone()
    visitor.goto(f"{house.url}{found[0]}")
    expect(visitor.locator("h1")).to_have_text("Bring Carlos home")


def _come_in(newcomer: Newcomer, house: House, organisation_id: str, email: str) -> None:
    def invite() -> None:
        with transaction():
            operator = system_actor(db.session.get_one(Organisation, organisation_id))
            people.invite(operator, email=email, role="owner")

    house.look(invite)
    (mail,) = until(lambda: house.letters.to(email))
    link = re.search(r"http\S+/join/\S+", part(mail, "plain"))
    assert link is not None
    newcomer.page.goto(link[0])
    newcomer.type(name="Nora Vale", password=PASSWORD)
    newcomer.send()


def _open_the_campaign(newcomer: Newcomer) -> None:
    newcomer.page.goto(f"{newcomer.house.url}/staff/campaigns/new")
    newcomer.follow("Register the client first.")
    newcomer.type(display_name="Carlos")
    newcomer.send()
    newcomer.page.goto(f"{newcomer.house.url}/staff/campaigns/new")
    newcomer.type(title="Carlos belongs at home", story="Carlos is a father.")
    newcomer.choose("client_id", "Carlos")
    newcomer.send()
    newcomer.follow("Approval")
    newcomer.press("Submit to counsel")


def _counsel_prepares(page: Page, house: House) -> None:
    """The matter with its lawyer of record, and the client's consent."""
    page.goto(f"{house.url}/staff/matters/new")
    fill(page, campaign_id="Carlos belongs at home", title="Petition and bond", opened_on="2022-01-03")
    send(page, "Open the matter")
    page.goto(f"{house.url}/staff/timekeepers")
    fill(page, name="Bob", classification="Associate", bar_year="2015", member_id="Bob")
    send(page, "Add the timekeeper")
    page.goto(f"{house.url}/staff/clients")
    page.get_by_role("link", name="Carlos", exact=True).click()
    page.get_by_role("link", name="Record a consent").click()
    for scope in ("campaign", "drive", "bond_amount"):
        page.locator(f"[name=scopes][value={scope}]").check()
    today = clock.today()
    fill(page, language="es", given_on=today.isoformat(), expires_on=f"{today.year + 1}-01-31")
    send(page, "Record the consent")


def _clear_and_publish(newcomer: Newcomer, counsel: Page) -> None:
    counsel.goto(newcomer.page.url)
    send(counsel, "Approve these words")
    send(counsel, "The client agrees to these words")
    newcomer.page.reload()
    newcomer.press("Publish")
    expect(newcomer.page.locator("main")).to_contain_text("It is public.")
