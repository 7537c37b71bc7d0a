"""Which gifts pay a pledge, and whether a drive's page tells of pledges."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid
from donors.pledges import pledging
from donors.staff_pages.blueprint import bp
from staff.access import current_actor, requires


@bp.post("/pledges/<pledge_id>/links")
@requires("gifts.view")
def pledge_link(pledge_id: str) -> AnyResponse:
    """A gift that is there already pays it."""
    return _linked(pledge_id, pledging.link, _("The gift pays the pledge."))


@bp.post("/pledges/<pledge_id>/unlinks")
@requires("gifts.view")
def pledge_unlink(pledge_id: str) -> AnyResponse:
    """A gift was not for it after all, and stays a gift."""
    return _linked(pledge_id, pledging.unlink, _("The gift stays, and does not pay the pledge any more."))


def _linked(pledge_id: str, verb: Callable[..., object], said: str) -> AnyResponse:
    try:
        with transaction():
            verb(current_actor(), pledge_id, request.form.get("gift_id", "").replace("\x00", ""))
        flash(said)
    except Invalid as refusal:
        flash(" ".join(text for texts in refusal.errors.values() for text in texts), "bad")
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".pledge", pledge_id=pledge_id), 303)


@bp.post("/drives/<drive_id>/pledge-displays")
@requires("gifts.view")
def pledge_display(drive_id: str) -> AnyResponse:
    """Whether the drive's page tells what is promised and not paid."""
    shown = request.form.get("shown") == "true"
    try:
        with transaction():
            pledging.show_promised(current_actor(), drive_id, shown=shown)
        flash(
            _("The drive's page tells what is promised, apart from what was raised.")
            if shown
            else _("The drive's page tells nothing of pledges.")
        )
    except Invalid as refusal:
        flash(" ".join(refusal.errors["drive_id"]), "bad")
    return redirect(url_for(".pledges", drive=drive_id), 303)
