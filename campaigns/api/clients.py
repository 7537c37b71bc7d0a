"""Clients by their persona. The sealed identity has no address here: software never opens it."""

from typing import Any

from sqlalchemy import select

from campaigns import reading
from campaigns.api.blueprint import bp
from campaigns.clients import registering
from campaigns.clients.client import Client, Persona
from campaigns.clients.registering import PersonaTerms
from campaigns.schemas.answers import PersonaOut
from campaigns.schemas.client import PersonaEditSchema, PersonaSchema
from core.db import transaction
from core.web.paging import Page, page
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/clients")
@token_required("campaigns.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(PersonaOut, "Clients"))
def list_clients(query: dict[str, Any]) -> Page:
    """The organisation's clients by persona, in no telling order."""
    own = reading.clients_of(current_actor()).with_only_columns(Client.id)
    return page(select(Persona).where(Persona.client_id.in_(own)), (Persona.client_id,), **query)


@bp.post("/clients")
@token_required("clients.edit")
@bp.arguments(PersonaSchema)
@bp.response(201, PersonaOut)
def register_client(body: dict[str, Any]) -> Persona:
    """Register a client by the persona. The identity is sealed on the staff pages alone."""
    with transaction():
        client = registering.register_client(current_actor(), PersonaTerms(**body))
        return reading.persona_of(client.id)


@bp.get("/clients/<client_id>")
@token_required("campaigns.view")
@bp.response(200, PersonaOut)
def get_client(client_id: str) -> Persona:
    """One client's persona."""
    return reading.persona_of(reading.get_client(current_actor(), client_id).id)


@bp.patch("/clients/<client_id>")
@token_required("clients.edit")
@bp.arguments(PersonaEditSchema(partial=True))
@bp.response(200, PersonaOut)
def edit_persona(body: dict[str, Any], client_id: str) -> Persona:
    """Change what the public reads of a client."""
    with transaction():
        version = body.pop("version", None)
        return registering.edit_persona(current_actor(), client_id, body, version=version)
