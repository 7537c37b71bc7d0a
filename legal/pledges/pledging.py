"""Pledging hours to a drive that asks for them, confirming the address, and staff's decision."""

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.drives.goal import PRO_BONO_HOURS, Goal
from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.mail import queue_mail
from core.web import signed_links
from legal.acting import answerable
from legal.matters.engaging import engage_timekeeper
from legal.matters.timekeeper import CLASSES
from legal.pledges.hours_pledge import (
    ACCEPTED,
    CONFIRMED,
    DECLINED,
    MOST_HOURS,
    UNCONFIRMED,
    HoursPledge,
    lock_pledge,
)
from staff import audit
from staff.access import Actor

_PURPOSE = "confirm-hours-pledge"


@dataclass(frozen=True, kw_only=True)
class PledgeTerms:
    """What a lawyer promises: whole `hours`, as which LEDES class."""

    name: str
    email: str
    hours: int
    classification: str
    firm: str = ""
    bar: str = ""
    bar_year: int | None = None


def asking_drive(slug: str) -> Drive:
    """The open public drive that asks for hours. Raises NotFound."""
    query = (
        select(Drive)
        .join(Campaign, Campaign.id == Drive.campaign_id)
        .join(Goal, (Goal.drive_id == Drive.id) & (Goal.metric == PRO_BONO_HOURS))
        .where(Drive.slug == slug, Drive.published_at.is_not(None))
        .where(Campaign.published_at.is_not(None), Campaign.withdrawn_at.is_(None))
    )
    drive = db.session.scalar(query)
    if drive is None:
        raise NotFound
    return drive


def pledge_hours(drive: Drive, terms: PledgeTerms) -> HoursPledge:
    """Write down a pledge; a mail asks whether the address is right.

    Raises Conflict `closed`, Invalid on hours, classification.
    """
    pledge = _write(drive, terms)
    queue_mail(
        key=f"hours-pledge:{pledge.id}",
        to=pledge.email,
        subject=_("Confirm your pledge of hours"),
        text="\n\n".join(
            (
                _("You pledged %(hours)s hours to “%(drive)s”.", hours=pledge.hours, drive=drive.title),
                _("Confirm it here, and the organisation will write to you:"),
                f"{current_app.config['BASE_URL']}/hours-pledges/{signed_links.sign(pledge.id, _PURPOSE)}",
                _("If it was not you, do nothing."),
            )
        ),
    )
    return pledge


def record_pledge(actor: Actor, *, drive_id: str, terms: PledgeTerms) -> HoursPledge:
    """Write down what a lawyer told staff, by telephone or on paper: it waits for the decision at once, since staff
    knows who it was. Raises Invalid on drive_id, and what `pledge_hours` does."""
    actor.require("matters.edit")
    drive = next((each for each in asking_drives(actor) if each.id == drive_id), None)
    if drive is None:
        raise Invalid({"drive_id": [_("Choose a drive of yours that asks for hours.")]})
    pledge = _write(drive, terms)
    pledge.move_to(CONFIRMED)
    pledge.confirmed_at = clock.now()
    db.session.flush()
    audit.record(actor, "hours_pledge.recorded", pledge.id, after={"drive": drive.id, "hours": pledge.hours})
    return pledge


def asking_drives(actor: Actor) -> list[Drive]:
    """The organisation's published drives that ask for hours, the latest first."""
    query = (
        select(Drive)
        .join(Goal, (Goal.drive_id == Drive.id) & (Goal.metric == PRO_BONO_HOURS))
        .where(Drive.organisation_id == actor.organisation_id, Drive.published_at.is_not(None))
        .order_by(Drive.opens_at.desc(), Drive.id)
    )
    return list(db.session.scalars(query))


def _write(drive: Drive, terms: PledgeTerms) -> HoursPledge:
    if not drive.is_open(clock.now()):
        raise Conflict("closed", _("This drive is not open."))
    wrong: dict[str, list[str]] = {}
    if not 1 <= terms.hours <= MOST_HOURS:
        wrong["hours"] = [_("Pledge 1 to 2,000 hours.")]
    if terms.classification not in CLASSES:
        wrong["classification"] = [_("Choose one of the classes.")]
    if wrong:
        raise Invalid(wrong)
    pledge = HoursPledge(drive_id=drive.id, **terms.__dict__)
    db.session.add(pledge)
    db.session.flush()
    return pledge


def find_pledge(token: str) -> HoursPledge:
    """The pledge of a mail's link. Raises NotFound for a link that we did not sign."""
    pledge_id = signed_links.read(token, _PURPOSE)
    query = select(HoursPledge).where(HoursPledge.id == pledge_id).with_for_update()
    pledge = db.session.scalar(query.execution_options(populate_existing=True))
    if pledge is None:
        raise NotFound
    return pledge


def confirm_pledge(token: str) -> HoursPledge:
    """The address is right. A second click changes nothing."""
    pledge = find_pledge(token)
    if pledge.state == UNCONFIRMED:
        pledge.move_to(CONFIRMED)
        pledge.confirmed_at = clock.now()
        db.session.flush()
    return pledge


def accept_pledge(actor: Actor, pledge_id: str) -> HoursPledge:
    """Take the lawyer on as a timekeeper: the pledge counts as pledged, and entries can be written.

    Raises NotFound, Conflict `illegal_transition`, Invalid on name where a timekeeper is called so already.
    """
    actor.require("matters.edit")
    pledge = lock_pledge(actor, pledge_id)
    pledge.refuse_step(ACCEPTED)
    keeper = engage_timekeeper(
        actor, name=pledge.name, classification=pledge.classification, bar_year=pledge.bar_year
    )
    pledge.timekeeper_id = keeper.id
    pledge.move_to(ACCEPTED)
    return _decide(actor, pledge)


def decline_pledge(actor: Actor, pledge_id: str) -> HoursPledge:
    """Say no. Raises NotFound, Conflict `illegal_transition`."""
    actor.require("matters.edit")
    pledge = lock_pledge(actor, pledge_id)
    pledge.move_to(DECLINED)
    return _decide(actor, pledge)


def _decide(actor: Actor, pledge: HoursPledge) -> HoursPledge:
    pledge.decided_at, pledge.decided_by_id = clock.now(), answerable(actor)
    db.session.flush()
    after = {"hours": pledge.hours, "timekeeper": pledge.timekeeper_id}
    audit.record(actor, f"hours_pledge.{pledge.state}", pledge.id, after=after)
    return pledge
