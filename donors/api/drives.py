"""A drive's figures, and starting a gift to it, for software."""

from typing import Any

from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from campaigns.reading import get_drive
from core.db import db, transaction
from core.errors import Conflict, NotFound, Refusal
from donors.api.asked import GiftIn, IdempotencyKeyIn
from donors.api.blueprint import bp
from donors.api.said import DriveProgressOut, StartedGiftOut
from donors.defence import admitting, promise_reviewing
from donors.defence.admitting import Caller
from donors.defence.promise_review import WAITING
from donors.figures import progress
from donors.gifts import fee_cover, form_token, giving
from donors.gifts.gift import EXPIRED, FAILED, PENDING, Gift
from donors.gifts.giving import GiftOrder
from donors.partners import referral
from donors.payments import at_stripe, defence_at_stripe
from donors.people import given_as
from donors.people.donor import Donor
from donors.public import face
from donors.public.face import Face
from donors.schemas import asking
from donors.stripe_gateway import PaymentsUnavailable
from staff.access import Actor, current_actor
from staff.bearer import token_required


class PaymentsDown(Refusal):
    """Stripe does not answer; the gift waits, and the same request goes on with it."""

    status, code = 503, "payments_unavailable"


@bp.get("/drives/<drive_id>/progress")
@token_required("campaigns.view")
@bp.response(200, DriveProgressOut)
def read_progress(drive_id: str) -> dict[str, Any]:
    """A drive's figures now: the same as on its public page."""
    figures = progress.read(get_drive(current_actor(), drive_id).id)
    if figures is None:
        raise NotFound
    return figures.as_json()


@bp.post("/drives/<drive_id>/gifts")
@token_required("gifts.start")
@bp.arguments(IdempotencyKeyIn, location="headers")
@bp.arguments(GiftIn)
@bp.response(201, StartedGiftOut)
def start_gift(headers: dict[str, Any], body: dict[str, Any], drive_id: str) -> Gift:
    """Start a gift; the donor pays at `checkout_url`, which is null while somebody looks at a doubtful recurring
    gift first: its donor then gets a mail.

    The same key again returns the same gift. 409 `idempotency_key_reused` where it began another one,
    `drive_not_open` where the drive takes no gifts now, `page_expired` where its payment page has closed. 429
    `not_now` where the donor's address or e-mail has tried too often.
    """
    actor = current_actor()
    order = _order(_public_face(actor, drive_id), body)
    gift_id = form_token.gift_id(f"{actor.organisation_id} {headers['key']}", {})
    caller = Caller(actor.organisation_id, drive_id, order.email)
    suspicions = defence_at_stripe.ask_the_guard(caller, gift_id)
    with transaction() as session:
        begun = giving.start(session.get_one(Drive, drive_id), order, gift_id=gift_id)
        admitting.note(begun, caller, suspicions)
        referral.note(begun, body["via"])
        donor = session.get_one(Donor, begun.donor_id)
        email = given_as.address_of(begun.id) or donor.email or ""
        _check_is_same(begun, order, drive_id=drive_id, email=email)
    return _with_page(begun)


def _public_face(actor: Actor, drive_id: str) -> Face:
    drive = db.session.get(Drive, drive_id)
    if drive is None or drive.organisation_id != actor.organisation_id:
        raise NotFound
    found = face.read(drive.slug)
    if found is None:
        raise Conflict("drive_not_open", _("This drive does not take gifts now. No money moved."))
    return found


def _order(found: Face, body: dict[str, Any]) -> GiftOrder:
    wordings = dict(asking(found))
    kept = {name: value for name, value in body.items() if name not in {"cover_fee", "consents", "via"}}
    amount = body["amount"]
    return GiftOrder(
        **kept,
        fee_cover=fee_cover.cover(amount, body["method"]) if body["cover_fee"] else None,
        consents={each: wordings[each] for each in body["consents"] if each in wordings},
    )


def _check_is_same(begun: Gift, order: GiftOrder, *, drive_id: str, email: str) -> None:
    """A key stands for one gift; another gift under it would be lost or charged twice."""
    there = (begun.drive_id, begun.amount, begun.recurring_gift_id is None, email)
    if there != (drive_id, order.amount, order.rhythm == "once", order.email.strip().lower()):
        raise Conflict("idempotency_key_reused", _("This key began another gift. Use a new key."))


def _with_page(begun: Gift) -> Gift:
    """The gift, its payment page open while it is not paid."""
    if begun.state == EXPIRED:
        raise Conflict("page_expired", _("The payment page has closed and no money moved. Use a new key."))
    if begun.state in {PENDING, FAILED} and promise_reviewing.state_of(begun.id) != WAITING:
        try:
            at_stripe.open_checkout(begun.id)
        except PaymentsUnavailable:
            raise PaymentsDown(
                _("The payment service does not answer. No money moved. Send the same request again.")
            ) from None
    return begun
