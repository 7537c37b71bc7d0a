"""An organisation that has nothing to do with the case: its owner, and a case, hours and a gift of its own."""

from datetime import timedelta

from campaigns.drives import drafting
from campaigns.drives.drive import Drive
from campaigns.funds import funding
from campaigns.funds.funding import FundTerms
from campaigns.opening import CampaignTerms, open_campaign
from core import clock
from core.db import db
from core.money import Money
from donors.gifts.gift import SETTLED, Gift
from donors.offline import batching
from donors.offline.batching import BatchPlan, TypedRow
from donors.payouts.bank_line import BankLine
from donors.people.donor import Donor
from donors.people.meeting import Somebody
from donors.pledges import pledging
from donors.pledges.pledging import PledgePlan
from donors.receipts.receipt import Receipt
from donors.webhooks_out import keeping, news
from legal.hours.timekeeping import Work, record_time
from legal.matters.engaging import MatterTerms, engage_timekeeper, open_matter
from staff.access import Actor, actor_for
from staff.account import User
from staff.member import Member
from staff.organisation import Organisation
from tests.campaigns.conftest import drive_terms


def settle() -> None:
    organisation = Organisation(name="Elsewhere", slug="elsewhere", zone="UTC")
    account = User(email="stranger@elsewhere.example", name="Stranger", active=True, fs_uniquifier="stranger")
    db.session.add_all([organisation, account])
    db.session.flush()
    owner = Member(organisation_id=organisation.id, account_id=account.id, role="owner")
    db.session.add(owner)
    db.session.flush()
    actor = actor_for(owner)
    campaign = open_campaign(actor, CampaignTerms(title="The orchard dispute", story="An orchard was sold."))
    fund = funding.open_fund(
        actor,
        FundTerms(
            name="Orchard fund",
            purpose="Costs of the orchard",
            surplus_clause="Trees.",
            campaign_id=campaign.id,
        ),
    )
    terms = drive_terms(title="Save the orchard", summary="Trees.", story="An orchard was sold.")
    drive = drafting.draft_drive(actor, campaign_id=campaign.id, fund_id=fund.id, terms=terms)
    _give(actor, drive)
    _receive(actor, drive)
    _work(actor, campaign.id)


def _give(actor: Actor, drive: Drive) -> None:
    keeping.add(actor, url="https://orchard.example/hooks", kinds=["gift.paid"])
    giver = Donor(organisation_id=actor.organisation_id, email="orchardist@example.org", name="Olga Orchard")
    db.session.add(giver)
    db.session.flush()
    gift = Gift(
        id="gift_0rchard00000000000000000",
        organisation_id=actor.organisation_id,
        drive_id=drive.id,
        fund_id=drive.fund_id,
        donor_id=giver.id,
        state=SETTLED,
        public_name="Olga O.",
        amount_minor=5000,
        currency="USD",
        paid_at=clock.now(),
    )
    db.session.add(gift)
    db.session.flush()
    db.session.add(
        Receipt(
            gift_id=gift.id,
            organisation_id=actor.organisation_id,
            year=clock.now().year,
            number=1,
            amount_minor=5000,
            fee_cover_minor=0,
            currency="USD",
            donor_name=giver.name,
            paid_at=clock.now(),
        )
    )
    news.gift_paid(gift)


def _receive(actor: Actor, drive: Drive) -> None:
    """A batch of checks, a pledge and a line of the bank."""
    today = clock.today("UTC")
    batch = batching.begin(actor, BatchPlan(drive.id, "Orchard fair", today, "check"))
    batching.add_row(actor, batch.id, TypedRow(amount=Money(2000, "USD"), name="Otto Orchard"))
    plan = PledgePlan(drive.id, [(today, Money(3000, "USD"))], Somebody(name="Odile Orchard"))
    pledging.record_pledge(actor, plan)
    line = BankLine(
        organisation_id=actor.organisation_id, external_id="orchard-1", on_day=today, text="Apples"
    )
    line.amount = Money(700, "USD")
    db.session.add(line)
    db.session.flush()


def _work(actor: Actor, campaign_id: str) -> None:
    opened_on = clock.today() - timedelta(days=30)
    matter = open_matter(
        actor, campaign_id=campaign_id, terms=MatterTerms(title="Orchard against Mill", opened_on=opened_on)
    )
    counsel = engage_timekeeper(actor, name="Ora Torres", classification="PARTNR", bar_year=2001)
    work = Work(
        worked_on=opened_on,
        minutes=60,
        task_code="L120",
        activity_code="A104",
        narrative="Read the deed of the mill",
    )
    record_time(actor, matter_id=matter.id, timekeeper_id=counsel.id, work=work)
