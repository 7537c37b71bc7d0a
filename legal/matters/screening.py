"""Raising and lifting the screens around a matter, and what they hide in the audit trail."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, select

from core import clock
from core.db import Model, db
from core.errors import Conflict, Invalid, NotFound
from legal.acting import answerable, find_answerable
from legal.matters.matter import get_matter
from legal.matters.screen import MatterScreen, screened
from staff import audit
from staff.access import Actor
from staff.member import Member

LONGEST_REASON = 500


def raise_screen(
    actor: Actor, matter_id: str, *, member_id: str, reason: str, from_on: date, until_on: date | None = None
) -> MatterScreen:
    """Keep a member of the actor's organisation away from a matter. Raises Invalid on the field that is wrong."""
    actor.require("matters.edit")
    matter = get_matter(actor, matter_id)
    member = db.session.get(Member, member_id)
    wrong: dict[str, list[str]] = {}
    if member is None or member.organisation_id != actor.organisation_id:
        wrong["member_id"] = [_("Choose a member of your organisation.")]
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        wrong["reason"] = [_("Say why in up to 500 characters.")]
    if until_on is not None and until_on <= from_on:
        wrong["until_on"] = [_("Choose a day after the first.")]
    if wrong or member is None:
        raise Invalid(wrong)
    screen = MatterScreen(
        matter_id=matter.id,
        account_id=member.account_id,
        member_id=member.id,
        reason=reason.strip(),
        from_on=from_on,
        until_on=until_on,
        raised_by_id=answerable(actor),
    )
    db.session.add(screen)
    db.session.flush()
    audit.record(
        actor,
        "screen.raised",
        screen.id,
        after={"matter": matter.id, "member": member.id},
        reason=screen.reason,
    )
    return screen


def lift_screen(actor: Actor, matter_screen_id: str) -> MatterScreen:
    """End a screen as of today. Raises NotFound for another organisation's, Conflict `screen_ended`."""
    actor.require("matters.edit")
    screen = db.session.scalar(
        select(MatterScreen).where(MatterScreen.id == matter_screen_id).with_for_update(of=MatterScreen)
    )
    if screen is None or screen.member.organisation_id != actor.organisation_id:
        raise NotFound
    get_matter(actor, screen.matter_id)
    today = clock.today()
    if screen.until_on is not None and screen.until_on <= today:
        raise Conflict("screen_ended", _("This screen has ended already."))
    screen.until_on = max(today, screen.from_on)
    db.session.flush()
    audit.record(actor, "screen.lifted", screen.id)
    return screen


@audit.hides
def subjects_behind_screens(actor: Actor) -> list[Select[str]]:
    """Every row of every table that belongs to a matter from which the reader is screened, and the matters."""
    person_id = find_answerable(actor)
    if person_id is None or db.session.scalar(screened(person_id).limit(1)) is None:
        return []
    behind = screened(person_id)
    found = [behind]
    for mapper in Model.registry.mappers:
        table = mapper.local_table
        if "matter_id" in table.c and "id" in table.c:
            found.append(select(table.c.id).where(table.c.matter_id.in_(behind)))
    return found
