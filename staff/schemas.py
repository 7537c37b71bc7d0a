"""What people and software send to staff/, and what software gets back."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import Schema as PlainSchema
from marshmallow import ValidationError, fields, validate

from core import clock
from core.forms import Schema
from staff.approval.proposal import STATES
from staff.issuing import SCOPES
from staff.member import ROLES
from staff.words import ROLE_MEANINGS, ROLE_NAMES, permission_name


def _role_options() -> list[tuple[str, str]]:
    return [(role, f"{ROLE_NAMES[role]}: {ROLE_MEANINGS[role]}") for role in ROLES]


def _scope_options() -> list[tuple[str, str]]:
    return [(scope, f"{permission_name(scope)} ({scope})") for scope in sorted(SCOPES)]


def _is_zone(value: str) -> None:
    if not clock.is_zone(value):
        raise ValidationError(_("This is not a time zone, such as America/Chicago."))


def _one_line(most: int) -> list[validate.Validator]:
    return [validate.Length(min=1, max=most), validate.Regexp(r"[^\x00-\x1f\x7f]*\Z")]


class RoleIn(Schema):
    role = fields.String(
        required=True,
        validate=validate.OneOf(ROLES),
        metadata={"label": lazy_gettext("Role"), "kind": "select", "options": _role_options},
    )


class InvitationIn(RoleIn):
    email = fields.Email(
        required=True,
        validate=validate.Length(max=255),
        metadata={
            "label": lazy_gettext("E-mail address"),
            "hint": lazy_gettext("The invitation goes there. It works once, for seven days."),
            "autocomplete": "off",
        },
    )

    class Meta(Schema.Meta):
        fields = ("email", "role")


class JoinIn(Schema):
    name = fields.String(
        required=True,
        validate=_one_line(120),
        metadata={"label": lazy_gettext("Your name"), "autocomplete": "name"},
    )
    password = fields.String(
        required=True,
        validate=validate.Length(max=1000),
        metadata={
            "label": lazy_gettext("Password"),
            "hint": lazy_gettext("At least 12 characters. A few words are better than signs."),
            "kind": "password",
            "autocomplete": "new-password",
        },
    )


class TokenIn(Schema):
    name = fields.String(
        required=True,
        validate=_one_line(80),
        metadata={
            "label": lazy_gettext("What is it for?"),
            "hint": lazy_gettext("So that you know it later: “accounting export”."),
        },
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf(sorted(SCOPES))),
        required=True,
        validate=validate.Length(min=1),
        metadata={
            "label": lazy_gettext("What may it do?"),
            "kind": "checkboxes",
            "options": _scope_options,
        },
    )


class OrganisationIn(Schema):
    name = fields.String(required=True, validate=_one_line(120), metadata={"label": lazy_gettext("Name")})
    zone = fields.String(
        required=True,
        validate=_is_zone,
        metadata={
            "label": lazy_gettext("Time zone"),
            "hint": lazy_gettext("Its days begin here, and its receipts are dated here: America/Chicago."),
            "list": "zones",
        },
    )
    tax_id = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={
            "label": lazy_gettext("Tax identifier"),
            "hint": lazy_gettext("Printed on receipts. In the United States, the EIN."),
        },
    )
    contact = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={
            "label": lazy_gettext("Contact"),
            "hint": lazy_gettext("Postal address and a line to reach you, printed on receipts."),
            "kind": "textarea",
            "rows": 4,
        },
    )
    two_people_above = fields.Integer(
        validate=validate.Range(min=0, max=1_000_000_000),
        metadata={
            "label": lazy_gettext("Two people above"),
            "hint": lazy_gettext(
                "A payment, refund or transfer of more than this, in whole units of its currency, waits for a "
                "second person. A second owner confirms a higher limit."
            ),
        },
    )


class OrganisationOut(PlainSchema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    zone = fields.String(required=True, metadata={"description": "IANA time zone"})
    tax_id = fields.String(required=True)
    contact = fields.String(required=True)


class MemberOut(PlainSchema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(attribute="account.email", required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    joined_at = fields.AwareDateTime(required=True)


class ProposalOut(PlainSchema):
    """What waits for a second person, or was decided by one."""

    id = fields.String(required=True)
    verb = fields.String(required=True, metadata={"description": "As in the audit trail: `gift.refund`"})
    subject = fields.String(required=True, metadata={"description": "The id of what it is about"})
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    asked_by_id = fields.String(required=True, metadata={"description": "A member"})
    asked_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    decided_by_id = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class InvitationOut(PlainSchema):
    id = fields.String(required=True)
    email = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class AuditEventOut(PlainSchema):
    id = fields.String(required=True)
    position = fields.Integer(required=True, metadata={"description": "Place in the chain, from 1"})
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True, metadata={"description": "`member:…`, `token:…` or `system`"})
    verb = fields.String(required=True)
    subject = fields.String(required=True)
    before = fields.Dict(keys=fields.String(), allow_none=True)
    after = fields.Dict(keys=fields.String(), allow_none=True)
    reason = fields.String(required=True)
    is_erased = fields.Boolean(
        required=True, metadata={"description": "Whether before, after and reason had to be forgotten"}
    )
    hash = fields.String(required=True, metadata={"description": "SHA-256 over the previous hash and this"})


class PieceIn(PlainSchema):
    """Which piece of a long list."""

    cursor = fields.String(metadata={"description": "`next_cursor` of the piece before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class AuditPieceIn(PieceIn):
    verb = fields.String()
    subject = fields.String()
    actor = fields.String()


def piece_of(item: type[PlainSchema], name: str) -> PlainSchema:
    """A schema `name` of one piece of a list: `items` and `next_cursor` (null at the end)."""
    made: Any = PlainSchema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(required=True, allow_none=True),
        },
        name=name,
    )
    return made()
