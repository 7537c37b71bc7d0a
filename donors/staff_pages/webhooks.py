"""Webhooks that go out: where to, what was sent, send again, a new secret."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from core.web.limits import digest, spend
from core.web.paging import numbered
from donors.schemas.webhooks import WebhookIn
from donors.staff_pages.blueprint import bp
from donors.webhooks_out import keeping
from staff.access import current_actor, requires


@bp.get("/webhooks")
@requires("tokens.manage")
def webhooks() -> str:
    return _list_page(Form(WebhookIn()))


@bp.post("/webhooks")
@requires("tokens.manage")
def add_webhook() -> Any:
    form = Form(WebhookIn(), request.form)
    if not form.is_valid:
        return _list_page(form), 422
    try:
        with transaction():
            endpoint, secret = keeping.add(current_actor(), **form.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return _list_page(form), 422
    return _secret_page(endpoint, secret)


@bp.get("/webhooks/<webhook_endpoint_id>")
@requires("tokens.manage")
def webhook(webhook_endpoint_id: str) -> str:
    actor = current_actor()
    return render_template(
        "donors/staff/webhook.html",
        endpoint=keeping.get_endpoint(actor, webhook_endpoint_id),
        pager=numbered(keeping.messages_of(actor, webhook_endpoint_id)),
    )


@bp.post("/webhooks/<webhook_endpoint_id>/rotation")
@requires("tokens.manage")
def rotate_webhook(webhook_endpoint_id: str) -> Any:
    with transaction():
        endpoint, secret = keeping.rotate(current_actor(), webhook_endpoint_id)
    return _secret_page(endpoint, secret)


@bp.post("/webhooks/<webhook_endpoint_id>/ping")
@requires("tokens.manage")
def ping_webhook(webhook_endpoint_id: str) -> Any:
    spend("30 per hour", "webhook ping", digest(current_actor().organisation_id))
    with transaction():
        keeping.ping(current_actor(), webhook_endpoint_id)
    flash(_("A message is on its way. Look below whether it arrived."))
    return redirect(url_for(".webhook", webhook_endpoint_id=webhook_endpoint_id), 303)


@bp.post("/webhooks/<webhook_endpoint_id>/end")
@requires("tokens.manage")
def end_webhook(webhook_endpoint_id: str) -> Any:
    with transaction():
        keeping.end(current_actor(), webhook_endpoint_id)
    flash(_("Nothing is sent there any more."))
    return redirect(url_for(".webhooks"), 303)


@bp.post("/webhooks/messages/<webhook_message_id>/replay")
@requires("tokens.manage")
def replay_webhook(webhook_message_id: str) -> Any:
    spend("200 per hour", "webhook replay", digest(current_actor().organisation_id))
    with transaction():
        row = keeping.replay(current_actor(), webhook_message_id)
    flash(_("The message is on its way again, under the same id."))
    return redirect(url_for(".webhook", webhook_endpoint_id=row.endpoint_id), 303)


def _list_page(form: Form) -> str:
    actor = current_actor()
    return render_template(
        "donors/staff/webhooks.html",
        endpoints=keeping.list_endpoints(actor),
        failing=keeping.failing(actor),
        form=form,
    )


def _secret_page(endpoint: Any, secret: str) -> Any:
    # Not a redirect: the secret lives in this one answer and nowhere else, not even in the session.
    page = render_template("donors/staff/webhook_secret.html", endpoint=endpoint, secret=secret)
    return page, 201, {"Cache-Control": "no-store"}
