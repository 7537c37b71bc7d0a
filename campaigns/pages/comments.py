"""Comments under a text: writing, changing, resolving, deleting."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from campaigns.clearance import queue
from campaigns.clearance.clearance import Clearance
from campaigns.comments import commenting
from campaigns.comments.comment import Comment
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import attempt
from campaigns.pages.texts import text_page
from campaigns.schemas.comments import CommentBody, CommentSchema, ResolutionSchema
from core.db import db, transaction
from core.forms import Form
from staff.access import current_actor, requires


@bp.post("/texts/<clearance_id>/comments")
@requires("campaigns.view")
def comment_submit(clearance_id: str) -> Any:
    text = queue.get_text(current_actor(), clearance_id)
    form = Form(CommentSchema(), request.form)
    tried = attempt(form, lambda: commenting.write_comment(current_actor(), clearance_id, **form.data))
    if tried.done is None:
        return text_page(text, comment=form), 422
    return _thread(tried.done, _("The comment is there for everybody who works on this campaign."))


@bp.post("/comments/<comment_id>/edit")
@requires("campaigns.view")
def comment_edit(comment_id: str) -> Any:
    form = Form(CommentBody(), request.form)
    tried = attempt(form, lambda: commenting.edit_comment(current_actor(), comment_id, **form.data))
    if tried.done is not None:
        return _thread(tried.done, _("Saved."))
    with transaction():
        clearance_id = commenting.lock_comment(current_actor(), comment_id).clearance_id
    text = db.session.get_one(Clearance, clearance_id)
    return text_page(text, **{f"edit_{comment_id}": form}), 422


@bp.post("/comments/<comment_id>/resolution")
@requires("campaigns.view")
def comment_resolution(comment_id: str) -> Any:
    is_resolved = bool(Form(ResolutionSchema(), request.form).data.get("is_resolved"))
    return _done(
        lambda: commenting.settle_comment(current_actor(), comment_id, is_resolved=is_resolved),
        _("Resolved.") if is_resolved else _("Open again."),
    )


@bp.post("/comments/<comment_id>/removal")
@requires("campaigns.view")
def comment_removal(comment_id: str) -> Any:
    return _done(
        lambda: commenting.delete_comment(current_actor(), comment_id),
        _("The words are gone. That there were some stays to be seen."),
    )


def _done(verb: Callable[[], Comment], sentence: str) -> Any:
    with transaction():
        comment = verb()
    return _thread(comment, sentence)


def _thread(comment: Comment, sentence: str) -> Any:
    flash(sentence)
    return redirect(url_for(".text", clearance_id=comment.clearance_id, _anchor=comment.id))
