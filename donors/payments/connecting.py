"""Giving an organisation an account of its own at Stripe, and taking it away.

Gifts and recurring gifts made before stay where they were made: only what is begun afterwards goes to the
new account.
"""

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from donors.payments.connected_account import ConnectedAccount
from donors.stripe_gateway import OwnAccount
from staff import audit
from staff.access import Actor


def own_account(actor: Actor) -> ConnectedAccount | None:
    actor.require("organisation.edit")
    return db.session.get(ConnectedAccount, actor.organisation_id)


def connect(actor: Actor, seen: OwnAccount) -> ConnectedAccount:
    """Charge the organisation's new gifts on an account that Stripe has just shown us.

    Raises Forbidden, Invalid on `account` where it may not charge or belongs to another organisation here.
    """
    present = own_account(actor)
    if not seen.can_charge:
        raise Invalid(
            {"account": [_("Stripe does not let this account take payments yet. Finish its set-up there.")]}
        )
    taken = select(ConnectedAccount.organisation_id).where(
        ConnectedAccount.account == seen.id, ConnectedAccount.organisation_id != actor.organisation_id
    )
    if db.session.scalar(taken) is not None:
        raise Invalid({"account": [_("Another organisation uses this account.")]})
    before = present.account if present else ""
    if present is None:
        present = ConnectedAccount(organisation_id=actor.organisation_id)
        db.session.add(present)
    present.account, present.set_by, present.set_at = seen.id, actor.label, clock.now()
    db.session.flush()
    if before != seen.id:
        audit.record(
            actor,
            "account.connected",
            actor.organisation_id,
            before={"account": before},
            after={"account": seen.id},
        )
    return present


def disconnect(actor: Actor) -> None:
    """New gifts go to the installation's own account again. Raises Conflict where there is nothing to end."""
    present = own_account(actor)
    if present is None:
        raise Conflict("not_connected", _("Gifts go to the installation's own account already."))
    audit.record(
        actor, "account.disconnected", actor.organisation_id, before={"account": present.account}, after={}
    )
    db.session.delete(present)
    db.session.flush()
