"""Signatures under a drive's petition: the list, its export, and what the public list leaves out."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from campaigns import reading
from campaigns.pages.blueprint import bp
from campaigns.petitions.signature import (
    CONFIRMED,
    STATES,
    Signature,
    count_signatures,
    signatures_under,
)
from campaigns.petitions.signing import show_signature
from core.db import db, transaction
from core.web import csv_out
from core.web.paging import numbered
from staff.access import current_actor, requires

COLUMNS = ("name", "email", "town", "on_public_list", "confirmed_at")


@bp.get("/drives/<drive_id>/signatures")
@requires("campaigns.edit")
def signatures(drive_id: str) -> str:
    drive, query = signatures_under(current_actor(), drive_id)
    typed = request.args.get("q", "").strip()
    if typed:
        query = query.where(reading.matching(typed, (Signature.name, Signature.town, Signature.email)))
    pager = numbered(query.order_by(Signature.signed_at.desc(), Signature.id))
    return render_template(
        "campaigns/signatures.html",
        drive=drive,
        pager=pager,
        q=typed,
        states=STATES,
        confirmed=count_signatures(drive.id),
    )


@bp.get("/drives/<drive_id>/signatures.csv")
@requires("campaigns.edit")
def signatures_csv(drive_id: str) -> Response:
    """The confirmed ones, for whoever hands the petition over."""
    drive, query = signatures_under(current_actor(), drive_id)
    found = query.where(Signature.state == CONFIRMED).order_by(Signature.confirmed_at, Signature.id)
    rows = (
        (each.name, each.email, each.town, each.is_public, each.confirmed_at)
        for each in db.session.scalars(found.execution_options(yield_per=1_000))
    )
    return csv_out.download(f"signatures-{drive.slug}.csv", COLUMNS, rows)


@bp.post("/signatures/<signature_id>/hiding")
@requires("campaigns.edit")
def signature_hide(signature_id: str) -> Any:
    return _shown(signature_id, shown=False, said=_("The name is off the public list. The signature counts."))


@bp.post("/signatures/<signature_id>/showing")
@requires("campaigns.edit")
def signature_show(signature_id: str) -> Any:
    return _shown(signature_id, shown=True, said=_("The name is on the public list again."))


def _shown(signature_id: str, *, shown: bool, said: str) -> Any:
    with transaction():
        drive_id = show_signature(current_actor(), signature_id, shown=shown).drive_id
    flash(said)
    return redirect(url_for(".signatures", drive_id=drive_id))
