"""What the actor of a request may choose in a form: matters, timekeepers, campaigns, funds, members.

Each is read once a request, since a timesheet draws the same choice in every row.
"""

from collections.abc import Callable

from flask import g
from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.i18n import money
from legal.bonds.obligor import list_obligors
from legal.costs.fee_schedule import fees_on
from legal.costs.spending import funds_for
from legal.matters.engaging import campaigns_open_to
from legal.matters.engaging import free_members as find_free_members
from legal.matters.matter import list_matters
from legal.matters.timekeeper import list_timekeepers
from legal.pledges.pledging import asking_drives
from legal.rates.rate_matrix import MATRICES, matrix
from legal.trust.trust_account import list_accounts
from staff.access import Actor, current_actor
from staff.member import Member

Choices = list[tuple[str, str]]


def _once_a_request(read: Callable[[Actor], Choices]) -> Callable[[], Choices]:
    def choices() -> Choices:
        kept: dict[str, Choices] = g.setdefault("legal_choices", {})
        if read.__name__ not in kept:
            kept[read.__name__] = read(current_actor())
        return kept[read.__name__]

    return choices


@_once_a_request
def matters(actor: Actor) -> Choices:
    """Open matters, newest first."""
    return [(each.id, each.title) for each in list_matters(actor) if each.closed_on is None]


@_once_a_request
def asking(actor: Actor) -> Choices:
    """Drives that ask for hours."""
    return [(each.id, each.title) for each in asking_drives(actor)]


@_once_a_request
def timekeepers(actor: Actor) -> Choices:
    return [(each.id, each.name) for each in list_timekeepers(actor)]


@_once_a_request
def campaigns(actor: Actor) -> Choices:
    return [(each.id, each.title) for each in campaigns_open_to(actor)]


@_once_a_request
def funds(actor: Actor) -> Choices:
    """The funds of the campaigns that the actor's matters belong to."""
    found = {fund.id: fund.name for matter in list_matters(actor) for fund in funds_for(matter)}
    return list(found.items())


@_once_a_request
def obligors(actor: Actor) -> Choices:
    return [("", _("Nobody new")), *((each.id, each.label) for each in list_obligors(actor))]


@_once_a_request
def trust_accounts(actor: Actor) -> Choices:
    return [(each.id, each.label) for each in list_accounts(actor)]


@_once_a_request
def fees(actor: Actor) -> Choices:
    """Those of the schedule that hold today; a claim of an earlier day is compared with what held then."""
    held = sorted(fees_on(actor.organisation_id, clock.today()).values(), key=lambda fee: fee.name)
    return [("", _("None of these")), *((fee.key, f"{fee.name} · {money(fee.amount)}") for fee in held)]


def matrices() -> Choices:
    """Every matrix by its title; one without a loaded year values nothing yet."""
    return [(name, matrix(name).title) for name in MATRICES]


@_once_a_request
def members(actor: Actor) -> Choices:
    """Present members of the actor's organisation."""
    query = select(Member).where(Member.organisation_id == actor.organisation_id, Member.left_at.is_(None))
    found = db.session.scalars(query.order_by(Member.joined_at).limit(500))
    return [(each.id, each.name) for each in found]


@_once_a_request
def free_members(actor: Actor) -> Choices:
    return [("", _("Nobody")), *((each.id, each.name) for each in find_free_members(actor))]
