"""Endpoints: add, end, rotate the secret, try out, look at what was sent, send again."""

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from donors.webhooks_out import reaching, sending
from donors.webhooks_out.endpoint import BOTH_FOR, PING, WebhookEndpoint, WebhookMessage, new_secret
from staff import audit
from staff.access import Actor

#: Whoever makes tokens decides where data goes by itself, too.
PERMISSION = "tokens.manage"
MOST = 10


def list_endpoints(actor: Actor) -> list[WebhookEndpoint]:
    """The organisation's live endpoints, oldest first."""
    actor.require(PERMISSION)
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.organisation_id == actor.organisation_id, WebhookEndpoint.ended_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)))


def get_endpoint(actor: Actor, hook_id: str) -> WebhookEndpoint:
    """Raises NotFound for anybody else's, and for one that has ended."""
    actor.require(PERMISSION)
    found = db.session.get(WebhookEndpoint, hook_id)
    if found is None or found.organisation_id != actor.organisation_id or found.ended_at is not None:
        raise NotFound
    return found


def add(actor: Actor, *, url: str, kinds: list[str]) -> tuple[WebhookEndpoint, str]:
    """Returns the endpoint and its secret, which is shown once. Raises Invalid naming the URL."""
    actor.require(PERMISSION)
    if not reaching.is_acceptable(url, at_home=bool(current_app.config["WEBHOOKS_AT_HOME"])):
        raise Invalid({"url": [_("This must be an https address of the open internet, on the usual port.")]})
    if len(list_endpoints(actor)) >= MOST:
        raise Conflict("too_many_endpoints", _("There are ten already. End one first."))
    secret = new_secret()
    row = WebhookEndpoint(
        organisation_id=actor.organisation_id, url=url, kinds=sorted(set(kinds)), secret=secret
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "webhook.add", row.id, after={"url": url, "kinds": row.kinds})
    return row, secret


def rotate(actor: Actor, hook_id: str) -> tuple[WebhookEndpoint, str]:
    """A new secret, shown once; the old one signs beside it for a day."""
    row = get_endpoint(actor, hook_id)
    row.old_secret, row.old_until = row.secret, clock.now() + BOTH_FOR
    row.secret = secret = new_secret()
    audit.record(actor, "webhook.rotate", row.id)
    return row, secret


def end(actor: Actor, hook_id: str) -> WebhookEndpoint:
    """No message goes there any more; what was sent can still be looked up by its id."""
    row = get_endpoint(actor, hook_id)
    row.ended_at = clock.now()
    audit.record(actor, "webhook.end", row.id, before={"url": row.url})
    return row


def ping(actor: Actor, hook_id: str) -> WebhookMessage:
    """A message that says nothing, to see whether it arrives."""
    return sending.write(get_endpoint(actor, hook_id), PING, {})


def messages_of(actor: Actor, hook_id: str) -> Select[WebhookMessage]:
    """What was sent to an endpoint, newest first."""
    endpoint = get_endpoint(actor, hook_id)
    query = select(WebhookMessage).where(WebhookMessage.endpoint_id == endpoint.id)
    return query.order_by(WebhookMessage.created_at.desc(), WebhookMessage.id)


def replay(actor: Actor, msg_id: str) -> WebhookMessage:
    """Send a message again, under the same id. Raises NotFound for anybody else's."""
    actor.require(PERMISSION)
    row = db.session.get(WebhookMessage, msg_id, with_for_update={"of": WebhookMessage})
    if row is None or row.organisation_id != actor.organisation_id or row.endpoint.ended_at is not None:
        raise NotFound
    row.next_attempt_at, row.failed_at, row.delivered_at, row.attempts = clock.now(), None, None, 0
    audit.record(actor, "webhook.replay", row.id)
    sending.nudge(row.id)
    return row


def failing(actor: Actor) -> int:
    """How many messages of the last three days were given up."""
    query = select(func.count()).where(
        WebhookMessage.organisation_id == actor.organisation_id,
        WebhookMessage.failed_at > clock.now() - 3 * BOTH_FOR,
    )
    return db.session.scalar(query) or 0
