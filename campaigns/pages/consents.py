"""What a client agreed may be told: recorded, and revoked, which takes everything that stands on it down."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaigns import reading
from campaigns.clients import consenting
from campaigns.clients.consenting import ConsentTerms
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import attempt
from campaigns.schemas.campaign import ReasonSchema
from campaigns.schemas.clearance import ConsentSchema
from core.db import transaction
from core.forms import Form
from staff.access import current_actor, requires


@bp.get("/clients/<client_id>/consents/new")
@requires("texts.approve")
def new_consent(client_id: str) -> str:
    return _page(client_id, Form(ConsentSchema()))


def _page(client_id: str, form: Form) -> str:
    client = reading.get_client(current_actor(), client_id)
    persona = reading.persona_of(client.id)
    return render_template("campaigns/consent_form.html", form=form, client=client, persona=persona)


@bp.post("/clients/<client_id>/consents/new")
@requires("texts.approve")
def new_consent_submit(client_id: str) -> Any:
    reading.get_client(current_actor(), client_id)
    form = Form(ConsentSchema(), request.form)
    tried = attempt(
        form, lambda: consenting.record_consent(current_actor(), client_id, ConsentTerms(**form.data))
    )
    if tried.done is None:
        return _page(client_id, form), 422
    flash(_("The consent is recorded."))
    return redirect(url_for(".client", client_id=client_id))


@bp.post("/consents/<disclosure_consent_id>/revocations")
@requires("texts.approve")
def revoke_consent_submit(disclosure_consent_id: str) -> Any:
    form = Form(ReasonSchema(), request.form)
    with transaction():
        gone = consenting.revoke_consent(
            current_actor(), disclosure_consent_id, reason=form.data.get("reason", "")
        )
    flash(
        ngettext(
            "The consent is revoked. One text is out of sight.",
            "The consent is revoked. %(num)d texts are out of sight.",
            len(gone),
        )
    )
    return redirect(url_for(".texts"))
