"""The sealed identity of a client: sealed here, read here, and nowhere else.

`open_identity` is the one way a person sees it, and the audit trail knows before they do. The screen of
public texts learns only yes or no from `names_client` and `hints_at_client`: the value does not leave.
"""

import logging
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.clients.client import Client, ClientIdentity
from campaigns.clients.name_digest import keep_digests
from campaigns.screening import naming
from campaigns.screening.folding import words
from core import clock
from core.db import db
from core.errors import Invalid, NotFound
from staff import audit
from staff.access import Actor

log = logging.getLogger(__name__)

SHORTEST_REASON = 10
LONGEST = 2_000


@dataclass(frozen=True)
class OpenedIdentity:
    """What was sealed, for one look. Never logged, stored or put into a URL."""

    full_name: str
    never_publish: tuple[str, ...]

    def __repr__(self) -> str:
        return "<OpenedIdentity>"


def seal_identity(actor: Actor, client_id: str, *, full_name: str, never_publish: str = "") -> None:
    """Seal who the client is, in place of what was sealed before.

    `never_publish` holds one entry a line: other names, relatives, town, employer, facility.
    Raises NotFound for another organisation's client, Invalid on full_name and never_publish.
    """
    actor.require("clients.edit")
    client = _own_client(actor, client_id)
    _check(full_name, never_publish)
    sealed = db.session.get(ClientIdentity, client.id)
    verb = "client.identity_resealed" if sealed else "client.identity_sealed"
    if sealed is None:
        sealed = ClientIdentity(client_id=client.id)
        db.session.add(sealed)
    sealed.full_name, sealed.never_publish, sealed.sealed_at = full_name, never_publish, clock.now()
    db.session.flush()
    keep_digests(client.id, full_name)
    audit.record(actor, verb, client.id)


def _check(full_name: str, never_publish: str) -> None:
    wrong: dict[str, list[str]] = {}
    if not words(full_name) or len(full_name) > LONGEST:
        wrong["full_name"] = [_("Write the client's full name.")]
    if len(never_publish) > LONGEST:
        wrong["never_publish"] = [_("Write %(number)s characters at most.", number=LONGEST)]
    if wrong:
        raise Invalid(wrong)


def open_identity(actor: Actor, client_id: str, reason: str) -> OpenedIdentity:
    """The one door: writes who opened it and why to the audit trail, then returns it.

    Raises Forbidden without clients.identity, NotFound for another organisation's client or where nothing
    is sealed, Invalid when the reason is shorter than ten characters or itself names the client.
    """
    actor.require("clients.identity")
    client = _own_client(actor, client_id)
    sealed = db.session.get(ClientIdentity, client.id)
    if sealed is None:
        raise NotFound
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise Invalid({"reason": [_("Say why, in ten characters or more. It is kept in the audit trail.")]})
    if names_client(client.id, reason):
        raise Invalid({"reason": [_("Give the reason without naming the client.")]})
    audit.record(actor, "client.identity_opened", client.id, reason=reason)
    log.info("identity opened: %s by %s", client.id, actor.label)
    return OpenedIdentity(sealed.full_name, tuple(naming.entries(sealed.never_publish)))


def is_sealed(client_id: str) -> bool:
    """Whether an identity is sealed for this client; reads no part of it."""
    query = select(ClientIdentity.client_id).where(ClientIdentity.client_id == client_id)
    return db.session.scalar(query) is not None


def names_client(client_id: str | None, text: str) -> bool:
    """Whether a text holds the sealed name, two parts of it, or an entry never to be public, in any disguise."""
    sealed = _sealed(client_id)
    return bool(sealed) and naming.says(text, naming.phrases(sealed.full_name, sealed.never_publish))


def hints_at_client(client_id: str | None, text: str) -> bool:
    """Whether a text holds a single word of the sealed name."""
    sealed = _sealed(client_id)
    return bool(sealed) and naming.says(text, naming.telling_parts(sealed.full_name))


def _own_client(actor: Actor, client_id: str) -> Client:
    query = select(Client).where(Client.id == client_id, Client.organisation_id == actor.organisation_id)
    client = db.session.scalar(query)
    if client is None:
        raise NotFound
    return client


def _sealed(client_id: str | None) -> ClientIdentity | None:
    return db.session.get(ClientIdentity, client_id) if client_id else None
