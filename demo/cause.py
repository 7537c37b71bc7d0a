"""The campaign for Carlos, its funds and drives, its matter and hours, its costs: made by its people."""

import secrets
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from campaigns import opening, partnering
from campaigns.campaign import Campaign
from campaigns.clients import identity, registering
from campaigns.clients.registering import PersonaTerms
from campaigns.drives import drafting, launching
from campaigns.drives.drive import Drive
from campaigns.drives.drive_terms import DriveTerms, GoalTerms
from campaigns.funds import funding
from campaigns.funds.fund import Fund
from campaigns.funds.funding import FundTerms
from campaigns.opening import CampaignTerms
from campaigns.timeline import telling
from campaigns.timeline.telling import Happening
from campaigns.updates import updating
from core import clock
from core.db import db
from core.money import Money
from demo import clearing, words
from demo.people import actor, organisation
from legal.bonds import bonding
from legal.costs import claiming
from legal.costs.claiming import Cost
from legal.hours import approving
from legal.hours.importing import import_hours
from legal.hours.time_entry import SUBMITTED, TimeEntry
from legal.hours.timekeeping import submit_time
from legal.matters import engaging
from legal.matters.engaging import MatterTerms
from legal.matters.matter import Matter
from legal.schemas.time import read_row

ZONE = "America/Chicago"
HOURS = Path(__file__).parent / "hours.csv"
#: The drives opened this many days ago.
DAYS_OPEN = 20


def open_the_campaign() -> None:
    """Client, campaign, partner, matter, consent, fund and two public drives: every word cleared first."""
    elena, carla, dana = actor("elena"), actor("carla"), actor("dana")
    client = registering.register_client(
        elena,
        PersonaTerms(display_name="Carlos", pronoun="he", summary="A father of two who asked for asylum."),
    )
    identity.seal_identity(elena, client.id, full_name=_invented(), never_publish=_invented())
    campaign = opening.open_campaign(
        carla,
        CampaignTerms(
            title=words.CAMPAIGN_TITLE,
            slug="carlos",
            summary=words.CAMPAIGN_SUMMARY,
            story=words.CAMPAIGN_STORY,
            client_id=client.id,
        ),
    )
    invitation = partnering.invite_partner(carla, campaign.id, organisation_slug="llano")
    partnering.accept_invitation(dana, invitation.id)
    fund = funding.open_fund(
        elena,
        FundTerms(
            name="Legal fund for Carlos",
            purpose=words.PURPOSE,
            surplus_clause=words.SURPLUS,
            campaign_id=campaign.id,
        ),
    )
    open_the_matter()
    clearing.consent(client.id)
    clearing.clear(campaign)
    opening.publish_campaign(carla, campaign.id)
    _open_drives(campaign, fund)


def _invented() -> str:
    """A name of nobody: the demo must have something sealed, and no text of any language holds this."""
    return " ".join("".join(secrets.choice("qxzjkvw") for _letter in range(9)) for _word in range(2)).title()


def _open_drives(campaign: Campaign, fund: Fund) -> None:
    """The fund drive without haste, and the one that ends at the coming midnight."""
    carla = actor("carla")
    today = clock.today(ZONE)
    opened_at = clock.opens_at(today - timedelta(days=DAYS_OPEN), ZONE)
    fund_drive = DriveTerms(
        title=words.FUND_TITLE,
        slug="legal-fund",
        summary=words.FUND_SUMMARY,
        story=words.FUND_STORY,
        zone=ZONE,
        opens_at=opened_at,
        closes_on=today + timedelta(days=40),
        presets_minor=(2500, 5000, 10000, 25000),
        deductibility="not_deductible",
        petition=words.PETITION,
        goals=(GoalTerms(metric="amount", target=10_000_000), GoalTerms(metric="signatures", target=500)),
    )
    monthly = DriveTerms(
        title=words.MONTHLY_TITLE,
        slug="130-before-midnight",
        summary=words.MONTHLY_SUMMARY,
        story=words.MONTHLY_STORY,
        zone=ZONE,
        opens_at=opened_at,
        closes_on=today,
        presets_minor=(1000, 1500, 2500, 5000),
        deductibility="deductible",
        goals=(
            GoalTerms(metric="new_monthly_donors", target=130),
            GoalTerms(metric="amount", target=1_000_000),
        ),
    )
    for terms in (fund_drive, monthly):
        drive = drafting.draft_drive(carla, campaign_id=campaign.id, fund_id=fund.id, terms=terms)
        clearing.clear(drive)
        launching.publish_drive(carla, drive.id)


def tell_updates() -> None:
    carla = actor("carla")
    campaign = the_campaign()
    for title, body in words.UPDATES:
        update = updating.write_update(carla, campaign.id, title=title, body=body)
        clearing.clear(update)
        updating.publish_update(carla, update.id)


def tell_the_timeline() -> None:
    """What happened, by month; the last steps wait for their delay."""
    carla = actor("carla")
    for what, day, said in words.TIMELINE:
        entry = telling.tell(carla, the_campaign().id, Happening(what=what, happened_on=day, words=said))
        clearing.clear(entry)
        telling.publish_entry(carla, entry.id)


def open_the_matter() -> None:
    """Two organisations as counsel, two lawyers and a paralegal as timekeepers."""
    ana = actor("ana")
    matter = engaging.open_matter(
        ana,
        campaign_id=the_campaign().id,
        terms=MatterTerms(title="Asylum and habeas", opened_on=date(2025, 5, 1)),
    )
    engaging.add_counsel(ana, matter.id, organisation_id=organisation("llano").id, part="co_counsel")
    keepers = (
        ("ana", "Ana Lucero", "PARTNR", 2008),
        ("ben", "Ben Whitaker", "ASSOC", 2015),
        ("pilar", "Pilar Soto", "PARALG", None),
    )
    for key, name, classification, bar_year in keepers:
        someone = actor(key)
        engaging.engage_timekeeper(
            someone, name=name, classification=classification, bar_year=bar_year, member_id=someone.member_id
        )


def record_hours() -> int:
    """Each organisation imports the hours of its own people, submits them, and somebody else approves."""
    lines = HOURS.read_text().splitlines(keepends=True)
    approved = 0
    for importer, approver, names in (
        ("ana", "elena", ("Ana Lucero",)),
        ("ben", "dana", ("Ben Whitaker", "Pilar Soto")),
    ):
        mine = [lines[0], *(line for line in lines[1:] if line.startswith(names))]
        done = import_hours(actor(importer), mine, matter_id=the_matter().id, read=read_row)
        submit_time(actor(importer), [entry.id for entry in done.entries])
        waiting = select(TimeEntry.id).where(
            TimeEntry.state == SUBMITTED, TimeEntry.id.in_([entry.id for entry in done.entries])
        )
        approved += len(approving.approve_time(actor(approver), db.session.scalars(waiting).all()))
    return approved


COSTS = (
    ("E112", 500, date(2025, 6, 4), "Filing fee, habeas"),
    ("E112", 40500, date(2025, 6, 20), "Filing fee, civil action"),
    ("E123", 65000, date(2025, 8, 14), "Interpreter, two hearings"),
    ("E119", 180000, date(2025, 9, 18), "Country expert, affidavit and testimony"),
    ("E116", 32000, date(2025, 10, 9), "Transcript of a hearing"),
)


def pay_costs() -> None:
    """Ana claims, Frida of finance approves and pays; the same with the bond. One claim waits for approval."""
    ana, frida, fund = actor("ana"), actor("frida"), the_fund()
    for code, minor, day, description in COSTS:
        claim = claiming.claim_expense(
            ana, matter_id=the_matter().id, cost=_cost(fund, code, minor, day, description)
        )
        claiming.approve_expense(frida, claim.id)
        claiming.pay_expense(frida, claim.id)
    bond = bonding.request_bond(
        ana, matter_id=the_matter().id, fund_id=fund.id, amount=Money(800_000, fund.currency)
    )
    bonding.approve_bond(frida, bond.id)
    bonding.post_bond(frida, bond.id)
    claiming.claim_expense(
        ana,
        matter_id=the_matter().id,
        cost=_cost(fund, "E110", 21450, date(2025, 11, 6), "Travel to a hearing"),
    )


def _cost(fund: Fund, code: str, minor: int, day: date, description: str) -> Cost:
    return Cost(
        fund_id=fund.id,
        expense_code=code,
        amount=Money(minor, fund.currency),
        incurred_on=day,
        description=description,
    )


def the_campaign() -> Campaign:
    return db.session.scalars(select(Campaign).where(Campaign.slug == "carlos")).one()


def the_matter() -> Matter:
    return db.session.scalars(select(Matter)).one()


def the_fund() -> Fund:
    return db.session.scalars(select(Fund)).one()


def a_drive(slug: str) -> Drive:
    return db.session.scalars(select(Drive).where(Drive.slug == slug)).one()
