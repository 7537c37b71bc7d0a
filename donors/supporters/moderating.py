"""Use cases of staff: look at what supporters wrote, let it be public, hide it with a reason."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns import disclosure, reading
from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import db
from core.errors import Invalid, NotFound
from core.web import page_epoch
from donors.supporters import supporting
from donors.supporters.supporter_page import DRAFT, ENDED, HIDDEN, PUBLIC, SupporterPage
from staff import audit
from staff.access import Actor

SHORTEST_REASON = 3


def pages_of(actor: Actor, state: str = "") -> Select[SupporterPage]:
    """Pages for the organisation's own drives, without those whose address nobody confirmed; in no order."""
    actor.require("campaigns.view")
    own = reading.drives_of(actor).where(Drive.organisation_id == actor.organisation_id)
    query = select(SupporterPage).where(
        SupporterPage.drive_id.in_(own.with_only_columns(Drive.id).order_by(None)),
        SupporterPage.state.not_in((DRAFT, ENDED)),
    )
    return query.where(SupporterPage.state == state) if state else query


def get_page(actor: Actor, page_id: str) -> SupporterPage:
    """Raises NotFound."""
    return reading.get(pages_of(actor), SupporterPage, page_id)


def approve(actor: Actor, page_id: str) -> SupporterPage:
    """Make it public, if its words pass the screen as it is today. Raises NotFound, Forbidden, Invalid, Conflict."""
    page = _locked(actor, page_id)
    supporting.screen_words(page.drive_id, page.title, page.name, page.words)
    page.move_to(PUBLIC)
    page.public_at, page.hidden_because = clock.now(), ""
    _told(actor, page, "supporter_page.approved")
    return page


def hide(actor: Actor, page_id: str, *, reason: str) -> SupporterPage:
    """Take it out of sight before the request returns, or refuse it; the supporter is mailed the reason.

    Raises NotFound, Forbidden, Invalid on reason, Conflict.
    """
    page = _locked(actor, page_id)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid({"reason": [_("Say why, so that the supporter can change it.")]})
    page.move_to(HIDDEN)
    page.hidden_because = reason.strip()
    page_epoch.advance()
    _told(actor, page, "supporter_page.hidden", reason)
    return page


def _locked(actor: Actor, page_id: str) -> SupporterPage:
    found = get_page(actor, page_id)
    actor.require("campaigns.edit")
    row = db.session.get(SupporterPage, found.id, with_for_update=True, populate_existing=True)
    if row is None or row.state == ENDED:
        raise NotFound
    return row


def _told(actor: Actor, page: SupporterPage, verb: str, reason: str = "") -> None:
    db.session.flush()
    supporting.tell_decision(page, f"{verb}:{page.id}:{ids.new_id('mail')}")
    audit.record(actor, verb, page.id, reason=reason)


@disclosure.stands
def pages_before_the_public(campaigns: Select[str]) -> Iterator[disclosure.Standing]:
    """What supporters wrote on public pages; one that waits is screened when it is approved."""
    query = (
        select(SupporterPage)
        .join(Drive, Drive.id == SupporterPage.drive_id)
        .where(Drive.campaign_id.in_(campaigns), SupporterPage.state == PUBLIC)
    )
    for each in db.session.scalars(query.order_by(SupporterPage.id)):
        yield "supporter_page", each.id, f"{each.title}\n{each.name}\n{each.words}"
