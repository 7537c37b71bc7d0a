"""What a form or a JSON body may say about rates."""

from decimal import Decimal
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from core.forms import Schema
from legal.matters.timekeeper import CLASSES
from legal.rates.loading import Provenance
from legal.rates.rate_matrix import DEFAULT_MATRIX, MATRICES
from legal.schemas import choices

MOST_HOURS = 100_000


def whole_tenths(hours: Decimal) -> None:
    """Raises ValidationError unless the hours have one decimal at most."""
    if not 0 <= hours <= MOST_HOURS or hours * 10 != (hours * 10).to_integral_value():
        raise ma.ValidationError(_("Write hours with one decimal, such as 1.1."))


class RateIn(Schema):
    """Which hours, at which rate."""

    matrix = fields.String(
        load_default=DEFAULT_MATRIX,
        metadata={"label": lazy_gettext("Rates"), "kind": "select", "options": choices.matrices},
    )
    on = fields.Date(
        required=True, metadata={"label": lazy_gettext("Day of the work"), "description": "The work date"}
    )
    hours = fields.Decimal(
        required=True,
        validate=whole_tenths,
        metadata={"label": lazy_gettext("Hours"), "description": "Such as 1.1", "inputmode": "decimal"},
    )
    classification = fields.String(
        load_default="",
        validate=validate.OneOf(["", *CLASSES]),
        metadata={
            "label": lazy_gettext("Class"),
            "description": "LEDES class; a lawyer where it is left out",
            "kind": "select",
            "options": lambda: [("", "–"), *CLASSES.items()],
        },
    )
    experience_year = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy_gettext("Year of admission to the bar"),
            "description": "The year from which experience counts",
            "inputmode": "numeric",
        },
    )


class RateTableIn(Schema):
    """A file of rates as text, and where it comes from."""

    matrix = fields.String(
        required=True,
        validate=validate.OneOf(list(MATRICES)),
        metadata={"label": lazy_gettext("Rates"), "kind": "select", "options": choices.matrices},
    )
    source = fields.String(
        required=True,
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("Where it is published"),
            "hint": lazy_gettext("The address of the official table. It is printed beside every value."),
        },
    )
    recorded_on = fields.Date(required=True, metadata={"label": lazy_gettext("Read there on")})
    file = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("The table as CSV"),
            "hint": lazy_gettext(
                "Columns year and rate; for EAJA also year and cpi_u; where experience counts rate_year, band, "
                "from_year, to_year and rate."
            ),
            "kind": "textarea",
            "rows": 8,
        },
    )

    @ma.post_load
    def as_provenance(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        provenance = Provenance(source=data["source"], recorded_on=data["recorded_on"])
        return {"text": data["file"] + "\n", "matrix_id": data["matrix"], "provenance": provenance}
