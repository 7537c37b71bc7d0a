"""One click ends an organisation's news: for people who follow the link, and for mail programs (RFC 8058)."""

from flask import Response, make_response, render_template

from core.db import db, transaction
from core.errors import NotFound
from core.security import csrf
from donors.my_pages.blueprint import bp
from donors.people import consent
from donors.people.donor import Donor, standing
from donors.receipts import links
from staff.organisation import Organisation


@bp.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> Response:
    """One button. Looking changes nothing: programs that scan mails follow links."""
    return _page(token, done=False)


@bp.post("/unsubscribe/<token>")
@csrf.exempt  # mail programs send it, without cookies and without having seen a page
def unsubscribe_submit(token: str) -> Response:
    donor_id, organisation_id = _read(token)
    with transaction():
        consent.take_back(donor_id, organisation_id, source="unsubscribe")
    return _page(token, done=True)


def _read(token: str) -> tuple[str, str]:
    donor_id, _space, organisation_id = (links.read(token, links.UNSUBSCRIBE) or "").partition(" ")
    if db.session.get(Donor, donor_id) is None:
        raise NotFound
    return standing(donor_id), organisation_id


def _page(token: str, *, done: bool) -> Response:
    organisation = db.session.get_one(Organisation, _read(token)[1])
    page = render_template("donors/unsubscribe.html", organisation=organisation, done=done, token=token)
    response = make_response(page)
    response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})
    return response
