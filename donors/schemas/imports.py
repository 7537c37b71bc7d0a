"""What a form or software says about an import of gifts, and what it gets back."""

from typing import Any, BinaryIO

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate
from werkzeug.datastructures import FileStorage

from core.forms import Schema
from core.money import EXPONENTS
from donors.importing.gift_import import GiftImport
from donors.importing.mapping import DECIMALS, FIELDS, ORDERS, REQUIRED, Mapping
from donors.importing.presets import normal, presets
from donors.importing.receiving import LONGEST_SOURCE
from donors.importing.steps import LONGEST_REASON, SHORTEST_REASON

OTHER = "other"


class StreamField(fields.Raw):
    """A file of a form as a stream: it may be too large to be held at once."""

    def __init__(self, **kwargs: Any) -> None:
        about = {"kind": "file", "type": "string", "format": "binary"}
        super().__init__(**{**kwargs, "metadata": {**about, **kwargs.get("metadata", {})}})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[BinaryIO, str]:
        if not isinstance(value, FileStorage) or not value.filename:
            raise ma.ValidationError(_("Choose a file."))
        return value.stream, value.filename  # pyright: ignore[reportReturnType]


class ImportFileIn(Schema):
    """A CSV file and where its gifts go. `source`: a preset's key or another system's name; empty goes by the
    columns."""

    file = StreamField(required=True)


class ImportAboutIn(Schema):
    drive_id = fields.String(required=True)
    source = fields.String(load_default="", validate=validate.Length(max=LONGEST_SOURCE))


class ImportForm(Schema):
    """The same as a person fills it in."""

    drive_id = fields.String(
        required=True,
        metadata={
            "label": lazy_gettext("Drive"),
            "kind": "select",
            "hint": lazy_gettext("Gifts of its days count toward its goals, others do not."),
        },
    )
    preset = fields.String(
        load_default="",
        metadata={
            "label": lazy_gettext("Where the file comes from"),
            "kind": "select",
            "options": lambda: [
                ("", _("By its columns")),
                *((each.key, each.name) for each in presets().values()),
                (OTHER, _("Another system")),
            ],
        },
    )
    system = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_SOURCE),
        metadata={
            "label": lazy_gettext("Name of the other system"),
            "hint": lazy_gettext("Use the same name each time: its columns are kept under it."),
        },
    )
    file = StreamField(
        required=True,
        metadata={
            "label": lazy_gettext("CSV file"),
            "accept": ".csv,.tsv,.txt,text/csv",
            "hint": lazy_gettext("Up to 128 MB, as the other system exports it."),
        },
    )


def mapping_form(found: GiftImport) -> Schema:
    """A form with a list of the file's columns for each field, and what the file does not say itself."""
    declared: dict[str, fields.Field[Any]] = {
        name: _column_field(found, name, label) for name, label in FIELDS.items()
    }
    declared = {f"column_{name}": field for name, field in declared.items()}
    return Schema.from_dict({**declared, **_said_here()}, name="MappingForm")()  # pyright: ignore[reportReturnType]


def _column_field(found: GiftImport, name: str, label: Any) -> fields.String:
    columns = [(each, each) for each in found.header]
    if name in REQUIRED:
        about = {"label": label, "kind": "select", "options": [("", _("Choose")), *columns]}
        unsaid: dict[str, Any] = {"required": _("Choose the column that says it.")}
        return fields.String(required=True, metadata=about, error_messages=unsaid)
    about = {"label": label, "kind": "select", "options": [("", _("Not in this file")), *columns]}
    return fields.String(load_default="", metadata=about)


def _said_here() -> dict[str, fields.Field[Any]]:
    def words(label: Any, hint: Any) -> fields.String:
        return fields.String(
            load_default="", metadata={"label": label, "hint": hint, "kind": "textarea", "rows": 3}
        )

    def choice(label: Any, options: Any) -> fields.String:
        return fields.String(load_default="", metadata={"label": label, "kind": "select", "options": options})

    return {
        "currency": choice(
            lazy_gettext("Currency where the file has none"), [(each, each) for each in sorted(EXPONENTS)]
        ),
        "zone": fields.String(
            load_default="",
            metadata={
                "label": lazy_gettext("Time zone where the file has none"),
                "hint": lazy_gettext("Such as America/Chicago or UTC."),
            },
        ),
        "decimal": choice(lazy_gettext("Decimals"), lambda: list(DECIMALS.items())),
        "order": choice(lazy_gettext("Days"), lambda: list(ORDERS.items())),
        "gifts": words(
            lazy_gettext("Kinds of transaction that are gifts"),
            lazy_gettext("One in a line. Without any, every row is one."),
        ),
        "refunds": words(
            lazy_gettext("Kinds that are refunds"),
            lazy_gettext("One in a line. Each is taken off its gift in this file."),
        ),
    }


def shown(mapping: Mapping) -> dict[str, Any]:
    """A mapping as the form shows it."""
    return {
        **{f"column_{name}": column for name, column in mapping.columns.items()},
        **{name: getattr(mapping, name) for name in ("currency", "zone", "decimal", "order")},
        "gifts": "\n".join(mapping.gifts),
        "refunds": "\n".join(mapping.refunds),
    }


def typed_mapping(data: dict[str, Any]) -> Mapping:
    """What the form loaded, as a mapping."""
    columns = {name: data[f"column_{name}"] for name in FIELDS if data[f"column_{name}"]}
    return Mapping(
        columns=columns,
        currency=data["currency"],
        zone=data["zone"],
        decimal=data["decimal"],
        order=data["order"],
        gifts=_lines(data["gifts"]),
        refunds=_lines(data["refunds"]),
    )


def _lines(text: str) -> list[str]:
    return [normal(line) for line in text.splitlines() if normal(line)]


class MappingIn(Schema):
    """Which column means what; what is left out stays as it is."""

    columns = fields.Dict(keys=fields.String(), values=fields.String())
    currency = fields.String()
    zone = fields.String()
    decimal = fields.String(validate=validate.OneOf(list(DECIMALS)))
    order = fields.String(validate=validate.OneOf(list(ORDERS)), metadata={"keeps_blank": True})
    gifts = fields.List(fields.String())
    refunds = fields.List(fields.String())


class MappingOut(ma.Schema):
    columns = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    currency = fields.String(required=True)
    zone = fields.String(required=True)
    decimal = fields.String(required=True)
    order = fields.String(required=True)
    gifts = fields.List(fields.String(), required=True)
    refunds = fields.List(fields.String(), required=True)


class ImportUndoIn(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(min=SHORTEST_REASON, max=LONGEST_REASON),
        metadata={"label": lazy_gettext("Why"), "hint": lazy_gettext("Kept in the audit trail.")},
    )


class ImportReasonOut(ma.Schema):
    status = fields.String(required=True)
    column = fields.String(required=True)
    rule = fields.String(required=True)
    rows = fields.Integer(required=True)


class ImportOut(ma.Schema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    source = fields.String(required=True)
    state = fields.String(required=True)
    file_name = fields.String(required=True)
    sha256 = fields.String(required=True)
    rows = fields.Integer(required=True)
    header = fields.List(fields.String(), required=True)
    mapping = fields.Nested(MappingOut, required=True)
    uploaded_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class FullImportOut(ImportOut):
    """With what its rows are or became; `amounts_minor` in the drive's currency."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    amounts_minor = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    counting = fields.Integer(required=True, metadata={"description": "Gifts that count toward goals"})
    counting_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    progress = fields.Float(required=True, metadata={"description": "Of the present work, from 0 to 1"})
    reasons = fields.List(fields.Nested(ImportReasonOut), required=True)


class ImportRowsIn(Schema):
    status = fields.String(load_default="")
    page = fields.Integer(load_default=1, validate=validate.Range(min=1))


class ImportRowOut(ma.Schema):
    number = fields.Integer(required=True)
    status = fields.String(required=True)
    column = fields.String(required=True, attribute="column_name")
    rule = fields.String(required=True)
    external_id = fields.String(required=True)
    amount_minor = fields.Integer(required=True, allow_none=True)
    gift_id = fields.String(required=True, allow_none=True)


class ImportRowsOut(ma.Schema):
    items = fields.List(fields.Nested(ImportRowOut), required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)
    total = fields.Integer(required=True)
