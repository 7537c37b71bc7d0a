"""A timekeeper writes ten entries in the browser with the keyboard alone, well within two minutes."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from campaigns.campaign import Campaign
from campaigns.partner import Partner
from core import clock
from core.db import db, transaction
from legal.hours.time_entry import TimeEntry
from legal.matters.engaging import MatterTerms, engage_timekeeper, open_matter
from staff.access import actor_for
from staff.member import Member
from tests.stories.arranging import found_organisation
from tests.stories.house import House
from tests.stories.staffing import let_in

pytestmark = [pytest.mark.browser, pytest.mark.once]

LONGEST_SECONDS = 120
ROWS = [
    (("12", "0:12", "1h", "90min", "1.5h", "00:30:00", "45min", "0:06", "2h 5m", "1,2h")[number], words)
    for number, words in enumerate(
        (
            *("Read the notice", "Draft the petition", "Call the client", "Review the file"),
            *("Draft the bond motion", "Prepare the exhibits", "Write to counsel", "Check the record"),
            *("Prepare the hearing", "File the motion"),
        )
    )
]


def open_a_matter(organisation_id: str) -> None:
    with transaction() as session:
        campaign = Campaign(organisation_id=organisation_id, slug=organisation_id[-12:], title="Carlos")
        session.add(campaign)
        session.flush()
        session.add(
            Partner(
                campaign_id=campaign.id, organisation_id=organisation_id, part="lead", accepted_at=clock.now()
            )
        )
        session.flush()
        bob = session.scalars(select(Member).where(Member.organisation_id == organisation_id)).one()
        terms = MatterTerms(title="Petition and bond", opened_on=date(2025, 5, 5))
        open_matter(actor_for(bob), campaign_id=campaign.id, terms=terms)
        engage_timekeeper(
            actor_for(bob), name="Bob", classification="STFATT", bar_year=2012, member_id=bob.id
        )


def test_ten_entries_with_the_keyboard_alone(house: House, open_phone: Callable[..., Page]) -> None:
    firm = found_organisation(house, "Refugio Legal Project", {"bob": "legal"})
    house.look(lambda: open_a_matter(firm.id))
    page = open_phone()
    let_in(page, house, firm.people["bob"])
    page.goto(f"{house.url}/staff/hours")
    keys, began = page.keyboard, time.monotonic()

    def tab_to(what: str) -> None:
        for _press in range(80):
            if page.evaluate("what => document.activeElement.matches(what)", what):
                return
            keys.press("Tab")
        pytest.fail(f"the keyboard does not reach {what}")

    for number, (duration, words) in enumerate(ROWS):
        tab_to(f"#f-{number}-duration")
        keys.type("12min" if duration == "12" else duration)
        keys.press("Tab")
        keys.type("L210" if number == 0 else '"')
        keys.press("Tab")
        keys.type("A103" if number == 0 else '"')
        keys.press("Tab")
        keys.type(words)
        if number + 1 < len(ROWS):
            keys.press("Enter")
    tab_to("main form button.primary")
    keys.press("Enter")
    expect(page.get_by_text("10 entries are written as drafts.")).to_be_visible()
    assert time.monotonic() - began < LONGEST_SECONDS
    minutes = house.look(lambda: sorted(db.session.scalars(_minutes_of(firm.id))))
    assert minutes == sorted([12, 12, 60, 90, 90, 30, 45, 6, 125, 72])


def test_timer_and_draft_outlive_a_reload_and_end_with_the_sending(
    house: House, open_phone: Callable[..., Page]
) -> None:
    firm = found_organisation(house, "Llano Defenders", {"bob": "legal"})
    house.look(lambda: open_a_matter(firm.id))
    page = open_phone()
    let_in(page, house, firm.people["bob"])
    page.clock.install(time=clock.now())
    page.goto(f"{house.url}/staff/hours")
    timer = page.locator("[data-timer]")
    expect(timer).to_have_text("Start the timer")
    timer.click()
    page.locator("#f-0-narrative").fill("Draft the petition")
    page.clock.fast_forward("25:00")
    page.reload()
    expect(timer).to_have_text("Stop the timer 0:25")
    expect(page.locator("#f-0-narrative")).to_have_value("Draft the petition")
    page.clock.fast_forward("47:00")
    timer.click()
    expect(timer).to_have_text("Start the timer")
    expect(page.locator("#f-0-duration")).to_have_value("1:12")
    page.reload()
    expect(page.locator("#f-0-duration")).to_have_value("1:12")
    page.locator("#f-0-task_code").fill("L210")
    page.locator("#f-0-activity_code").fill("A103")
    page.locator("main form button.primary").first.click()
    expect(page.get_by_text("One entry is written as a draft.")).to_be_visible()
    expect(page.locator("#f-0-narrative")).to_have_value("")
    (entry,) = house.look(lambda: list(db.session.scalars(_entries_of(firm.id))))
    assert (entry.minutes_raw, entry.starts_minute is None, entry.narrative) == (
        72,
        False,
        "Draft the petition",
    )


def _entries_of(organisation_id: str):
    return select(TimeEntry).where(TimeEntry.organisation_id == organisation_id)


def _minutes_of(organisation_id: str):
    return select(TimeEntry.minutes_raw).where(TimeEntry.organisation_id == organisation_id)
