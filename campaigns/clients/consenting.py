"""Recording what a client agreed may be told, and revoking it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clearance import withdrawing
from campaigns.clients.client import Client
from campaigns.clients.disclosure_consent import (
    LONGEST_DELAY_DAYS,
    SCOPES,
    SHORTEST_DELAY_DAYS,
    DisclosureConsent,
)
from campaigns.disclosure import screen
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.i18n import LANGUAGES
from core.web import page_epoch
from staff import audit
from staff.access import Actor

LONGEST_LIFE = timedelta(days=731)
LONGEST_INTERPRETER = 120


@dataclass(frozen=True, kw_only=True)
class ConsentTerms:
    """What was agreed. `expires_on` is the last day on which it holds."""

    scopes: Sequence[str]
    language: str
    given_on: date
    expires_on: date
    given_by: str = "client"
    interpreter: str = ""
    delay_days: int = SHORTEST_DELAY_DAYS


def record_consent(actor: Actor, client_id: str, terms: ConsentTerms) -> DisclosureConsent:
    """Record what a client of the actor's organisation agreed to. Raises NotFound, Invalid naming each field."""
    actor.require("texts.approve")
    client = reading.get(reading.clients_of(actor), Client, client_id, lock=True)
    _check(terms)
    screen(client.id, {"interpreter": terms.interpreter})
    consent = DisclosureConsent(
        client_id=client.id,
        scopes=[scope for scope in SCOPES if scope in terms.scopes],
        language=terms.language,
        interpreter=terms.interpreter,
        given_by=terms.given_by,
        given_on=terms.given_on,
        expires_at=clock.closes_at(terms.expires_on, "UTC"),
        delay_days=terms.delay_days,
        recorded_by=actor.label,
    )
    db.session.add(consent)
    db.session.flush()
    told = {"scopes": consent.scopes, "language": terms.language, "expires_on": terms.expires_on.isoformat()}
    audit.record(actor, "consent.recorded", client.id, after=told | {"consent": consent.id})
    return consent


def _check(terms: ConsentTerms) -> None:
    today, wrong = clock.today(), {}
    if not terms.scopes or not set(terms.scopes) <= SCOPES.keys():
        wrong["scopes"] = [_("Tick what may be told.")]
    if not 2 <= len(terms.language) <= 40:
        wrong["language"] = [_("Name the language in which the client agreed.")]
    if terms.language not in LANGUAGES and not terms.interpreter.strip():
        wrong["interpreter"] = [_("Say how it was interpreted.")]
    if len(terms.interpreter) > LONGEST_INTERPRETER:
        wrong["interpreter"] = [_("Write %(number)s characters at most.", number=LONGEST_INTERPRETER)]
    if terms.given_by not in {"client", "representative"}:
        wrong["given_by"] = [_("Choose who agreed.")]
    if terms.given_on > today:
        wrong["given_on"] = [_("Choose today or an earlier day.")]
    if not today <= terms.expires_on <= today + LONGEST_LIFE:
        wrong["expires_on"] = [_("Choose a day within the next two years.")]
    if not SHORTEST_DELAY_DAYS <= terms.delay_days <= LONGEST_DELAY_DAYS:
        wrong["delay_days"] = [_("Wait for thirty days at least.")]
    if wrong:
        raise Invalid(wrong)


def revoke_consent(actor: Actor, consent_id: str, *, reason: str = "") -> list[withdrawing.Subject]:
    """The client takes it back: everything that stands on it is out of sight when this has returned.

    Open to counsel of any organisation that works for the client. Raises NotFound, Conflict `revoked`.
    Returns what went out of sight.
    """
    actor.require("texts.approve")
    query = select(DisclosureConsent).where(
        or_(
            DisclosureConsent.client_id.in_(reading.clients_of(actor).with_only_columns(Client.id)),
            DisclosureConsent.client_id.in_(
                reading.campaigns_of(actor).with_only_columns(Campaign.client_id)
            ),
        )
    )
    consent = reading.get(query, DisclosureConsent, consent_id, lock=True)
    if consent.revoked_at is not None:
        raise Conflict("revoked", _("This consent was revoked already."))
    consent.revoked_at, consent.revoked_by = clock.now(), actor.label
    db.session.flush()
    gone = withdrawing.standing_on(consent.id)
    for subject in gone:
        withdrawing.take_down(actor, subject, reason=reason)
    page_epoch.advance()
    audit.record(actor, "consent.revoked", consent.client_id, after={"consent": consent.id}, reason=reason)
    return gone
