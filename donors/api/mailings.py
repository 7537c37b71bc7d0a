"""Updates by mail for software."""

from typing import Any

from campaigns import reading
from core.db import transaction
from donors.api.blueprint import bp
from donors.mailings.mailing import Mailing
from donors.mailings.planning import list_mailings, plan_mailing, results_of, stop_mailing
from donors.schemas.mailings import MailingIn, MailingOut
from staff.access import current_actor
from staff.bearer import token_required


@bp.get("/updates/<update_id>/mailings")
@token_required("campaigns.view")
@bp.response(200, MailingOut(many=True))
def read_mailings(update_id: str) -> list[dict[str, Any]]:
    """The mailings of an update, the latest first, each with what became of it."""
    actor = current_actor()
    return [_told(each) for each in list_mailings(actor, reading.get_update(actor, update_id).id)]


@bp.post("/updates/<update_id>/mailings")
@token_required("campaigns.edit")
@bp.arguments(MailingIn)
@bp.response(201, MailingOut)
def create_mailing(body: dict[str, Any], update_id: str) -> dict[str, Any]:
    """Send a public update to one's own donors who agreed to one's news: for the lead, and for who takes gifts for
    the campaign. 409 `not_public`."""
    with transaction():
        return _told(plan_mailing(current_actor(), update_id, **body))


@bp.post("/mailings/<mailing_id>/cancellations")
@token_required("campaigns.edit")
@bp.response(201, MailingOut)
def create_mailing_cancellation(mailing_id: str) -> dict[str, Any]:
    """Write to nobody else. 409 `illegal_transition` once it is sent."""
    with transaction():
        return _told(stop_mailing(current_actor(), mailing_id))


def _told(mailing: Mailing) -> dict[str, Any]:
    names = ("id", "update_id", "audience", "drive_id", "state", "due_at", "ended_at", "ended_because")
    return {name: getattr(mailing, name) for name in names} | {"results": results_of(mailing)}
