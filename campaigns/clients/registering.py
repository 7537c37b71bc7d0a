"""Registering a client by the persona the public sees, and changing what the persona tells."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.clients.client import Client, Persona
from campaigns.disclosure import screen
from campaigns.editing import changes_of, check_version, told
from core.db import db
from core.errors import Invalid
from staff import audit
from staff.access import Actor

LONGEST = {"display_name": 60, "pronoun": 30, "summary": 500}


@dataclass(frozen=True, kw_only=True)
class PersonaTerms:
    """The face of a client: a display name that is not the client's, pronoun, and a sentence or two."""

    display_name: str
    pronoun: str = ""
    summary: str = ""


def register_client(actor: Actor, terms: PersonaTerms) -> Client:
    """Register a client of the actor's organisation. Raises Invalid on display_name, pronoun, summary."""
    actor.require("clients.edit")
    _check(asdict(terms))
    client = Client(organisation_id=actor.organisation_id)
    db.session.add(client)
    db.session.flush()
    db.session.add(Persona(client_id=client.id, **asdict(terms)))
    db.session.flush()
    audit.record(actor, "client.registered", client.id, after=told(asdict(terms)))
    return client


def edit_persona(
    actor: Actor, client_id: str, changes: Mapping[str, Any], *, version: int | None = None
) -> Persona:
    """Change display_name, pronoun or summary; campaigns that show them have to be approved again. `version` is
    the one the author started from.

    Raises NotFound, Invalid on the field, Conflict `edited_meanwhile`.
    """
    actor.require("clients.edit")
    client = reading.get(reading.clients_of(actor), Client, client_id, lock=True)
    persona = reading.persona_of(client.id)
    db.session.refresh(persona)
    check_version(persona, version)
    changed = changes_of(persona, changes)
    _check(changed)
    screen(client.id, changed)
    before = {name: getattr(persona, name) for name in changed}
    for name, value in changed.items():
        setattr(persona, name, value)
    if changed:
        persona.version += 1
        db.session.flush()
        for campaign in db.session.scalars(select(Campaign).where(Campaign.client_id == client.id)).all():
            clearing.void(actor, campaign)
        audit.record(actor, "persona.edited", client.id, before=told(before), after=told(changed))
    return persona


def _check(texts: Mapping[str, str]) -> None:
    wrong: dict[str, list[str]] = {}
    if "display_name" in texts and not texts["display_name"].strip():
        wrong["display_name"] = [_("Write the name the public reads. It is not the client's own.")]
    for name, longest in LONGEST.items():
        if len(texts.get(name, "")) > longest:
            wrong[name] = [_("Write %(number)s characters at most.", number=longest)]
    if wrong:
        raise Invalid(wrong)
