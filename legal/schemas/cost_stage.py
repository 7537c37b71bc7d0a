"""What a form or a JSON body may say about the stage of a budget that a cost belongs to."""

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import fields

from core.forms import Schema


class CostStageIn(Schema):
    """The stage that a cost belongs to; empty for none."""

    #: Set by the page: the stages of drives that are paid into the claim's fund.
    stage_id = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"label": lazy_gettext("Stage of the budget"), "kind": "select"},
    )


def choosing_among(options: list[tuple[str, str]]) -> CostStageIn:
    """The form of a cost that may belong to these stages."""
    schema = CostStageIn()
    declared: Any = schema.fields["stage_id"]
    declared.metadata = {**declared.metadata, "options": options}
    return schema
