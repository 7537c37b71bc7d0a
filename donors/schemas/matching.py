"""Match funds: what a form or a JSON body asks for, and what software gets back."""

from datetime import datetime
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from campaigns.drives.drive_terms import deadline
from campaigns.matching.match_fund import MOST_PARTS, STATES
from campaigns.matching.match_terms import LONGEST_SPONSOR
from campaigns.matching.paying import LONGEST_REFERENCE
from campaigns.schemas.campaign import looked_at_field, version_field
from core import clock
from core.forms import MoneyField, Schema
from legal.schemas.said import AmountOut


def _parts(label: Any, **more: Any) -> fields.Integer:
    return fields.Integer(
        **more,
        validate=validate.Range(min=1, max=MOST_PARTS),
        metadata={"label": label, "min": 1, "max": MOST_PARTS},
    )


class MatchFundBody(Schema):
    """A match fund. Amounts are in the drive's currency."""

    context_currency = "USD"

    sponsor = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_SPONSOR),
        metadata={
            "label": lazy_gettext("Sponsor"),
            "hint": lazy_gettext("Public: who adds to the gifts."),
            "maxlength": LONGEST_SPONSOR,
            "autocomplete": "off",
        },
    )
    cap = MoneyField(
        required=True,
        metadata={"label": lazy_gettext("Cap"), "hint": lazy_gettext("The most the sponsor adds in all.")},
    )
    match_parts = _parts(lazy_gettext("The sponsor adds"), load_default=1)
    gift_parts = _parts(lazy_gettext("For each part given"), load_default=1)
    most_per_gift = MoneyField(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy_gettext("Most per gift"),
            "hint": lazy_gettext("The most the sponsor adds to one gift."),
        },
    )
    opens_at = fields.AwareDateTime(
        load_default=None, allow_none=True, metadata={"description": "Now, where it is not told"}
    )
    closes_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "As long as the drive, where it is not told"},
    )
    looked_at = looked_at_field()


class MatchFundEditBody(MatchFundBody):
    version = version_field()


class MatchFundForm(MatchFundBody):
    """The same as a person asks for it: days and a time in the drive's zone."""

    class Meta(Schema.Meta):
        exclude = ("opens_at", "closes_at")

    match_parts = _parts(lazy_gettext("The sponsor adds"), required=True)
    gift_parts = _parts(lazy_gettext("For each part given"), required=True)
    opens_on = fields.Date(
        load_default=None,
        metadata={"label": lazy_gettext("First day"), "hint": lazy_gettext("Empty: from now on.")},
    )
    closes_on = fields.Date(
        load_default=None,
        metadata={
            "label": lazy_gettext("Last day"),
            "hint": lazy_gettext("Ends at midnight. Empty: as long as the drive."),
        },
    )
    closes_time = fields.Time(
        load_default=None, metadata={"label": lazy_gettext("Or at a time"), "kind": "time"}
    )
    version = version_field()


def as_terms(data: dict[str, Any], zone: str) -> dict[str, Any]:
    """A form's days as instants of the drive's zone. Raises Invalid on `closes_on` and `closes_time`."""
    terms = {name: value for name, value in data.items() if name not in {"version", "looked_at"}}
    opens_on = terms.pop("opens_on")
    about = {name: terms.pop(name) for name in ("closes_on", "closes_time")}
    opens_at: datetime | None = clock.opens_at(opens_on, zone) if opens_on else None
    return terms | {"opens_at": opens_at, "closes_at": deadline(about, zone)}


class MatchOrderBody(Schema):
    match_fund_ids = fields.List(fields.String(), required=True, validate=validate.Length(max=100))


class MatchPaymentSchema(Schema):
    context_currency = "USD"

    amount = MoneyField(required=True, metadata={"label": lazy_gettext("Amount")})
    received_on = fields.Date(required=True, metadata={"label": lazy_gettext("Day it arrived")})
    reference = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_REFERENCE),
        metadata={
            "label": lazy_gettext("Reference"),
            "hint": lazy_gettext("The number of a check or the bank's words. Not public."),
            "maxlength": LONGEST_REFERENCE,
        },
    )


class MatchWhyIn(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={"label": lazy_gettext("Reason"), "maxlength": 500},
    )


class MatchFundOut(ma.Schema):
    id = fields.String(required=True)
    drive_id = fields.String(required=True)
    sponsor = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    position = fields.Integer(required=True)
    cap = fields.Nested(AmountOut, required=True)
    match_parts = fields.Integer(required=True)
    gift_parts = fields.Integer(required=True)
    most_per_gift = fields.Nested(AmountOut, required=True, allow_none=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    taken = fields.Nested(AmountOut, required=True, metadata={"description": "Reserved and not released"})
    confirmed = fields.Nested(
        AmountOut, required=True, metadata={"description": "Of it, for gifts that are paid"}
    )
    left = fields.Nested(AmountOut, required=True)
    paid = fields.Nested(AmountOut, required=True, metadata={"description": "What the sponsor has paid"})
    owed = fields.Nested(
        AmountOut, required=True, metadata={"description": "Confirmed and not paid; below zero: paid ahead"}
    )
    version = fields.Integer(required=True)


class MatchPaymentOut(ma.Schema):
    id = fields.String(required=True)
    match_fund_id = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    received_on = fields.Date(required=True)
    reference = fields.String(required=True)
    undoes_id = fields.String(required=True, allow_none=True)
    recorded_by = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class LookedOut(ma.Schema):
    """What the gift found in one match fund."""

    reference = fields.String(required=True, attribute="look.id")
    match_fund_id = fields.String(required=True, attribute="look.match_fund_id")
    sponsor = fields.String(required=True)
    round = fields.Integer(required=True, attribute="look.round")
    place = fields.Integer(required=True, attribute="look.place")
    at = fields.AwareDateTime(required=True, attribute="look.at")
    verdict = fields.String(required=True, attribute="look.verdict")
    sentence = fields.String(required=True)
    match_parts = fields.Integer(required=True, attribute="look.match_parts")
    gift_parts = fields.Integer(required=True, attribute="look.gift_parts")
    opens_at = fields.AwareDateTime(required=True, attribute="look.opens_at")
    closes_at = fields.AwareDateTime(required=True, allow_none=True, attribute="look.closes_at")
    cap = fields.Nested(AmountOut, required=True, attribute="look.cap")
    left = fields.Nested(AmountOut, required=True, attribute="look.left")
    gift_left = fields.Nested(AmountOut, required=True, attribute="look.gift_left")
    amount = fields.Nested(AmountOut, required=True, attribute="look.amount")


class HappenedOut(ma.Schema):
    match_fund_id = fields.String(required=True, attribute="entry.match_fund_id")
    sponsor = fields.String(required=True)
    kind = fields.String(required=True, attribute="entry.kind")
    because = fields.String(required=True, attribute="entry.because")
    at = fields.AwareDateTime(required=True, attribute="entry.at")
    amount = fields.Nested(AmountOut, required=True, attribute="entry.amount")
    refund_id = fields.String(required=True, attribute="entry.source")
    sentence = fields.String(required=True)


class ExplanationOut(ma.Schema):
    """Why a gift was matched so; empty lists where the drive had no match fund when it was begun."""

    taken = fields.Nested(AmountOut, required=True)
    confirmed = fields.Nested(AmountOut, required=True)
    short = fields.Nested(
        AmountOut,
        required=True,
        metadata={"description": "What came back found no room: it was not matched again"},
    )
    looked = fields.List(fields.Nested(LookedOut), required=True)
    happened = fields.List(fields.Nested(HappenedOut), required=True)
    rules = fields.List(fields.String(), required=True)
