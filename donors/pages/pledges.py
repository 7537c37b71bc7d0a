"""The page at which somebody pays what they promised: the giving form of the drive, filled in."""

from flask import Response, make_response, render_template

from core import clock
from core.errors import NotFound
from core.forms import Form
from core.web.limits import caller, spend
from donors.gifts import form_token
from donors.pages.drives import blank, bp, schema_of
from donors.pledges import paying
from donors.public import face
from donors.public.showing import drive_view


@bp.get("/pledges/<token>")
def pay_pledge(token: str) -> Response:
    """Who has the link sees name and address of the donor, and nothing else that others do not."""
    spend("60 per hour", "pledge-page", caller())
    owed = paying.find_owed(token)
    if owed is None:
        raise NotFound
    found = face.require(owed.drive.slug)
    typed = {
        "form_token": form_token.new_token(),
        "pledge": token,
        "amount_choice": "other",
        "amount_other": str(owed.pledge.left.major),
        "rhythm": "once",
        "name": owed.donor.name,
        "email": owed.donor.email or "",
    }
    form = Form(schema_of(found), initial={**blank(found), **typed})
    rhythm = form.schema.fields["rhythm"]  # a pledge is paid once
    rhythm.metadata = {**rhythm.metadata, "options": rhythm.metadata["options"][:1]}
    response = make_response(
        render_template(
            "donors/pledge.html",
            face=drive_view(found),
            form=form,
            pledge=owed.pledge,
            is_open=owed.drive.state(clock.now()) == "open",
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response
