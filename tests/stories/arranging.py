"""What a story finds when it begins: an organisation with its people, a public campaign, an open drive."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from flask_security.utils import hash_password

from campaigns.campaign import Campaign
from campaigns.clients.client import Client, Persona
from campaigns.drives.drive import Drive
from campaigns.drives.goal import AMOUNT, NEW_MONTHLY_DONORS, Goal
from campaigns.funds.fund import Fund
from core import clock
from core.db import db, transaction
from core.ids import new_id
from donors.gifts.gift import Gift
from staff.account import accounts
from staff.member import Member
from staff.organisation import Organisation
from tests.stories.house import House

PASSWORD = "the-lamp-stays-on-tonight"


@dataclass(frozen=True)
class Staffed:
    """An organisation, and the addresses under which its people sign in."""

    id: str
    slug: str
    people: dict[str, str]


@dataclass(frozen=True)
class Opened:
    organisation: Staffed
    drive_id: str
    slug: str
    fund_id: str


def found_organisation(house: House, name: str, roles: dict[str, str]) -> Staffed:
    """A new organisation with one member for each name and role."""
    return house.look(lambda: _found_organisation(name, roles))


def _found_organisation(name: str, roles: dict[str, str]) -> Staffed:
    slug = new_id("org").lower().replace("_", "-")
    with transaction() as session:
        organisation = Organisation(name=name, slug=slug, zone="America/Chicago", tax_id="74-0000000")
        session.add(organisation)
        session.flush()
        addresses = {}
        for person, role in roles.items():
            address = addresses[person] = f"{person}@{slug}.example"
            account = accounts.create_user(
                email=address, name=person.capitalize(), password=_hashed_password(), active=True
            )
            session.flush()
            session.add(Member(organisation_id=organisation.id, account_id=account.id, role=role))
        return Staffed(organisation.id, slug, addresses)


@cache
def _hashed_password() -> str:
    """Hashing is slow on purpose; everybody here has the same password."""
    return hash_password(PASSWORD)


def open_drive(house: House, roles: dict[str, str] | None = None) -> Opened:
    """A public drive of its own organisation, so that one story does not count another's gifts."""
    organisation = found_organisation(house, "Refugio Legal Project", roles or {})
    slug = f"drive-{organisation.slug[-8:]}"

    def write() -> Opened:
        with transaction():
            drive = draw_drive(organisation.id, slug)
            return Opened(organisation, drive.id, slug, drive.fund_id)

    return house.look(write)


def gifts_of(house: House, opened: Opened) -> list[Gift]:
    """The drive's gifts as the database has them now, oldest first."""

    def read() -> list[Gift]:
        return db.session.query(Gift).filter_by(drive_id=opened.drive_id).order_by(Gift.started_at).all()

    return house.look(read)


def draw_drive(organisation_id: str, slug: str) -> Drive:
    """The rows of a client, a public campaign, a fund and an open drive with two goals."""
    client = Client(organisation_id=organisation_id)
    db.session.add(client)
    db.session.flush()
    db.session.add(
        Persona(client_id=client.id, display_name="Carlos", pronoun="he", summary="A father of two.")
    )
    campaign = Campaign(
        organisation_id=organisation_id,
        client_id=client.id,
        slug=slug,
        title="Bring Carlos home",
        story="Carlos wants to **come home**.",
        published_at=clock.now(),
    )
    db.session.add(campaign)
    db.session.flush()
    fund = Fund(
        organisation_id=organisation_id,
        campaign_id=campaign.id,
        name="Legal fund",
        purpose="Costs of the case",
        surplus_clause="Goes to the next case.",
        currency="USD",
    )
    db.session.add(fund)
    db.session.flush()
    drive = Drive(
        campaign_id=campaign.id,
        organisation_id=organisation_id,
        fund_id=fund.id,
        slug=slug,
        title="Two monthly donors before summer",
        summary="By midnight.",
        story="Carlos is a father.",
        currency="USD",
        opens_at=clock.now() - timedelta(days=30),
        closes_at=clock.now() + timedelta(days=400),
        zone="America/Chicago",
        published_at=clock.now(),
    )
    db.session.add(drive)
    db.session.flush()
    db.session.add_all(
        [
            Goal(drive_id=drive.id, metric=AMOUNT, target=10_000_000),
            Goal(drive_id=drive.id, metric=NEW_MONTHLY_DONORS, target=130, position=1),
        ]
    )
    return drive
