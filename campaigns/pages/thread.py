"""The comments under a text, as its page shows them."""

from typing import Any

from campaigns.clearance.clearance import Clearance
from campaigns.comments import commenting
from campaigns.comments.comment import STATES
from campaigns.schemas.comments import CommentSchema
from core.forms import Form
from staff.access import current_actor


def about(clearance: Clearance, forms: dict[str, Form]) -> dict[str, Any]:
    """What _comments.html wants to know."""
    form = forms.get("comment", Form(CommentSchema()))
    mentions = form.schema.fields["mentions"]
    people = commenting.people_of(clearance.campaign_id)
    options = [(each.id, f"{each.name}, {each.organisation.name}") for each in people]
    mentions.metadata = {**mentions.metadata, "options": options}
    return {
        "thread": commenting.comments_on(clearance),
        "may_comment": commenting.may_comment(current_actor()),
        "comment": form,
        "comment_forms": {
            name.removeprefix("edit_"): each for name, each in forms.items() if name.startswith("edit_")
        },
        "comment_states": STATES,
    }
