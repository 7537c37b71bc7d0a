"""Which column of a file means what: kept once for each source of an organisation, and used again for its next file."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Invalid
from core.money import EXPONENTS
from donors.importing import cells, moments
from donors.importing.presets import guess, normal, presets

#: What a column may mean, in the order of the form.
FIELDS: dict[str, Any] = {
    "paid_on": lazy_gettext("Date of payment"),
    "paid_time": lazy_gettext("Time of payment"),
    "zone": lazy_gettext("Time zone"),
    "amount": lazy_gettext("Amount"),
    "currency": lazy_gettext("Currency"),
    "refunded": lazy_gettext("Amount refunded"),
    "refunded_on": lazy_gettext("Date of refund"),
    "fee": lazy_gettext("Processing fee"),
    "fee_currency": lazy_gettext("Currency of the fee"),
    "status": lazy_gettext("Status of the payment"),
    "captured": lazy_gettext("Whether it was captured"),
    "mode": lazy_gettext("Live or test"),
    "kind": lazy_gettext("Kind of transaction"),
    "external_id": lazy_gettext("Transaction's id"),
    "refund_of": lazy_gettext("Id of the refunded transaction"),
    "payment_intent_id": lazy_gettext("Stripe's payment intent"),
    "email": lazy_gettext("E-mail address"),
    "name": lazy_gettext("Name"),
    "first_name": lazy_gettext("First name"),
    "last_name": lazy_gettext("Last name"),
    "company": lazy_gettext("Company"),
    "anonymous": lazy_gettext("Anonymous"),
    "employer": lazy_gettext("Employer"),
    "recurring": lazy_gettext("Recurring"),
}
REQUIRED = ("paid_on", "amount")
DECIMALS = {
    cells.EITHER: lazy_gettext("As each cell shows"),
    cells.POINT: lazy_gettext("Point: 1,234.50"),
    cells.COMMA: lazy_gettext("Comma: 1.234,50"),
}
ORDERS = {
    "": lazy_gettext("As each cell shows"),
    moments.MONTH_FIRST: lazy_gettext("Month first: 3/25/2024"),
    moments.DAY_FIRST: lazy_gettext("Day first: 25/3/2024"),
}


@dataclass(frozen=True)
class Mapping:
    """`columns`: field to the column's name. What a file does not say itself is said here."""

    columns: dict[str, str]
    #: ISO code for files without that column.
    currency: str
    #: IANA name for moments without a zone.
    zone: str
    decimal: str = cells.EITHER
    order: str = ""
    #: Words of the `kind` column, normalised; none means that every row is a gift.
    gifts: list[str] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: AnyMapping[str, Any]) -> "Mapping":
        return cls(**kept)


class ImportSource(Model):
    """The mapping that an organisation last saved for one source."""

    __tablename__ = "import_source"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("isrc"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    #: A preset's key, or for other systems the name that staff gave, in lower case.
    key: Mapped[str] = mapped_column(Text)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def suggest(organisation_id: str, key: str, header: Sequence[str], *, currency: str, zone: str) -> Mapping:
    """The mapping to begin with: the one saved for this source where the file has its columns, else a guess."""
    preset = presets().get(key)
    kept = find_source(organisation_id, key)
    if kept is not None:
        mapping = Mapping.of_json(kept.mapping)
        if set(mapping.columns.values()) <= set(header):
            return mapping
    return Mapping(
        columns=guess(header, preset),
        currency=(preset.currency if preset else "") or currency,
        zone=(preset.zone if preset else "") or zone,
        decimal=preset.decimal if preset else cells.EITHER,
        order=preset.order if preset else "",
        gifts=[normal(each) for each in preset.gifts] if preset else [],
        refunds=[normal(each) for each in preset.refunds] if preset else [],
    )


def find_source(organisation_id: str, key: str) -> ImportSource | None:
    return db.session.scalar(
        select(ImportSource).where(ImportSource.organisation_id == organisation_id, ImportSource.key == key)
    )


def save_source(organisation_id: str, key: str, mapping: Mapping) -> None:
    """Keep the mapping for the source's next file."""
    kept = find_source(organisation_id, key)
    if kept is None:
        kept = ImportSource(organisation_id=organisation_id, key=key)
        db.session.add(kept)
    kept.mapping, kept.saved_at = mapping.as_json(), clock.now()
    db.session.flush()


def check_mapping(mapping: Mapping, header: Sequence[str]) -> None:
    """Raises Invalid, naming the field and the rule."""
    errors: dict[str, list[str]] = {}
    for name, column in mapping.columns.items():
        if name not in FIELDS:
            errors["columns"] = [_("There is no field %(name)s.", name=name)]
        elif column not in header:
            errors[name] = [_("The file has no column %(column)s.", column=column)]
    for name in REQUIRED:
        if name not in mapping.columns:
            errors[name] = [_("Choose the column that says it.")]
    if mapping.currency not in EXPONENTS:
        errors["currency_default"] = [_("This is no currency that is known here.")]
    if not clock.is_zone(mapping.zone):
        errors["zone_default"] = [_("This time zone is not known here.")]
    if mapping.decimal not in DECIMALS:
        errors["decimal"] = [_("Choose one of these.")]
    if mapping.order not in ORDERS:
        errors["order"] = [_("Choose one of these.")]
    if errors:
        raise Invalid(errors)
