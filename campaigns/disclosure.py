"""The screen every public word passes.

A text that names the client, or holds anything sealed as never to be published, is refused, and the refusal
does not repeat what it found. Details that often give a person away (numbers, dates, addresses) only ask
the author to look again.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns.campaign import Campaign
from campaigns.clients.client import Persona
from campaigns.clients.identity import hints_at_client, names_client
from campaigns.drives.drive import Drive
from campaigns.screening import detectors
from campaigns.timeline.timeline_entry import TimelineEntry
from campaigns.updates.update import Update
from core.db import Model, db
from core.errors import Conflict, Invalid, NotFound

M = TypeVar("M", bound=Model)
_KINDS: dict[type[Model], str] = {
    Campaign: "campaign",
    Drive: "drive",
    Update: "update",
    TimelineEntry: "timeline",
    Persona: "client",
}

#: Sentences for the author, by field; empty where nothing was found.
Warnings = dict[str, list[str]]


def screen(client_id: str | None, texts: Mapping[str, str]) -> Warnings:
    """Screen texts by field before they are stored. Without a client only the general detectors look.

    Raises Invalid naming each field that may not be stored.
    """
    named = [field for field, text in texts.items() if text and names_client(client_id, text)]
    if named:
        raise Invalid(
            {field: [_("This text names somebody it must not name. Change it.")] for field in named}
        )
    found = {field: _warnings(client_id, text) for field, text in texts.items() if text}
    return {field: sentences for field, sentences in found.items() if sentences}


def _warnings(client_id: str | None, text: str) -> list[str]:
    kinds = detectors.findings(text)
    if hints_at_client(client_id, text):
        kinds.append("name_part")
    return [detectors.sentence(kind) for kind in kinds]


def screen_for_campaign(campaign_id: str, texts: Mapping[str, str]) -> Warnings:
    """`screen` for the client of a campaign. Raises NotFound where there is no such campaign."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound
    return screen(campaign.client_id, texts)


def screen_for_drive(drive_id: str, texts: Mapping[str, str]) -> Warnings:
    """`screen` for the client behind a drive. Raises NotFound where there is no such drive."""
    drive = db.session.get(Drive, drive_id)
    if drive is None:
        raise NotFound
    return screen_for_campaign(drive.campaign_id, texts)


def standing_words(client_id: str) -> list[tuple[str, str]]:
    """Kind and id of each campaign, drive, update, timeline entry and persona (`client`) whose words name the client.

    What was written before the identity was sealed was screened without it.
    """
    own = select(Campaign.id).where(Campaign.client_id == client_id)
    rows = [
        *_all(select(Campaign).where(Campaign.client_id == client_id)),
        *_all(select(Drive).where(Drive.campaign_id.in_(own))),
        *_all(select(Update).where(Update.campaign_id.in_(own))),
        *_all(select(TimelineEntry).where(TimelineEntry.campaign_id.in_(own))),
        *_all(select(Persona).where(Persona.client_id == client_id)),
    ]
    return [
        (_KINDS[type(row)], row.client_id if isinstance(row, Persona) else row.id)
        for row in rows
        if names_client(client_id, _words(row))
    ]


def _all(query: Select[M]) -> Sequence[M]:
    return db.session.scalars(query).all()


def _words(row: Model) -> str:
    names = (
        "display_name",
        "pronoun",
        "title",
        "slug",
        "summary",
        "story",
        "body",
        "words",
        "country",
        "region",
    )
    return "\n".join(getattr(row, name, "") for name in names)


class LookAgain(Conflict):
    """Words are about to become public that the detectors found something in."""

    def __init__(self, warnings: Warnings) -> None:
        said = " ".join(f"{field}: {' '.join(sentences)}" for field, sentences in warnings.items())
        super().__init__(
            "look_again", _("Look again before this becomes public. %(warnings)s", warnings=said)
        )
        self.warnings = warnings


def ask_again(warnings: Warnings, *, looked_at: bool) -> None:
    """Before words become public: raise `LookAgain` unless the author has looked at the warnings."""
    if warnings and not looked_at:
        raise LookAgain(warnings)
