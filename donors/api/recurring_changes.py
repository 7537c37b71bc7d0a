"""Changes of recurring gifts, their versions and instalments, for software."""

from typing import Any

from core.db import db, transaction
from core.jobs import enqueue
from donors import reading
from donors.api.asked import AmountChangeIn, DayChangeIn, DonorAskedIn, RecurringPauseIn
from donors.api.blueprint import bp
from donors.api.said import InstalmentOut, RecurringVersionOut
from donors.jobs import send_version
from donors.recurring import deciding, history
from donors.recurring.version import Version
from staff.access import current_actor
from staff.bearer import token_required


def _change(recurring_gift_id: str, kind: str, body: dict[str, Any]) -> Version:
    with transaction():
        version_id = deciding.change(current_actor(), recurring_gift_id, kind, body).id
    enqueue(send_version, version_id)
    return db.session.get_one(Version, version_id, populate_existing=True)


@bp.post("/recurring-gifts/<recurring_gift_id>/amounts")
@token_required("gifts.refund")
@bp.arguments(AmountChangeIn)
@bp.response(201, RecurringVersionOut)
def change_amount(body: dict[str, Any], recurring_gift_id: str) -> Version:
    """Another amount from the next payment on, without proration. 409 where it has ended or is held."""
    return _change(recurring_gift_id, "amounts", body)


@bp.post("/recurring-gifts/<recurring_gift_id>/days")
@token_required("gifts.refund")
@bp.arguments(DayChangeIn)
@bp.response(201, RecurringVersionOut)
def change_day(body: dict[str, Any], recurring_gift_id: str) -> Version:
    """Another day of the month, 1 to 28. No month is charged twice."""
    return _change(recurring_gift_id, "days", body)


@bp.post("/recurring-gifts/<recurring_gift_id>/pauses")
@token_required("gifts.refund")
@bp.arguments(RecurringPauseIn)
@bp.response(201, RecurringVersionOut)
def pause(body: dict[str, Any], recurring_gift_id: str) -> Version:
    """No payment for 1 to 12 months, and nothing later for them. 409 `already_paused`."""
    return _change(recurring_gift_id, "pauses", body)


@bp.post("/recurring-gifts/<recurring_gift_id>/skips")
@token_required("gifts.refund")
@bp.arguments(DonorAskedIn)
@bp.response(201, RecurringVersionOut)
def skip(body: dict[str, Any], recurring_gift_id: str) -> Version:
    """Leave the next payment out. 409 `already_paused`."""
    return _change(recurring_gift_id, "skips", body)


@bp.post("/recurring-gifts/<recurring_gift_id>/resumptions")
@token_required("gifts.refund")
@bp.arguments(DonorAskedIn)
@bp.response(201, RecurringVersionOut)
def resume(body: dict[str, Any], recurring_gift_id: str) -> Version:
    """End a pause or a skip before its day. 409 `not_paused`."""
    return _change(recurring_gift_id, "resumptions", body)


@bp.post("/recurring-gifts/<recurring_gift_id>/card-links")
@token_required("gifts.refund")
@bp.arguments(DonorAskedIn)
@bp.response(204)
def send_card_link(body: dict[str, Any], recurring_gift_id: str) -> None:
    """Mail the donor the link to a new card."""
    with transaction():
        deciding.send_card_link(current_actor(), recurring_gift_id, note=body["note"])


@bp.get("/recurring-gifts/<recurring_gift_id>/versions")
@token_required("gifts.view")
@bp.response(200, RecurringVersionOut(many=True))
def list_versions(recurring_gift_id: str) -> list[Version]:
    """Every change, newest first; 200 at most."""
    return history.versions_of(reading.get_promise(current_actor(), recurring_gift_id).id)


@bp.get("/recurring-gifts/<recurring_gift_id>/instalments")
@token_required("gifts.view")
@bp.response(200, InstalmentOut(many=True))
def list_instalments(recurring_gift_id: str) -> list[dict[str, Any]]:
    """Every period from the day it was due, with each try, newest first; 120 at most."""
    found = reading.get_promise(current_actor(), recurring_gift_id)
    return [
        {"instalment": each.instalment, "attempts": each.attempts}
        for each in history.instalments_of(found.id)
    ]
