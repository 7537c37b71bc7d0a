"""The public pages: a drive and giving to it, a campaign, thank you, and the links in a donor's mails."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives.drive import Drive
from core import clock, ids, jobs
from core.db import db, transaction
from core.errors import Conflict, Gone, Invalid, NotFound
from core.forms import Form
from core.i18n import language
from core.security import csrf
from core.web.page_cache import share
from donors.defence import admitting, promise_reviewing
from donors.defence.admitting import Caller
from donors.defence.promise_review import WAITING
from donors.figures.snapshot import snapshots_of
from donors.gifts import fee_cover, form_token, giving, visit
from donors.gifts.gift import EXPIRED, FAILED, PENDING, Gift
from donors.gifts.giving import GiftOrder
from donors.jobs import refresh_gift
from donors.partners import referral
from donors.payments import at_stripe, defence_at_stripe
from donors.pledges import paying
from donors.public import face
from donors.public.face import Face
from donors.public.showing import drive_view
from donors.public.thanks import thanks_view
from donors.schemas import amount_of, asking, give_schema
from donors.schemas.employers import EmployerIn
from donors.stripe_gateway import PaymentsUnavailable

bp = Blueprint("donors", __name__)


@bp.get("/d/<slug>")
def drive(slug: str) -> AnyResponse:
    """A drive's page: the same bytes for everyone, but for the token of the form."""
    if "via" in request.args:
        return by_link(f"/d/{slug}")
    return drive_page(face.require(slug))


def drive_page(found: Face, via: str = "") -> Response:
    """The page with an empty form, for who came by a partner's link or by none."""
    return share(make_response(_drive_page(found, giving_form(found, via=via))))


def by_link(place: str) -> AnyResponse:
    """`?via=` as a part of the path, where it outlasts a change of language and stays in memory; left out where
    it cannot be a code."""
    code = request.args["via"]
    return redirect(f"{place}/via/{code}" if ids.is_code(code) else place)


@bp.get("/d/<slug>/progress.json")
def drive_progress(slug: str) -> Response:
    """The figures of the page as data."""
    response = jsonify(face.require(slug).as_json())
    response.headers["Access-Control-Allow-Origin"] = "*"  # public figures, for anybody's page
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return share(response)


@bp.get("/d/<slug>/snapshots.jsonl")
def drive_snapshots(slug: str) -> Response:
    """The chain of the drive's public figures, a line for each; whoever has it can recompute it."""
    found = face.require(slug)
    lines = (f"{each.line}\n" for each in db.session.scalars(snapshots_of(found.drive.id)))
    response = current_app.response_class("".join(lines), content_type="application/jsonl; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"  # public figures, for anybody's page
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return share(response)


@bp.post("/d/<slug>/gifts")
@csrf.exempt  # nobody is signed in here; the form proves itself by its token
def give(slug: str) -> AnyResponse | tuple[str, int]:
    """Start a gift and send the donor to the payment page."""
    found = face.require(slug)
    form = Form(schema_of(found), request.form)
    if not form.is_valid:
        return _again(found, form, 422)
    if form.data.get("website") or not form_token.is_valid(form.data["form_token"]):
        form.errors["_"] = [
            _("This page was open for a long time. Look at it once more, then send it again.")
        ]
        return _again(found, form, 422)
    order = _order(found, form.data)
    gift_id = form_token.gift_id(form.data["form_token"], order.content())
    caller = _caller(found, form.data)
    try:
        suspicions = defence_at_stripe.ask_the_guard(caller, gift_id)
        with transaction() as session:
            begun = giving.start(session.get_one(Drive, found.drive.id), order, gift_id=gift_id)
            admitting.note(begun, caller, suspicions)
            paying.note_payment(begun, form.data["pledge"])
            referral.note(begun, form.data["via"])
            visit.keep(
                begun.id, address=request.remote_addr or "", agent=request.headers.get("User-Agent", "")
            )
        return redirect(_next_page(slug, begun), 303)
    except Invalid as refusal:
        form.refuse(Invalid({_FIELDS.get(name, name): texts for name, texts in refusal.errors.items()}))
        return _again(found, form, 422)
    except Conflict as refusal:
        form.errors["_"] = [refusal.message]
        return _again(face.require(slug), form, 409)
    except PaymentsUnavailable:
        form.errors["_"] = [_("The payment service does not answer. No money moved. Try again in a minute.")]
        return _again(found, form, 503)


#: Where the form shows what a use case says of another name.
_FIELDS = {"amount": "amount_other"}


def _caller(found: Face, data: dict[str, Any]) -> Caller:
    return Caller(
        organisation_id=found.organisation.id,
        drive_id=found.drive.id,
        email=data["email"],
        address=request.remote_addr or "",
        seconds=form_token.age_seconds(data["form_token"]),
    )


def _next_page(slug: str, begun: Gift) -> str:
    if begun.state in {PENDING, FAILED} and promise_reviewing.state_of(begun.id) != WAITING:
        return at_stripe.open_checkout(begun.id)
    if begun.state == EXPIRED and promise_reviewing.state_of(begun.id) == "":
        raise Conflict(
            "page_expired", _("The payment page has closed and no money moved. Send the form again.")
        )
    return f"/d/{slug}/gifts/{begun.id}/thanks"


@bp.get("/d/<slug>/gifts/<gift_id>/thanks")
def thanks(slug: str, gift_id: str) -> Response:
    """Back from the payment page. Asks Stripe at once, in case its event is late."""
    given = gift_at(slug, gift_id)
    if given.state == PENDING:
        jobs.enqueue(refresh_gift, given.id)
        db.session.expire_all()
    response = make_response(thanks_page(gift_at(slug, gift_id)))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/d/<slug>/gifts/<gift_id>/payments")
@csrf.exempt  # nobody is signed in here; whoever has the link may pay
def go_on(slug: str, gift_id: str) -> AnyResponse:
    """On to the payment page, after somebody has looked at the gift."""
    begun = gift_at(slug, gift_id)
    giving.require_open(db.session.get_one(Drive, begun.drive_id))
    return redirect(_next_page(slug, begun), 303)


@bp.get("/d/<slug>/gifts/<gift_id>/cancelled")
def checkout_cancelled(slug: str, gift_id: str) -> str:
    """The donor left the payment page without paying."""
    drive = db.session.get_one(Drive, gift_at(slug, gift_id).drive_id)
    if not drive.is_public:
        raise Gone
    about = {"slug": drive.slug, "title": drive.title, "state": drive.state(clock.now())}
    return render_template("donors/checkout_cancelled.html", drive=about)


def thanks_page(given: Gift, employer: Form | None = None) -> str:
    """The page after the payment; `employer` is the form that was refused, if one was."""
    return render_template(
        "donors/thanks.html", thanks=thanks_view(given), employer=employer or Form(EmployerIn())
    )


def gift_at(slug: str, gift_id: str) -> Gift:
    """The gift of this address. Raises NotFound."""
    found = db.session.get(Gift, gift_id)
    if found is None or db.session.get_one(Drive, found.drive_id).slug != slug:
        raise NotFound
    return found


def giving_form(found: Face, *, supporter_page: str = "", via: str = "") -> Form:
    """The form as nobody has filled it in yet, with the place of a token in it."""
    return Form(schema_of(found), initial=blank(found) | {"supporter_page": supporter_page, "via": via})


def schema_of(found: Face) -> Any:
    """The giving form of a drive."""
    return give_schema(found, found.drive.currency)


def blank(found: Face) -> dict[str, Any]:
    """What the form says before anybody typed."""
    presets = found.drive.presets_minor
    middle = str(presets[len(presets) // 2]) if presets else "other"
    wants_monthly = any(goal.metric == "new_monthly_donors" for goal in found.progress.goals)
    return {
        "form_token": form_token.PLACEHOLDER,
        "amount_choice": middle,
        "rhythm": "month" if wants_monthly and "month" in found.drive.rhythms else "once",
        "name_display": "initial",
    }


def _again(found: Face, form: Form, status: int) -> tuple[str, int]:
    """The page with what was typed, what is wrong with it, and a fresh token."""
    form.typed = {**(form.typed or {}), "form_token": form_token.new_token()}
    return _drive_page(found, form), status


def _drive_page(found: Face, form: Form) -> str:
    return render_template(
        "donors/drive.html", face=drive_view(found) | {"via": form["via"].value}, form=form
    )


def _order(found: Face, data: dict[str, Any]) -> GiftOrder:
    amount = amount_of(data, found.drive.currency)
    consents = {
        organisation_id: wording
        for number, (organisation_id, wording) in enumerate(asking(found))
        if data.get(f"consent_{number}")
    }
    kept = (
        "rhythm",
        "supporter_page",
        "email",
        "name",
        "name_display",
        "alias",
        "message",
        "tribute_kind",
        "tribute_name",
        "employer",
        "method",
    )
    return GiftOrder(
        amount=amount,
        fee_cover=fee_cover.cover(amount, data["method"]) if data.get("cover_fee") else None,
        language=language(),
        consents=consents,
        **{name: data[name] for name in kept},
    )
