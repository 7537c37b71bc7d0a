"""From the page that thanks a donor: how to ask an employer to match the gift."""

from collections.abc import Callable

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.security import csrf
from core.web.limits import caller, spend
from donors.employers import claiming
from donors.gifts.gift import Gift
from donors.pages.drives import bp, gift_at, thanks_page
from donors.schemas.employers import EmployerIn


def ask_employer(gift: Gift, page: Callable[[Gift, Form], str]) -> tuple[str, int] | None:
    """Ask with what was typed, wherever the form stands. The same page again where it is refused, else None."""
    form = Form(EmployerIn(), request.form)
    if not form.is_valid:
        return page(gift, form), 422
    try:
        with transaction():
            claiming.ask(gift, **form.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return page(gift, form), 422
    except Conflict as refusal:
        if refusal.code != "asked":  # a double click asks once
            form.errors["_"] = [refusal.message]
            return page(gift, form), 409
    return None


@bp.post("/d/<slug>/gifts/<gift_id>/employer")
@csrf.exempt  # nobody is signed in here; all it does is one mail to the donor's own address
def employer_submit(slug: str, gift_id: str) -> AnyResponse | tuple[str, int]:
    spend("20 per hour", "employer-match", caller())
    refused = ask_employer(gift_at(slug, gift_id), thanks_page)
    return refused or redirect(f"/d/{slug}/gifts/{gift_id}/thanks#employer", 303)
