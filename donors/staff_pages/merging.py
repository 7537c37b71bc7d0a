"""Donors who are one person: suggestions, the two side by side, the merge and its undoing."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web.paging import numbered, numbered_list
from donors import reading
from donors.merging import merging, previewing, suggesting, undoing
from donors.people.donor import Donor
from donors.privacy import address_reading
from donors.schemas.merging import MergeSchema, UndoMergeSchema
from donors.staff_pages.blueprint import asked, bp
from donors.words import actor_name
from staff.access import Actor, current_actor, requires


@bp.get("/duplicates")
@requires("gifts.view")
def duplicates() -> str:
    """What is suggested, what was merged, or what was said to be two people."""
    actor, shown, typed = current_actor(), asked("show"), asked("q")
    with transaction():
        address_reading.note(actor, address_reading.LIST)
    template = "donors/staff/duplicates.html"
    if shown == "merged":
        pager = numbered(merging.merges_of(actor))
        people = _people({each for row in pager.items for each in (row.kept_id, row.absorbed_id)})
        who = _who(row.merged_by for row in pager.items)
        return render_template(template, shown=shown, typed="", pager=pager, people=people, who=who)
    if shown == "two_people":
        pager = numbered(merging.two_people_of(actor))
        people = _people({each for row in pager.items for each in (row.one_id, row.other_id)})
        who = _who(row.said_by for row in pager.items)
        return render_template(template, shown=shown, typed="", pager=pager, people=people, who=who)
    pager = numbered_list(suggesting.find_pairs(actor, typed))
    pager = replace(pager, items=suggesting.filled_in(pager.items))
    most = suggesting.MOST_PAIRS
    return render_template(template, shown="", typed=typed, pager=pager, most=most)


@bp.post("/duplicates/refusals")
@requires("gifts.refund")
def two_people_submit() -> AnyResponse:
    """They are two people: the pair is not shown again."""
    with transaction():
        merging.say_two_people(current_actor(), request.form.get("one", ""), request.form.get("other", ""))
    flash(
        _(
            "Noted. This pair is not suggested again. It stands under “two people”, where you can take it back."
        )
    )
    return redirect(url_for(".duplicates", q=asked("q") or None, page=asked("page") or None), 303)


@bp.post("/duplicates/refusals/undoing")
@requires("gifts.refund")
def two_people_undo() -> AnyResponse:
    """They may be one after all: the pair is suggested again."""
    one, other = request.form.get("one", ""), request.form.get("other", "")
    with transaction():
        merging.take_back_two_people(current_actor(), one, other)
    flash(_("Taken back. The pair is suggested again."))
    return redirect(url_for(".duplicates", show="two_people"), 303)


@bp.get("/donors/<donor_id>/merge")
@requires("gifts.view")
def merge(donor_id: str) -> Any:
    """Choose the other donor, by id or address; then both side by side."""
    actor = current_actor()
    found = reading.get_donor(actor, donor_id)
    typed = asked("with")
    if not typed:
        return _choice_page(actor, found)
    other = db.session.scalars(
        reading.donors_of(actor, typed).where(Donor.id != found.id).order_by(Donor.id).limit(2)
    ).all()
    if len(other) != 1:
        return _choice_page(actor, found, typed=typed, many=bool(other)), 422
    return _preview_page(actor, found, other[0], Form(MergeSchema(), initial={"absorbed_id": other[0].id}))


def _choice_page(actor: Actor, found: Donor, *, typed: str = "", many: bool = False) -> str:
    return render_template(
        "donors/staff/merge_choice.html",
        donor=found,
        suggestions=suggesting.suggestions_for(actor, found),
        typed=typed,
        many=many,
    )


def _preview_page(actor: Actor, kept: Donor, absorbed: Donor, form: Form, *, is_stale: bool = False) -> Any:
    with transaction():
        for each in (kept, absorbed):
            address_reading.note(actor, address_reading.DONOR, each.id)
    try:
        shown = previewing.preview(actor, kept.id, absorbed.id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".donor", donor_id=kept.id), 303)
    return render_template("donors/staff/merge.html", preview=shown, form=form, is_stale=is_stale)


@bp.post("/donors/<donor_id>/merges")
@requires("gifts.refund", fresh=True)
def merge_submit(donor_id: str) -> Any:
    """Merge, if it is still what was looked at."""
    actor = current_actor()
    kept = reading.get_donor(actor, donor_id)
    form = Form(MergeSchema(), request.form)
    other = db.session.scalar(reading.donors_of(actor).where(Donor.id == request.form.get("absorbed_id", "")))
    if other is None or other.id == kept.id:
        flash(_("One of them was merged meanwhile. Look at the list again."), "bad")
        return redirect(url_for(".duplicates"), 303)
    if not form.is_valid:
        return _preview_page(actor, kept, other, form), 422
    try:
        with transaction():
            if previewing.preview(actor, kept.id, other.id).digest != form.data["seen"]:
                raise Invalid({"seen": [_("Something changed since you looked.")]})
            merging.merge(actor, kept.id, absorbed_id=other.id, reason=form.data["reason"])
    except Invalid as refusal:
        form.refuse(refusal)
        return _preview_page(actor, kept, other, form, is_stale="seen" in refusal.errors), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".duplicates"), 303)
    flash(_("They are one donor now. It can be undone from this page."))
    return redirect(url_for(".donor", donor_id=kept.id), 303)


@bp.get("/merges/<merge_id>")
@requires("gifts.view")
def merged(merge_id: str) -> str:
    return _merged_page(merge_id, Form(UndoMergeSchema()))


@bp.post("/merges/<merge_id>/undos")
@requires("gifts.refund", fresh=True)
def undo_merge_submit(merge_id: str) -> Any:
    form = Form(UndoMergeSchema(), request.form)
    found = undoing.get_merge(current_actor(), merge_id)
    if not form.is_valid:
        return _merged_page(merge_id, form), 422
    try:
        with transaction():
            undoing.undo(current_actor(), merge_id, reason=form.data["reason"])
    except Invalid as refusal:
        form.refuse(refusal)
        return _merged_page(merge_id, form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".merged", merge_id=merge_id), 303)
    flash(_("They are two donors again."))
    return redirect(url_for(".donor", donor_id=found.kept_id), 303)


def _merged_page(merge_id: str, form: Form) -> str:
    found = undoing.get_merge(current_actor(), merge_id)
    refusal = ""
    try:
        undoing.check_undoable(found)
    except Conflict as conflict:
        refusal = conflict.message
    return render_template(
        "donors/staff/merged.html",
        merge=found,
        people=_people({found.kept_id, found.absorbed_id}),
        who=_who([found.merged_by, found.undone_by]),
        undoing=None if refusal else undoing.foresee(found),
        refusal=refusal,
        form=form,
    )


def _people(donor_ids: set[str]) -> dict[str, Donor]:
    return {each.id: each for each in db.session.scalars(select(Donor).where(Donor.id.in_(donor_ids)))}


def _who(labels: Any) -> dict[str, str]:
    known = [each for each in labels if each]
    names = reading.names_of(known)
    return {label: actor_name(label, names) for label in known}
