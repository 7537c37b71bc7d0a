"""Words on their way to the public in tests: a lawyer of record who approves, a client who agrees."""

from datetime import date, timedelta

from sqlalchemy import select, update

from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.clearance.clearance import APPROVED, CLIENT_CONSENT, DRAFT, PUBLISHED, WITHDRAWN
from campaigns.clearance.steps import clearance_of
from campaigns.clearance.subjects import Subject, campaign_of, kind_of
from campaigns.clients import consenting
from campaigns.clients.consenting import ConsentTerms
from campaigns.clients.disclosure_consent import SCOPES, DisclosureConsent, in_force
from campaigns.names.drive_names import DriveNames
from core import clock
from core.db import db
from legal.matters import engaging
from legal.matters.engaging import MatterTerms
from legal.matters.matter import Matter, MatterParticipation
from legal.matters.timekeeper import Timekeeper
from staff.access import Actor, actor_for
from staff.account import User
from staff.member import Member


def counsel_of(campaign: Campaign) -> Actor:
    """A lawyer of the lead organisation, on the campaign's matter; engaged where there is none yet."""
    query = select(Member).join(User, User.id == Member.account_id)
    member = db.session.scalars(
        query.where(Member.organisation_id == campaign.organisation_id, User.email == "counsel@example.org")
    ).first()
    if member is None:
        account = User(
            email="counsel@example.org", name="Counsel", active=True, fs_uniquifier="counsel-session"
        )
        db.session.add(account)
        db.session.flush()
        member = Member(organisation_id=campaign.organisation_id, account_id=account.id, role="legal")
        db.session.add(member)
        db.session.flush()
    counsel = actor_for(member)
    engage(counsel, campaign)
    return counsel


def engage(lawyer: Actor, campaign: Campaign) -> None:
    """Make this person counsel of record for the campaign's client."""
    if db.session.scalar(select(Timekeeper).where(Timekeeper.member_id == lawyer.member_id)) is None:
        engaging.engage_timekeeper(
            lawyer, name=lawyer.user_name, classification="PARTNR", bar_year=2010, member_id=lawyer.member_id
        )
    matter = db.session.scalar(select(Matter).where(Matter.campaign_id == campaign.id))
    if matter is None:
        terms = MatterTerms(title="Habeas", opened_on=date(2025, 5, 1))
        engaging.open_matter(lawyer, campaign_id=campaign.id, terms=terms)
        return
    part = select(MatterParticipation).where(
        MatterParticipation.matter_id == matter.id,
        MatterParticipation.organisation_id == lawyer.organisation_id,
    )
    if db.session.scalar(part) is None:
        db.session.add(
            MatterParticipation(
                matter_id=matter.id, organisation_id=lawyer.organisation_id, part="co_counsel"
            )
        )
        db.session.flush()


def consent_of(counsel: Actor, client_id: str, **changes: object) -> DisclosureConsent:
    """A consent to everything, for a year."""
    terms = {
        "scopes": tuple(SCOPES),
        "language": "es",
        "given_on": clock.today(),
        "expires_on": clock.today() + timedelta(days=365),
    }
    return consenting.record_consent(counsel, client_id, ConsentTerms(**(terms | changes)))  # pyright: ignore[reportArgumentType]


def clear(author: Actor, subject: Subject) -> None:
    """Submit, approve and agree to the words as they stand, unless they are public or approved already."""
    clearance, kind = clearance_of(subject), kind_of(subject)
    if clearance.state in {PUBLISHED, APPROVED}:
        return
    counsel = counsel_of(campaign_of(subject))
    client_id = campaign_of(subject).client_id
    if clearance.state in {DRAFT, WITHDRAWN}:
        clearing.submit(author, kind, subject.id, looked_at=True)
    if clearance.state != CLIENT_CONSENT:
        clearing.approve(counsel, kind, subject.id, sha256=clearance.text_hash)
    if client_id and db.session.scalars(in_force(client_id)).first() is None:
        consent_of(counsel, client_id)
    clearing.agree(counsel, kind, subject.id)


def show_names(drive_id: str) -> None:
    """Names of sponsors and stages as after their publication, in worlds whose drives were published by hand."""
    lists = update(DriveNames).where(DriveNames.drive_id == drive_id)
    db.session.execute(lists.values(published_at=clock.now(), withdrawn_at=None))
