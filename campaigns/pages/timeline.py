"""Timeline entries: writing and editing. They are cleared and published like every public text."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from campaigns import reading
from campaigns.clearance.subjects import require_owner
from campaigns.pages.blueprint import bp, text_address
from campaigns.pages.refusing import answered, attempt
from campaigns.schemas.clearance import TimelineEditSchema, TimelineSchema, happening
from campaigns.timeline import telling
from campaigns.timeline.timeline_entry import TimelineEntry
from core.forms import Form
from staff.access import current_actor, requires


@bp.get("/campaigns/<campaign_id>/timeline/new")
@requires("campaigns.edit")
def new_entry(campaign_id: str) -> str:
    campaign = reading.get_campaign(current_actor(), campaign_id)
    return render_template(
        "campaigns/timeline_form.html", form=Form(TimelineSchema()), campaign_id=campaign.id
    )


@bp.post("/campaigns/<campaign_id>/timeline/new")
@requires("campaigns.edit")
def new_entry_submit(campaign_id: str) -> Any:
    reading.get_campaign(current_actor(), campaign_id)
    form = Form(TimelineSchema(), request.form)
    tried = attempt(form, lambda: telling.tell(current_actor(), campaign_id, happening(form.data)))
    if tried.done is None:
        page = render_template("campaigns/timeline_form.html", form=form, campaign_id=campaign_id)
        return page, 422
    flash(_("The draft is saved. Submit it to counsel next."))
    return redirect(text_address(tried.done.id))


@bp.get("/timeline/<timeline_entry_id>/edit")
@requires("campaigns.edit")
def edit_entry(timeline_entry_id: str) -> str:
    entry = _led(timeline_entry_id)
    return _edit_page(Form(TimelineEditSchema(), initial=_form_values(entry)), entry)


@bp.post("/timeline/<timeline_entry_id>/edit")
@requires("campaigns.edit")
def edit_entry_submit(timeline_entry_id: str) -> Any:
    entry = _led(timeline_entry_id)
    form = Form(TimelineEditSchema(), answered(TimelineEditSchema(), lambda: _form_values(entry)))
    changes = dict(form.data)
    version = changes.pop("version", None)
    tried = attempt(
        form,
        lambda: telling.edit_entry(current_actor(), timeline_entry_id, changes, version=version),
        present=lambda: _form_values(_led(timeline_entry_id)),
    )
    if tried.done is None:
        return _edit_page(form, entry, tried), 409 if tried.differences is not None else 422
    flash(_("Saved."))
    return redirect(text_address(timeline_entry_id))


def _led(timeline_entry_id: str) -> TimelineEntry:
    actor = current_actor()
    entry = reading.get(reading.timeline_of(actor), TimelineEntry, timeline_entry_id)
    require_owner(actor, entry)
    return entry


def _edit_page(form: Form, entry: TimelineEntry, tried: Any = None) -> str:
    return render_template(
        "campaigns/timeline_form.html", form=form, entry=entry, campaign_id=entry.campaign_id, tried=tried
    )


def _form_values(entry: TimelineEntry) -> dict[str, Any]:
    names = ("what", "words", "country", "region", "version")
    return {name: getattr(entry, name) for name in names} | {"happened_on": entry.month}
