"""The drive that is measured: a campaign for Carlos with a partner, two goals, updates and months of hours."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.clients.client import Client, Persona
from campaigns.drives.drive import Drive
from campaigns.drives.goal import AMOUNT, NEW_MONTHLY_DONORS, Goal
from campaigns.funds.fund import Fund
from campaigns.partner import Partner
from campaigns.updates.update import Update
from core import clock
from core.money import Money
from legal.hours.time_entry import APPROVED, TimeEntry, TimeEntryApproval
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.reports import transparency
from staff.account import User
from staff.member import Member
from staff.organisation import Organisation

SLUG = "keep-carlos-home"
ZONE = "America/Chicago"
#: Gifts arrive over this many days before now.
DAYS = 20
_STORY = "Carlos has lived here for **eleven years**. He works, he coaches, he is a father of two.\n\n" * 4


@dataclass(frozen=True)
class Stage:
    """What a gift needs to know of where it is given."""

    organisation_id: str
    drive_id: str
    fund_id: str
    now: datetime


def build(session: Session) -> Stage:
    """Add everything but gifts; the caller commits."""
    now = clock.now()
    lead = Organisation(name="Refugio Legal Project", slug="refugio", zone=ZONE)
    partner = Organisation(name="Llano Defenders", slug="llano", zone="America/Denver")
    session.add_all([lead, partner])
    session.flush()
    campaign = _campaign(session, lead, now)
    for organisation, part in ((lead, "lead"), (partner, "partner")):
        session.add(
            Partner(campaign_id=campaign.id, organisation_id=organisation.id, part=part, accepted_at=now)
        )
    drive = _drive(session, campaign, now)
    for number in range(4):
        session.add(
            Update(
                campaign_id=campaign.id,
                title=f"What the judge said, part {number}",
                body="The hearing went *well*. The next one is in spring.\n\n" * 3,
                published_at=now - timedelta(days=number),
            )
        )
    _work(session, campaign, lead, now.date())
    return Stage(lead.id, drive.id, drive.fund_id, now)


def _campaign(session: Session, lead: Organisation, now: datetime) -> Campaign:
    client = Client(organisation_id=lead.id)
    session.add(client)
    session.flush()
    session.add(Persona(client_id=client.id, display_name="Carlos", pronoun="he", summary="A father of two."))
    campaign = Campaign(
        organisation_id=lead.id,
        client_id=client.id,
        slug="carlos",
        title="Keep Carlos with his family",
        story=_STORY,
        published_at=now,
    )
    session.add(campaign)
    session.flush()
    return campaign


def _drive(session: Session, campaign: Campaign, now: datetime) -> Drive:
    fund = Fund(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        name="Legal fund",
        purpose="Costs of the case",
        surplus_clause="What is left goes to the next case.",
        currency="USD",
    )
    session.add(fund)
    session.flush()
    drive = Drive(
        campaign_id=campaign.id,
        organisation_id=campaign.organisation_id,
        fund_id=fund.id,
        slug=SLUG,
        title="130 new monthly donors",
        summary="Before midnight.",
        story=_STORY,
        currency="USD",
        opens_at=now - timedelta(days=DAYS + 1),
        closes_at=now + timedelta(days=10),
        zone=ZONE,
        deductibility="deductible",
        published_at=now - timedelta(days=DAYS + 1),
    )
    session.add(drive)
    session.flush()
    session.add(Goal(drive_id=drive.id, metric=AMOUNT, target=500_000_000))
    session.add(Goal(drive_id=drive.id, metric=NEW_MONTHLY_DONORS, target=130, position=1))
    return drive


def _work(session: Session, campaign: Campaign, lead: Organisation, today: date) -> None:
    """Six months of approved hours, an entry each."""
    author, approver = (add_member(session, lead, name) for name in ("Bea", "Omar"))
    matter = Matter(campaign_id=campaign.id, title="Removal defense", opened_on=today - timedelta(days=200))
    keeper = Timekeeper(organisation_id=lead.id, name="Bea", classification="lawyer")
    session.add_all([matter, keeper])
    session.flush()
    for number in range(6):
        entry = TimeEntry(
            matter_id=matter.id,
            timekeeper_id=keeper.id,
            organisation_id=lead.id,
            author_id=author.id,
            worked_on=today - timedelta(days=30 * number),
            minutes_raw=300,
            units_tenths=50,
            rounding_policy="up",
            task_code="L110",
            activity_code="A103",
            narrative="Prepared for the hearing.",
            state=APPROVED,
        )
        session.add(entry)
        session.flush()
        session.add(TimeEntryApproval(entry_id=entry.id, author_id=author.id, approved_by_id=approver.id))
        transparency.keep(entry, campaign.id, hours=50, valued=0, value=Money.zero("USD"))


def add_member(session: Session, organisation: Organisation, name: str) -> Member:
    account = User(email=f"{name.lower()}@example.org", name=name, active=True, fs_uniquifier=name)
    session.add(account)
    session.flush()
    member = Member(organisation_id=organisation.id, account_id=account.id, role="legal")
    session.add(member)
    session.flush()
    return member
