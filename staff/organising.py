"""An organisation's own facts: its name, its days, and what its receipts print."""

from flask_babel import gettext as _

from core import clock
from core.db import db
from core.errors import Invalid
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

FIELDS = ("name", "zone", "tax_id", "contact")


def get_organisation(actor: Actor) -> Organisation:
    return db.session.get_one(Organisation, actor.organisation_id)


def edit(actor: Actor, **changes: str) -> Organisation:
    """Change some of FIELDS; the audit trail keeps what they were."""
    actor.require("organisation.edit")
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
    return organisation
