"""Webhooks that go out, for software that sets itself up."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.schemas.webhooks import MessageOut, NewWebhookOut, WebhookIn, WebhookOut
from donors.webhooks_out import keeping
from donors.webhooks_out.endpoint import WebhookEndpoint, WebhookMessage
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/webhooks")
@token_required("tokens.manage")
@bp.response(200, WebhookOut(many=True))
def list_webhooks() -> list[WebhookEndpoint]:
    """The live endpoints, oldest first."""
    return keeping.list_endpoints(current_actor())


@bp.post("/webhooks")
@token_required("tokens.manage")
@bp.arguments(WebhookIn)
@bp.response(201, NewWebhookOut)
def add_webhook(body: dict[str, Any]) -> dict[str, Any]:
    """Add an endpoint. Messages follow the Standard Webhooks convention. 409 `too_many_endpoints` after ten."""
    with transaction():
        row, secret = keeping.add(current_actor(), **body)
    return _with_secret(row, secret)


@bp.delete("/webhooks/<webhook_endpoint_id>")
@token_required("tokens.manage")
@bp.response(204)
def end_webhook(webhook_endpoint_id: str) -> None:
    """Send nothing there any more."""
    with transaction():
        keeping.end(current_actor(), webhook_endpoint_id)


@bp.post("/webhooks/<webhook_endpoint_id>/rotations")
@token_required("tokens.manage")
@bp.response(201, NewWebhookOut)
def rotate_webhook(webhook_endpoint_id: str) -> dict[str, Any]:
    """A new secret. The old one signs beside it for a day."""
    with transaction():
        row, secret = keeping.rotate(current_actor(), webhook_endpoint_id)
    return _with_secret(row, secret)


@bp.post("/webhooks/<webhook_endpoint_id>/pings")
@token_required("tokens.manage")
@bp.response(202, MessageOut)
def ping_webhook(webhook_endpoint_id: str) -> WebhookMessage:
    """Send a message that says nothing."""
    with transaction():
        return keeping.ping(current_actor(), webhook_endpoint_id)


@bp.get("/webhooks/<webhook_endpoint_id>/messages")
@token_required("tokens.manage")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(MessageOut, "Messages"))
def list_messages(query: dict[str, Any], webhook_endpoint_id: str) -> Page:
    """What was sent to an endpoint, newest first."""
    chosen = keeping.messages_of(current_actor(), webhook_endpoint_id)
    return page(chosen, (WebhookMessage.created_at, WebhookMessage.id), **query)


@bp.post("/webhooks/messages/<webhook_message_id>/replays")
@token_required("tokens.manage")
@bp.response(202, MessageOut)
def replay_message(webhook_message_id: str) -> WebhookMessage:
    """Send a message again, under the same id."""
    with transaction():
        return keeping.replay(current_actor(), webhook_message_id)


def _with_secret(row: WebhookEndpoint, secret: str) -> dict[str, Any]:
    """The one answer in which the secret is legible."""
    shown = {"id": row.id, "url": row.url, "kinds": row.kinds, "created_at": row.created_at}
    return shown | {"secret": secret}
