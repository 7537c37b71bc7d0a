"""What the API answers about campaigns/. Personas only: nothing here can reach a sealed identity."""

from marshmallow import Schema, fields

from campaigns.drives.drive_terms import DEDUCTIBILITY
from campaigns.drives.goal import METRICS
from core.forms import MoneyField

AMOUNT_MINOR = "Minor units of `currency`."


class CampaignOut(Schema):
    id = fields.String()
    organisation_id = fields.String(metadata={"description": "The lead."})
    client_id = fields.String(allow_none=True)
    slug = fields.String()
    title = fields.String()
    summary = fields.String()
    story = fields.String(metadata={"description": "Markdown."})
    picture_sha256 = fields.String(metadata={"description": "Of the picture on its pages; empty for none."})
    picture_alt = fields.String()
    state = fields.String(metadata={"enum": ["draft", "public", "withdrawn"]})
    published_at = fields.AwareDateTime(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    version = fields.Integer()


class PartnerOut(Schema):
    id = fields.String()
    campaign_id = fields.String()
    organisation_id = fields.String()
    organisation_name = fields.String(attribute="organisation.name")
    part = fields.String(metadata={"enum": ["lead", "partner"]})
    invited_at = fields.AwareDateTime()
    accepted_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    is_told_by_lead = fields.Boolean(
        metadata={"description": "Public pages tell what came in by its link where both have agreed."}
    )
    is_told_by_partner = fields.Boolean()


class GoalOut(Schema):
    id = fields.String()
    metric = fields.String(metadata={"enum": list(METRICS)})
    target = fields.Integer()
    lookback_months = fields.Integer()
    steps = fields.List(fields.Integer(), metadata={"description": "Milestones and stretch goals."})


class DriveOut(Schema):
    id = fields.String()
    campaign_id = fields.String()
    organisation_id = fields.String()
    fund_id = fields.String()
    slug = fields.String()
    title = fields.String()
    summary = fields.String()
    story = fields.String(metadata={"description": "Markdown."})
    petition = fields.String(metadata={"description": "Markdown. What people sign."})
    currency = fields.String()
    state = fields.String(metadata={"enum": ["draft", "scheduled", "open", "closed", "withdrawn"]})
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "The first instant that no longer counts."}
    )
    zone = fields.String()
    grace_minutes = fields.Integer()
    grace_counts = fields.Boolean()
    presets_minor = fields.List(fields.Integer(), metadata={"description": AMOUNT_MINOR})
    rhythms = fields.List(fields.String(), metadata={"description": "Offered besides giving once."})
    min_minor = fields.Integer(metadata={"description": AMOUNT_MINOR})
    max_minor = fields.Integer(metadata={"description": AMOUNT_MINOR})
    deductibility = fields.String(metadata={"enum": list(DEDUCTIBILITY)})
    goals = fields.List(fields.Nested(GoalOut))
    published_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    version = fields.Integer()


class FundOut(Schema):
    id = fields.String()
    organisation_id = fields.String()
    campaign_id = fields.String(allow_none=True)
    name = fields.String()
    purpose = fields.String()
    purposes = fields.List(
        fields.String(), metadata={"description": "Kinds of cost it pays; empty means all of them."}
    )
    surplus_clause = fields.String()
    surplus_ways = fields.List(
        fields.String(), metadata={"description": "What the clause allows; empty: its words alone say so."}
    )
    is_general = fields.Boolean(metadata={"description": "The organisation's own money."})
    currency = fields.String()
    created_at = fields.AwareDateTime()


class BalanceOut(Schema):
    account = fields.String()
    amount = MoneyField(metadata={"description": "Debits are positive."})


class BalancesOut(Schema):
    fund_id = fields.String()
    as_of = fields.AwareDateTime()
    balances = fields.List(fields.Nested(BalanceOut))


class LedgerEntryOut(Schema):
    account = fields.String()
    amount_minor = fields.Integer(metadata={"description": "Debits are positive."})
    currency = fields.String()
    drive_id = fields.String(metadata={"description": "The drive it counts toward; empty for none."})


class LedgerGroupOut(Schema):
    id = fields.String()
    kind = fields.String()
    source = fields.String(metadata={"description": "Id of the row that caused it."})
    occurred_at = fields.AwareDateTime()
    posted_at = fields.AwareDateTime()
    entries = fields.List(fields.Nested(LedgerEntryOut))


class UpdateOut(Schema):
    id = fields.String()
    campaign_id = fields.String()
    author_id = fields.String(allow_none=True)
    title = fields.String()
    body = fields.String(metadata={"description": "Markdown."})
    state = fields.String(metadata={"enum": ["draft", "public", "withdrawn"]})
    written_at = fields.AwareDateTime()
    published_at = fields.AwareDateTime(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class PersonaOut(Schema):
    id = fields.String(attribute="client_id")
    display_name = fields.String()
    pronoun = fields.String()
    summary = fields.String()
