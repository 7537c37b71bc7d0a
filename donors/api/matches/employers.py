"""Claims that employers match gifts, for software."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields

from core.db import transaction
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.employers import claiming, paying
from donors.employers.employer_match import EmployerMatch, get_match, matches_of
from donors.schemas.employers import EmployerIn, EmployerMatchOut, EmployerPaymentIn, UndoIn
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


class MatchesIn(PieceIn):
    """Which state."""

    state = fields.String()


@bp.get("/employer-matches")
@token_required("gifts.view")
@bp.arguments(MatchesIn, location="query")
@bp.response(200, piece_of(EmployerMatchOut, "EmployerMatches"))
def list_employer_matches(query: dict[str, Any]) -> Page:
    """Claims for gifts to the organisation, the latest first."""
    found = matches_of(current_actor(), state=query.pop("state", ""))
    piece = page(found, (EmployerMatch.asked_at, EmployerMatch.id), **query)
    return Page(_told(piece.items), piece.next_cursor)


@bp.post("/gifts/<gift_id>/employer-matches")
@token_required("funds.edit")
@bp.arguments(EmployerIn)
@bp.response(201, EmployerMatchOut)
def create_employer_match(body: dict[str, Any], gift_id: str) -> dict[str, Any]:
    """Begin a claim; a mail tells the donor how to submit it. 409 `not_received`, `asked`."""
    with transaction():
        return _told([claiming.ask_for_donor(current_actor(), gift_id, **body)])[0]


@bp.post("/employer-matches/<employer_match_id>/submissions")
@token_required("funds.edit")
@bp.response(201, EmployerMatchOut)
def create_employer_submission(employer_match_id: str) -> dict[str, Any]:
    """The claim is with the employer. 409 `illegal_transition`."""
    with transaction():
        return _told([claiming.mark_submitted(current_actor(), employer_match_id)])[0]


@bp.post("/employer-matches/<employer_match_id>/refusals")
@token_required("funds.edit")
@bp.response(201, EmployerMatchOut)
def create_employer_refusal(employer_match_id: str) -> dict[str, Any]:
    """The employer does not pay. 409 `illegal_transition`."""
    with transaction():
        return _told([claiming.mark_refused(current_actor(), employer_match_id)])[0]


@bp.post("/employer-matches/<employer_match_id>/payments")
@token_required("funds.edit")
@bp.arguments(EmployerPaymentIn)
@bp.response(201, EmployerMatchOut)
def create_employer_payment(body: dict[str, Any], employer_match_id: str) -> dict[str, Any]:
    """The employer's money arrived in the bank; it counts apart from what was raised. 409 `illegal_transition`."""
    with transaction():
        paying.record_payment(current_actor(), employer_match_id, **body)
        return _again(employer_match_id)


@bp.post("/employer-matches/<employer_match_id>/reversals")
@token_required("funds.edit")
@bp.arguments(UndoIn)
@bp.response(201, EmployerMatchOut)
def create_employer_reversal(body: dict[str, Any], employer_match_id: str) -> dict[str, Any]:
    """Take back a payment that was written down by mistake. 409 `not_paid`."""
    with transaction():
        paying.undo_payment(current_actor(), employer_match_id, **body)
        return _again(employer_match_id)


def _again(employer_match_id: str) -> dict[str, Any]:
    return _told([get_match(current_actor(), employer_match_id)])[0]


def _told(claims: Sequence[EmployerMatch]) -> list[dict[str, Any]]:
    payments = paying.payments_of(each.id for each in claims)
    names = ("id", "gift_id", "employer", "state", "asked_by", "asked_at", "submitted_at", "ended_at")
    return [
        {name: getattr(each, name) for name in names}
        | {
            "paid": payments[each.id].amount if each.id in payments else None,
            "received_on": payments[each.id].received_on if each.id in payments else None,
        }
        for each in claims
    ]
