"""Whatever happens to gifts: a drive's figures are the same with pages and without, and pages are a part of them."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import transaction
from donors.gifts.gift import Gift
from donors.supporters.supporter_page import PUBLIC, SupporterPage, public_pages
from tests.donors import people_world
from tests.donors.people_world import World, happenings
from tests.donors.test_any_order import undone

ANY = settings(
    max_examples=40,
    deadline=None,
    database=None,
    # What an example writes is undone at its end, by `undone`.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def a_page(session: Session, drive: Drive, title: str) -> SupporterPage:
    page = SupporterPage(
        drive_id=drive.id,
        title=title,
        name="Lena",
        words="I run.",
        goal_minor=50_000,
        email="lena@example.org",
        state=PUBLIC,
    )
    session.add(page)
    session.flush()
    return page


def figures_of(drive: Drive, events: list[Any], pages: list[int] | None) -> tuple[Any, list[tuple[int, int]]]:
    """What is told of the drives after these events, and (what pages raised, what the drive did) for each drive.

    `pages` says through which of two pages, or none, each gift is given; a refund comes after it.
    """
    with undone(), transaction() as session:
        world = people_world.build(session, session.get_one(Drive, drive.id))
        there = [a_page(session, each, f"Page {n}") for each in world.drives for n in (0, 1)]
        _live(world, events, there, pages)
        told = [each | {"drive": None} for each in world.figures()["told"].values()]
        sums = [
            (
                sum(int(row.raised_minor) for row in session.execute(public_pages(each.id))),
                world.figures()["told"][each.id]["raised_minor"],
            )
            for each in world.drives
        ]
        for each, (through, _whole) in zip(world.drives, sums, strict=True):
            assert through == _recounted(session, each.id)
        return told, sums


def _live(world: World, events: list[Any], there: list[SupporterPage], pages: list[int] | None) -> None:
    for number, event in enumerate(events):
        before = len(world.gifts)
        world.live([event])
        if pages is None or len(world.gifts) == before:
            continue
        gift = world.gifts[-1]
        own = [page for page in there if page.drive_id == gift.drive_id]
        which = pages[number % len(pages)]
        gift.supporter_page_id = own[which].id if which < len(own) else None
        world.session.flush()


def _recounted(session: Session, drive_id: str) -> int:
    """By hand: each counted gift with a page, less what of it went back."""
    query = select(Gift).where(
        Gift.drive_id == drive_id, Gift.supporter_page_id.is_not(None), Gift.counts.is_(True)
    )
    return sum(each.amount_minor - each.refunded_minor for each in session.scalars(query))


@ANY
@given(events=happenings, pages=st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_a_drive_raises_the_same_through_pages_and_pages_never_more(
    session: Session, drive: Drive, events: list[Any], pages: list[int]
) -> None:
    without, _sums = figures_of(drive, events, None)
    told, sums = figures_of(drive, events, pages)
    assert told == without
    assert all(through <= whole for through, whole in sums)
