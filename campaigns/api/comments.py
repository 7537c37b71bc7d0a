"""Comments on drafts, for software. Behind a token stands whoever made it."""

from typing import Any

from campaigns.api.blueprint import bp
from campaigns.clearance import queue
from campaigns.comments import commenting
from campaigns.comments.comment import Comment
from campaigns.schemas.comments import CommentBody, CommentOut, CommentSchema, ResolutionSchema
from core.db import transaction
from staff.access import current_actor
from staff.bearer import token_required


@bp.get("/texts/<clearance_id>/comments")
@token_required("campaigns.view")
@bp.response(200, CommentOut(many=True))
def list_comments(clearance_id: str) -> list[Comment]:
    """The thread on one text, the oldest first; of deleted comments the mark."""
    return commenting.comments_on(queue.get_text(current_actor(), clearance_id))


@bp.post("/texts/<clearance_id>/comments")
@token_required("campaigns.view")
@bp.arguments(CommentSchema)
@bp.response(201, CommentOut)
def create_comment(body: dict[str, Any], clearance_id: str) -> Comment:
    """Comment on a text; needs `campaigns.edit` or `texts.approve`. 422 where it names whom no text may name."""
    with transaction():
        return commenting.write_comment(current_actor(), clearance_id, **body)


@bp.patch("/comments/<comment_id>")
@token_required("campaigns.view")
@bp.arguments(CommentBody)
@bp.response(200, CommentOut)
def edit_comment(body: dict[str, Any], comment_id: str) -> Comment:
    """Change one's own comment within 15 minutes. 409 `too_late`."""
    with transaction():
        return commenting.edit_comment(current_actor(), comment_id, **body)


@bp.put("/comments/<comment_id>/resolution")
@token_required("campaigns.view")
@bp.arguments(ResolutionSchema)
@bp.response(200, CommentOut)
def resolve_comment(body: dict[str, Any], comment_id: str) -> Comment:
    """Mark a comment as resolved, or open it again. 409 `illegal_transition`."""
    with transaction():
        return commenting.settle_comment(current_actor(), comment_id, **body)


@bp.delete("/comments/<comment_id>")
@token_required("campaigns.view")
@bp.response(200, CommentOut)
def delete_comment(comment_id: str) -> Comment:
    """Take one's own words away; a mark stays. 409 `illegal_transition`."""
    with transaction():
        return commenting.delete_comment(current_actor(), comment_id)
