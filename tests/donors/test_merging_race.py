"""A gift settles in the very moment in which its donor is merged: it is counted once, and is the kept donor's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from app import create_app
from campaigns.campaign import Campaign
from campaigns.clients.client import Client
from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from core import clock, ids
from core.db import db, transaction
from core.settings import Settings
from donors.figures import progress, tally
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.merging import merging, undoing
from donors.people.donor import Donor
from donors.recurring.recurring_gift import RecurringGift
from donors.stripe_gateway import Payment
from staff.access import system_actor
from staff.organisation import Organisation
from tests.databases import migrated_url
from tests.donors.conftest import usd

ROUNDS = 8


@pytest.fixture
def house(database_kind: str, tmp_path: Path) -> Iterator[Flask]:
    """An application with a database of its own, in which transactions really commit."""
    made = create_app(
        Settings(
            environment="testing",
            data_dir=tmp_path,
            database_url=migrated_url(database_kind, tmp_path),
            queue_url="memory:",
            log_level="ERROR",
        )
    )
    yield made
    with made.app_context():
        db.engine.dispose()


def a_drive() -> Drive:
    organisation = Organisation(name="Refugio", slug="refugio", zone="America/Chicago")
    db.session.add(organisation)
    db.session.flush()
    client = Client(organisation_id=organisation.id)
    db.session.add(client)
    db.session.flush()
    campaign = Campaign(
        organisation_id=organisation.id, client_id=client.id, slug="carlos", title="Carlos", story="Home."
    )
    db.session.add(campaign)
    db.session.flush()
    fund = Fund(
        organisation_id=organisation.id,
        campaign_id=campaign.id,
        name="Fund",
        purpose="Costs",
        surplus_clause="Next case.",
        currency="USD",
    )
    db.session.add(fund)
    db.session.flush()
    drive = Drive(
        campaign_id=campaign.id,
        organisation_id=organisation.id,
        fund_id=fund.id,
        slug="monthly",
        title="Monthly",
        currency="USD",
        zone="America/Chicago",
        opens_at=clock.now() - timedelta(days=30),
        published_at=clock.now(),
    )
    db.session.add(drive)
    db.session.flush()
    return drive


def two_donors(drive: Drive, number: int) -> tuple[str, str, str]:
    """Two donors who promised monthly, one of them paid; the ids of both and of the gift to settle."""
    found: list[str] = []
    for place in (0, 1):
        donor = Donor(organisation_id=drive.organisation_id, email=f"ana{number}.{place}@example.org")
        db.session.add(donor)
        db.session.flush()
        promise = RecurringGift(
            id=ids.new_id("recur"),
            organisation_id=drive.organisation_id,
            drive_id=drive.id,
            donor_id=donor.id,
            rhythm="month",
        )
        promise.amount = usd(1500)
        db.session.add(promise)
        db.session.flush()
        gift = Gift(
            id=ids.new_id("gift"),
            organisation_id=drive.organisation_id,
            drive_id=drive.id,
            fund_id=drive.fund_id,
            donor_id=donor.id,
            recurring_gift_id=promise.id,
            period_on=clock.today(),
        )
        gift.amount = usd(1500)
        db.session.add(gift)
        db.session.flush()
        found += [donor.id, gift.id]
    return found[0], found[2], found[3]


def settle(gift_id: str) -> None:
    gift = settling.lock_gift(gift_id)
    assert gift is not None
    settling.apply_payment(
        gift, Payment(f"pi_{gift.id}", gift.id, True, clock.now(), gift.charged, usd(74), ())
    )


def test_a_gift_that_settles_meanwhile_is_counted_once(house: Flask) -> None:
    with house.app_context():
        with transaction():
            drive = a_drive()
            drive_id, organisation_id = drive.id, drive.organisation_id
            pairs = [two_donors(drive, number) for number in range(ROUNDS)]
        with transaction():
            for kept, _absorbed, _gift_id in pairs:
                settle(db.session.query(Gift).filter(Gift.donor_id == kept).one().id)

    def run(barrier: Barrier, work: str, pair: tuple[str, str, str]) -> None:
        with house.app_context():
            barrier.wait(timeout=30)
            with transaction():
                if work == "settle":
                    settle(pair[2])
                else:
                    actor = system_actor(db.session.get_one(Organisation, organisation_id))
                    merging.merge(actor, pair[0], absorbed_id=pair[1], reason="One person.")

    with ThreadPoolExecutor(2) as pool:
        for pair in pairs:
            barrier = Barrier(2)
            for done in [pool.submit(run, barrier, work, pair) for work in ("settle", "merge")]:
                done.result(timeout=60)

    with house.app_context():
        figures = progress.read(drive_id)
        assert figures is not None
        assert figures.gifts == 2 * ROUNDS
        assert list(tally.verify()) == []
        owners = dict(db.session.query(Donor.id, Donor.merged_into_id).all())
        merged = [pair for pair in pairs if owners[pair[1]]]
        assert len(merged) == ROUNDS
        assert (figures.donors, figures.new_monthly_donors) == (ROUNDS, ROUNDS)
        for kept, _absorbed, gift_id in pairs:
            assert db.session.get_one(Gift, gift_id).donor_id == kept
        undone(organisation_id)
        figures = progress.read(drive_id)
        assert figures is not None
        assert (figures.donors, figures.new_monthly_donors) == (2 * ROUNDS, 2 * ROUNDS)
        assert list(tally.verify()) == []


def undone(organisation_id: str) -> None:
    with transaction():
        actor = system_actor(db.session.get_one(Organisation, organisation_id))
        for merge in db.session.scalars(merging.merges_of(actor)).all():
            undoing.undo(actor, merge.id, reason="Two people.")
