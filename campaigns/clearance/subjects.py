"""What is cleared: campaigns with their persona, drives, updates, timeline entries, names on a drive's page; their
exact words, one hash."""

import hashlib
import json
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clients.client import Persona
from campaigns.drives.drive import Drive
from campaigns.names.drive_names import DriveName, DriveNames
from campaigns.timeline.timeline_entry import HAPPENINGS, TimelineEntry
from campaigns.updates.update import Update
from core.db import db
from core.errors import Forbidden, NotFound
from staff.access import Actor

Subject = Campaign | Drive | Update | TimelineEntry | DriveNames

MODELS: dict[str, type[Any]] = {
    "campaign": Campaign,
    "drive": Drive,
    "update": Update,
    "timeline": TimelineEntry,
    "names": DriveNames,
}
_QUERIES = {
    "campaign": reading.campaigns_of,
    "drive": reading.drives_of,
    "update": reading.updates_of,
    "timeline": reading.timeline_of,
    "names": reading.names_of,
}


def kind_of(subject: Subject) -> str:
    return next(kind for kind, model in MODELS.items() if isinstance(subject, model))


def get_subject(actor: Actor, kind: str, subject_id: str, *, lock: bool = False) -> Subject:
    """Raises NotFound for an unknown kind and for what the actor's organisation takes no part in."""
    if kind not in MODELS:
        raise NotFound
    query: Select[Any] = _QUERIES[kind](actor)
    return reading.get(query, MODELS[kind], subject_id, lock=lock)


def campaign_of(subject: Subject) -> Campaign:
    if isinstance(subject, Campaign):
        return subject
    return db.session.get_one(Campaign, subject.campaign_id)


def owner_of(subject: Subject) -> str:
    """The organisation whose words they are: a drive's own and its names', else the campaign's lead."""
    return (
        subject.organisation_id
        if isinstance(subject, Drive | DriveNames)
        else campaign_of(subject).organisation_id
    )


def require_owner(actor: Actor, subject: Subject) -> None:
    """Raises Forbidden unless the actor edits campaigns for the organisation whose words they are."""
    actor.require("campaigns.edit")
    if owner_of(subject) != actor.organisation_id:
        raise Forbidden(_("These words are another organisation's. Ask it."))


def title_of(subject: Subject) -> str:
    if isinstance(subject, TimelineEntry):
        return f"{HAPPENINGS[subject.what]}, {subject.month:%Y-%m}"
    if isinstance(subject, DriveNames):
        return _("Names on the page of %(drive)s", drive=subject.drive.title)
    return subject.title


def words_of(subject: Subject) -> dict[str, str]:
    """Every word of its own that the public would read, by field."""
    match subject:
        case Campaign():
            own = _own(subject, "title", "slug", "summary", "story")
            alt = {"picture_alt": subject.picture_alt} if subject.picture else {}
            return own | alt | _persona(subject.client_id)
        case Drive():
            petition = {"petition": subject.petition} if subject.petition else {}
            return _own(subject, "title", "slug", "summary", "story") | petition
        case Update():
            return _own(subject, "title", "body")
        case TimelineEntry():
            told = _own(subject, "words", "country", "region")
            return told | {"what": subject.what, "month": f"{subject.month:%Y-%m}"}
        case DriveNames():
            query = select(DriveName.name).where(DriveName.names_id == subject.id).order_by(DriveName.name)
            return {"names": "\n".join(db.session.scalars(query))}


def _own(subject: Subject, *names: str) -> dict[str, str]:
    return {name: getattr(subject, name) for name in names}


def _persona(client_id: str | None) -> dict[str, str]:
    persona = db.session.get(Persona, client_id) if client_id else None
    if persona is None:
        return {}
    return {"display_name": persona.display_name, "pronoun": persona.pronoun, "persona": persona.summary}


def hash_of(subject: Subject) -> str:
    """SHA-256 of the exact words, and of the picture that stands with them."""
    bound = words_of(subject)
    if isinstance(subject, Campaign) and subject.picture:
        bound |= {"picture": subject.picture_sha256}
    canonical = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
