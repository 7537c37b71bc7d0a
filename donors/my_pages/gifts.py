"""All gifts of whoever is signed in: the next payments on top, history with receipts, statements, my data."""

from datetime import date
from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import db, transaction
from core.errors import Invalid, NotFound
from core.forms import Form, Schema
from core.web import csv_out, limits
from core.web.paging import numbered
from donors.employers.employer_match import EmployerMatch
from donors.gifts import debiting
from donors.gifts.gift import EXPIRED, Gift
from donors.matching.added import added_to
from donors.my_pages.blueprint import bp, donors_here
from donors.people import own_data
from donors.people.donor import Donor
from donors.receipts import links, statement
from donors.receipts.receipt import Receipt
from donors.recurring.facing import face_of
from donors.recurring.instalment import WAITING, Instalment
from donors.recurring.recurring_gift import ABANDONED, PENDING, RUNNING, RecurringGift
from staff.organisation import Organisation


class StatementSchema(Schema):
    """From one day to another, both of them part of it."""

    since = fields.Date(required=True, metadata={"label": lazy_gettext("From")})
    until = fields.Date(required=True, metadata={"label": lazy_gettext("To")})


def overview() -> str:
    """The page of who is signed in."""
    donors = donors_here()
    ids = [donor.id for donor in donors]
    gifts = (
        select(Gift)
        .where(Gift.donor_id.in_(ids), Gift.state != EXPIRED)
        .options(joinedload(Gift.drive), joinedload(Gift.recurring_gift), joinedload(Gift.surplus_clause))
        .order_by(Gift.started_at.desc(), Gift.id)
    )
    pager = numbered(gifts)
    return render_template(
        "donors/my/gifts.html",
        promises=[face_of(each) for each in _promises(ids)],
        pager=pager,
        receipts=_receipts([gift.id for gift in pager.items]),
        waiting=debiting.waiting_among([gift.id for gift in pager.items]),
        claims=_claims([gift.id for gift in pager.items]),
        matches=added_to(gift.id for gift in pager.items),
        organisations=_organisations(donors),
        form=_statement_form(),
        donors=donors,
        consents=own_data.standing_consents(ids),
    )


def _promises(donor_ids: list[str]) -> list[RecurringGift]:
    """Those that run first; those that never began are not shown, but for one whose bank is asked."""
    waiting = select(Instalment.recurring_gift_id).where(Instalment.state == WAITING)
    query = select(RecurringGift).where(
        RecurringGift.donor_id.in_(donor_ids),
        RecurringGift.state.not_in((PENDING, ABANDONED)) | RecurringGift.id.in_(waiting),
    )
    found = db.session.scalars(query.order_by(RecurringGift.started_at.desc()).limit(50))
    return sorted(found, key=lambda each: (each.state not in RUNNING, each.next_due_on or date.max))


def _receipts(gift_ids: list[str]) -> dict[str, tuple[str, str]]:
    """(label, address of the document) by gift."""
    rows = db.session.scalars(select(Receipt).where(Receipt.gift_id.in_(gift_ids)))
    return {row.gift_id: (row.label, links.receipt_url(row.id)) for row in rows}


def _claims(gift_ids: list[str]) -> dict[str, EmployerMatch]:
    """Employers' matches by gift."""
    rows = db.session.scalars(select(EmployerMatch).where(EmployerMatch.gift_id.in_(gift_ids)))
    return {row.gift_id: row for row in rows}


def _organisations(donors: list[Donor]) -> list[Organisation]:
    return [db.session.get_one(Organisation, donor.organisation_id) for donor in donors]


def _statement_form() -> Form:
    last = clock.today().year - 1
    return Form(StatementSchema(), initial={"since": date(last, 1, 1), "until": date(last, 12, 31)})


@bp.get("/statements/<slug>.<any(pdf,csv):kind>")
def statement_file(slug: str, kind: str) -> Response:
    """A statement for any range. Raises NotFound for an organisation one gave nothing to, Invalid on dates."""
    donor = next((each for each in donors_here() if _slug(each) == slug), None)
    if donor is None:
        raise NotFound
    form = Form(StatementSchema(), request.args)
    if not form.is_valid:
        raise Invalid(form.errors)
    since, until = form.data["since"], form.data["until"]
    if until < since:
        raise Invalid({"until": [_("The last day comes before the first.")]})
    found = statement.statement_of(donor, since, until)
    name = f"gifts-{slug}-{since.isoformat()}-{until.isoformat()}"
    if kind == "csv":
        return csv_out.download(f"{name}.csv", statement.HEADER, statement.csv_rows(found))
    limits.spend_drawing()
    response = make_response(statement.document(found))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _slug(donor: Donor) -> str:
    return db.session.get_one(Organisation, donor.organisation_id).slug


@bp.get("/data.json")
def data() -> Response:
    """All that is kept about who is signed in, for them to take along."""
    found: dict[str, Any] = own_data.everything_about(donors_here())
    response = jsonify(found)
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@bp.post("/consents/<organisation_slug>")
def consent_withdrawn(organisation_slug: str) -> AnyResponse:
    """No more news from this organisation."""
    with transaction():
        own_data.withdraw([donor.id for donor in donors_here()], organisation_slug)
    return redirect("/my/#data", 303)
