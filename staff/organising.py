"""An organisation's own facts: its name, its days, and what its receipts print."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from core import clock
from core.db import db
from core.errors import Invalid
from staff import audit
from staff.access import Actor
from staff.approval import two_people
from staff.approval.proposal import Proposal
from staff.organisation import Organisation

FIELDS = ("name", "zone", "tax_id", "contact", "two_people_above")
RAISE = "organisation.raise_limit"


def get_organisation(actor: Actor) -> Organisation:
    return db.session.get_one(Organisation, actor.organisation_id)


def edit(actor: Actor, **changes: Any) -> Proposal | None:
    """Change some of FIELDS; the audit trail keeps what they were.

    A higher limit of what one person may send out waits for a second owner, where there is one: the proposal
    is returned, and the rest is changed.
    """
    actor.require("organisation.edit")
    limit = changes.get("two_people_above")
    proposal = None
    if limit is not None and limit > get_organisation(actor).two_people_above and _has_peer(actor):
        del changes["two_people_above"]
        terms = {"two_people_above": limit}
        proposal = two_people.propose(actor, RAISE, actor.organisation_id, terms=terms)
    _change(actor, changes)
    return proposal


def _has_peer(actor: Actor) -> bool:
    return actor.person_id is not None and two_people.somebody_else(actor, "organisation.edit")


def _change(actor: Actor, changes: dict[str, Any]) -> None:
    if "zone" in changes and not clock.is_zone(changes["zone"]):
        raise Invalid({"zone": [_("This is not a time zone, such as America/Chicago.")]})
    organisation = get_organisation(actor)
    before = {name: getattr(organisation, name) for name in FIELDS if name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if changed:
        for name, value in changed.items():
            setattr(organisation, name, value)
        audit.record(
            actor,
            "organisation.edit",
            organisation.id,
            before={name: before[name] for name in changed},
            after=changed,
        )


two_people.declare(
    RAISE,
    permission="organisation.edit",
    words=lazy_gettext("Let one person send out up to %(two_people_above)s alone"),
    perform=_change,
)
