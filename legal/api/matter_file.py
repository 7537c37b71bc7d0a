"""A matter's file for software: facts, phases, screens, rounding, agreements, conflict checks."""

from typing import Any

from marshmallow import Schema, fields

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.hours.rounding_version import RoundingVersion, set_rounding
from legal.hours.sharing import share_entries, shared_with
from legal.hours.time_entry import TimeEntry
from legal.matters import agreement as agreements
from legal.matters.agreement import CommonInterest
from legal.matters.facts import OpenedFacts, open_facts, seal_facts
from legal.matters.intake import Contact, check_conflicts, note_parties
from legal.matters.matter import get_matter
from legal.matters.phase import MatterPhase, enter_phase, list_phases
from legal.matters.screen import MatterScreen
from legal.matters.screening import lift_screen, raise_screen
from legal.schemas.matter_file import (
    AgreementIn,
    FactsIn,
    OpeningIn,
    PartiesIn,
    PhaseIn,
    RoundingIn,
    ScreenIn,
)
from legal.schemas.said import TimeEntryOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


class FactsOut(Schema):
    court = fields.String(required=True)
    docket = fields.String(required=True)
    opposing_counsel = fields.String(required=True)


class PhaseOut(Schema):
    id = fields.String(required=True)
    phase = fields.String(required=True)
    begins_on = fields.Date(required=True)


class ScreenOut(Schema):
    id = fields.String(required=True)
    matter_id = fields.String(required=True)
    member_id = fields.String(required=True)
    reason = fields.String(required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True, allow_none=True)


class RoundingOut(Schema):
    policy = fields.String(required=True)
    valid_from = fields.Date(required=True)


class PartyOut(Schema):
    organisation_id = fields.String(required=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)


class AgreementOut(Schema):
    id = fields.String(required=True)
    matter_id = fields.String(required=True)
    reference = fields.String(required=True)
    signed_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    parties = fields.Nested(PartyOut, many=True, required=True)


class ContactOut(Schema):
    """Whom to talk to about a possible conflict."""

    organisation = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)


class CountOut(Schema):
    count = fields.Integer(required=True)


@bp.put("/matters/<matter_id>/facts")
@token_required("matters.edit")
@bp.arguments(FactsIn)
@bp.response(204)
def replace_facts(body: dict[str, Any], matter_id: str) -> None:
    """Seal court, docket and the other side's counsel."""
    with transaction():
        seal_facts(current_actor(), matter_id, **body)


@bp.post("/matters/<matter_id>/facts/openings")
@token_required("clients.identity")
@bp.arguments(OpeningIn)
@bp.response(201, FactsOut, headers={"Cache-Control": {"schema": {"type": "string"}}})
def create_facts_opening(body: dict[str, Any], matter_id: str) -> tuple[OpenedFacts, int, dict[str, str]]:
    """Open the sealed facts with a reason, which goes to the audit trail first."""
    with transaction():
        opened = open_facts(current_actor(), matter_id, **body)
    return opened, 201, {"Cache-Control": "no-store"}


@bp.get("/matters/<matter_id>/phases")
@token_required("hours.view")
@bp.response(200, PhaseOut(many=True))
def read_phases(matter_id: str) -> list[MatterPhase]:
    """The phases in the order of the case."""
    return list_phases(get_matter(current_actor(), matter_id).id)


@bp.post("/matters/<matter_id>/phases")
@token_required("matters.edit")
@bp.arguments(PhaseIn)
@bp.response(201, PhaseOut)
def create_phase(body: dict[str, Any], matter_id: str) -> MatterPhase:
    """Enter a phase."""
    with transaction():
        return enter_phase(current_actor(), matter_id, **body)


@bp.post("/matters/<matter_id>/screens")
@token_required("matters.edit")
@bp.arguments(ScreenIn)
@bp.response(201, ScreenOut)
def create_screen(body: dict[str, Any], matter_id: str) -> MatterScreen:
    """Keep a member away from a matter, whatever their role."""
    with transaction():
        return raise_screen(current_actor(), matter_id, **body)


@bp.post("/matters/screens/<matter_screen_id>/lifts")
@token_required("matters.edit")
@bp.response(201, ScreenOut)
def create_screen_lift(matter_screen_id: str) -> MatterScreen:
    """End a screen as of today. 409 `screen_ended`."""
    with transaction():
        return lift_screen(current_actor(), matter_screen_id)


@bp.post("/matters/<matter_id>/rounding")
@token_required("matters.edit")
@bp.arguments(RoundingIn)
@bp.response(201, RoundingOut)
def create_rounding(body: dict[str, Any], matter_id: str) -> RoundingVersion:
    """Follow another policy from a day to come."""
    with transaction():
        return set_rounding(current_actor(), matter_id, **body)


@bp.post("/matters/<matter_id>/agreements")
@token_required("matters.edit")
@bp.arguments(AgreementIn)
@bp.response(201, AgreementOut)
def create_agreement(body: dict[str, Any], matter_id: str) -> CommonInterest:
    """Record a signed common-interest agreement with other organisations of the matter."""
    with transaction():
        return agreements.record_agreement(current_actor(), matter_id, **body)


@bp.post("/agreements/<common_interest_id>/acceptances")
@token_required("matters.edit")
@bp.response(201, AgreementOut)
def create_agreement_acceptance(common_interest_id: str) -> CommonInterest:
    """Join an agreement that names the organisation. 409 `agreement_joined`, `agreement_ended`."""
    with transaction():
        return agreements.accept_agreement(current_actor(), common_interest_id)


@bp.post("/agreements/<common_interest_id>/ends")
@token_required("matters.edit")
@bp.response(201, AgreementOut)
def create_agreement_end(common_interest_id: str) -> CommonInterest:
    """End an agreement as of today, for all."""
    with transaction():
        return agreements.end_agreement(current_actor(), common_interest_id)


@bp.post("/agreements/<common_interest_id>/shares")
@token_required("matters.edit")
@bp.response(201, CountOut)
def create_agreement_shares(common_interest_id: str) -> dict[str, int]:
    """Share the organisation's certified narratives of the matter under the agreement."""
    with transaction():
        return {"count": share_entries(current_actor(), common_interest_id)}


@bp.get("/matters/<matter_id>/shared-entries")
@token_required("hours.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(TimeEntryOut, "SharedEntries"))
def list_shared_entries(query: dict[str, Any], matter_id: str) -> Page:
    """Entries of other organisations that are shared with the organisation."""
    actor = current_actor()
    found = shared_with(actor, get_matter(actor, matter_id).id)
    return page(found, (TimeEntry.written_at, TimeEntry.id), **query)


@bp.post("/matters/<matter_id>/parties")
@token_required("matters.edit")
@bp.arguments(PartiesIn)
@bp.response(201, CountOut)
def create_parties(body: dict[str, Any], matter_id: str) -> dict[str, int]:
    """Keep digests of names, so that later conflict checks meet them."""
    with transaction():
        return {"count": note_parties(current_actor(), matter_id, body["parties"])}


@bp.post("/conflict-checks")
@token_required("matters.edit")
@bp.arguments(PartiesIn)
@bp.response(201, ContactOut(many=True))
def create_conflict_check(body: dict[str, Any]) -> list[Contact]:
    """Whom to talk to about a possible conflict; an empty list where nobody has met these names."""
    with transaction():
        return check_conflicts(current_actor(), body["parties"])
