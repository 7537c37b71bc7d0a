"""Messages go out: after the commit that wrote them, and again by the sweep while they wait."""

import json
import logging
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from core import clock, jobs
from core.db import after_commit, db, transaction
from core.gathering import gather
from donors.webhooks_out import reaching
from donors.webhooks_out.endpoint import PING, WebhookEndpoint, WebhookMessage

log = logging.getLogger(__name__)
#: Minutes until the next try after the first, second… one: about three days in all.
RETRIES = (1, 5, 30, 120, 300, 600, 840, 1200, 1440)


def tell(organisation_id: str, kind: str, data: dict[str, Any]) -> None:
    """Write a message for each endpoint that wants to hear of this, within the caller's transaction.

    `data` holds ids, amounts and times: never a person, never a word that somebody wrote.
    """
    gather(_tell, (organisation_id, kind, data))


def _tell(said: list[tuple[str, str, dict[str, Any]]]) -> None:
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.organisation_id.in_({organisation_id for organisation_id, _kind, _data in said}),
        WebhookEndpoint.ended_at.is_(None),
    )
    endpoints = db.session.scalars(query).all()
    for organisation_id, kind, data in said:
        for endpoint in endpoints:
            if endpoint.organisation_id == organisation_id and (kind == PING or kind in endpoint.kinds):
                write(endpoint, kind, data)


def write(endpoint: WebhookEndpoint, kind: str, data: dict[str, Any]) -> WebhookMessage:
    payload = {"type": kind, "timestamp": clock.now().isoformat(), "data": data}
    row = WebhookMessage(
        endpoint_id=endpoint.id, organisation_id=endpoint.organisation_id, kind=kind, payload=payload
    )
    db.session.add(row)
    db.session.flush()
    nudge(row.id)
    return row


def nudge(message_id: str) -> None:
    after_commit(lambda: jobs.enqueue(send_message, message_id))


@jobs.job
def send_message(message_id: str) -> None:
    """Send one message now, if it is still due. No network inside a transaction."""
    with transaction() as session:
        row = session.get(WebhookMessage, message_id, with_for_update={"of": WebhookMessage})
        if row is None or row.next_attempt_at is None or row.next_attempt_at > clock.now():
            return
        if row.endpoint.ended_at is not None:
            row.failed_at, row.next_attempt_at, row.last_outcome = clock.now(), None, "endpoint_ended"
            return
        row.attempts += 1
        # Whoever dies while sending leaves a row that is due again later; nobody else takes it meanwhile.
        row.next_attempt_at = clock.now() + timedelta(minutes=RETRIES[min(row.attempts, len(RETRIES)) - 1])
        url, body, headers = row.endpoint.url, _body(row), _headers(row)
    outcome = _post(url, body, headers)
    with transaction() as session:
        row = session.get_one(WebhookMessage, message_id, with_for_update={"of": WebhookMessage})
        _note(row, outcome)


def _body(row: WebhookMessage) -> bytes:
    return json.dumps(row.payload, separators=(",", ":")).encode()


def _headers(row: WebhookMessage) -> dict[str, str]:
    now, body = clock.now(), _body(row).decode()
    signed = [Webhook(secret).sign(row.id, now, body) for secret in row.endpoint.secrets_now]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Amparo",
        "webhook-id": row.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def _post(url: str, body: bytes, headers: dict[str, str]) -> str:
    at_home = bool(current_app.config["WEBHOOKS_AT_HOME"])
    try:
        return str(reaching.post(url, body, headers, at_home=at_home))
    except reaching.Unreachable as failure:
        return str(failure)


def _note(row: WebhookMessage, outcome: str) -> None:
    row.last_outcome = outcome
    if outcome.startswith("2"):
        row.delivered_at, row.failed_at, row.next_attempt_at = clock.now(), None, None
    elif outcome == "410":  # the receiver wants no more
        row.endpoint.ended_at = row.endpoint.ended_at or clock.now()
        row.failed_at, row.next_attempt_at = clock.now(), None
    elif row.attempts > len(RETRIES):
        log.warning("message %s is given up after %d attempts", row.id, row.attempts)
        row.failed_at, row.next_attempt_at = clock.now(), None


@jobs.every(minutes=1)
def sweep_messages() -> None:
    """Send what is due and was not nudged, or failed before."""
    due = select(WebhookMessage.id).where(WebhookMessage.next_attempt_at <= clock.now()).limit(200)
    for message_id in db.session.scalars(due).all():
        send_message.run(message_id)
