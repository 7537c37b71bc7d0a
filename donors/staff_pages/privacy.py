"""A donor's own data: handed over in one file, erased; and who looked into the address book."""

import json
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web.paging import numbered
from donors import reading
from donors.people.donor import Donor
from donors.privacy import address_reading, erasing, exporting, retention
from donors.schemas import NoteSchema
from donors.staff_pages.blueprint import bp
from donors.staff_pages.donors import donor_page
from staff.access import current_actor, requires
from staff.member import Member


@bp.post("/donors/<donor_id>/exports")
@requires("gifts.view", fresh=True)
def export_donor_submit(donor_id: str) -> AnyResponse:
    """Everything that is held about one donor, as a file."""
    with transaction():
        held = exporting.export_donor(current_actor(), donor_id)
    response = make_response(json.dumps(held, indent=2, ensure_ascii=False))
    response.headers.update(
        {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{donor_id}.json"',
            "Cache-Control": "private, no-store",
        }
    )
    return response


@bp.post("/donors/<donor_id>/erasure")
@requires("gifts.refund", fresh=True)
def erase_donor_submit(donor_id: str) -> Any:
    reading.get_donor(current_actor(), donor_id)
    form = Form(NoteSchema(), request.form)
    if form.is_valid:
        try:
            with transaction():
                erasing.erase_donor(current_actor(), donor_id, reason=form.data["note"])
            flash(_("The donor is erased. Amounts, dates and receipts stay for as long as the law asks."))
            return redirect(url_for(".donor", donor_id=donor_id))
        except Invalid as refusal:
            form.refuse(Invalid({"note": refusal.errors["reason"]}))
        except Conflict as refusal:
            form.errors["_"] = [refusal.message]
    return donor_page(donor_id, erasure=form), 422


@bp.get("/address-book")
@requires("audit.view")
def address_book() -> str:
    """Who looked at donors' names and addresses, by day; and what goes by itself, and when."""
    pager = numbered(address_reading.readings_of(current_actor()))
    labels = {each.actor.removeprefix("member:") for each in pager.items}
    members = db.session.scalars(select(Member).where(Member.id.in_(labels)))
    donors = select(Donor).where(Donor.id.in_({each.subject for each in pager.items}))
    return render_template(
        "donors/staff/address_book.html",
        pager=pager,
        people={f"member:{member.id}": member.name for member in members},
        donors={each.id: each.name or each.id for each in db.session.scalars(donors)},
        rules=retention.RULES,
    )
