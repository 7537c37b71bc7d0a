"""The screen every public word passes.

A text that names the client, or holds anything sealed as never to be published, is refused, and the refusal
does not repeat what it found. Details that often give a person away (numbers, dates, addresses) only ask
the author to look again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, or_, select

from campaigns.campaign import Campaign
from campaigns.clients.client import Persona
from campaigns.clients.identity import hints_at_client, names_client
from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import FundTransfer
from campaigns.screening import detectors
from campaigns.timeline.timeline_entry import TimelineEntry
from campaigns.updates.update import Update
from core.db import db
from core.errors import Conflict, Invalid, NotFound

#: Kind, id and words of what stands in public about some campaigns.
Standing = tuple[str, str, str]
#: Takes a query for ids of campaigns.
Stands = Callable[[Select[str]], Iterable[Standing]]
_stands: list[Stands] = []

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


def stands(provider: Stands) -> Stands:
    """Register what the packages above tell the public about a campaign in words that somebody wrote."""
    _stands.append(provider)
    return provider


def standing_words(client_id: str) -> list[tuple[str, str]]:
    """Kind and id of each thing with public words that name the client: a campaign, drive, fund, update, timeline
    entry, persona (`client`), and what the packages above have registered.

    What was written before the identity was sealed was screened without it.
    """
    own = select(Campaign.id).where(Campaign.client_id == client_id)
    found = [*_own_words(client_id, own), *(each for provider in _stands for each in provider(own))]
    return [(kind, id_) for kind, id_, words in found if names_client(client_id, words)]


def _own_words(client_id: str, own: Select[str]) -> Iterator[Standing]:
    for each in db.session.scalars(select(Campaign).where(Campaign.client_id == client_id)):
        words = (each.title, each.slug, each.summary, each.story, each.picture_alt)
        yield "campaign", each.id, "\n".join(words)
    for each in db.session.scalars(select(Drive).where(Drive.campaign_id.in_(own))):
        yield "drive", each.id, "\n".join((each.title, each.slug, each.summary, each.story, each.petition))
    for each in db.session.scalars(select(Fund).where(_is_used_by(own))):
        yield "fund", each.id, "\n".join(each.words)
    for each in db.session.scalars(select(Update).where(Update.campaign_id.in_(own))):
        yield "update", each.id, f"{each.title}\n{each.body}"
    for each in db.session.scalars(select(TimelineEntry).where(TimelineEntry.campaign_id.in_(own))):
        yield "timeline", each.id, "\n".join((each.words, each.country, each.region))
    for each in db.session.scalars(select(Persona).where(Persona.client_id == client_id)):
        yield "client", each.client_id, "\n".join((each.display_name, each.pronoun, each.summary))


def _is_used_by(own: Select[str]) -> ColumnElement[bool]:
    drives = select(Drive.fund_id).where(Drive.campaign_id.in_(own))
    moved_to = select(FundTransfer.to_fund_id).where(FundTransfer.from_fund_id.in_(drives))
    return or_(Fund.campaign_id.in_(own), Fund.id.in_(drives), Fund.id.in_(moved_to))


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
