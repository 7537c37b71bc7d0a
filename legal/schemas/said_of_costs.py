"""What software gets back of costs, bonds, fees and gifts in kind."""

from marshmallow import Schema, fields, validate

from legal.bonds import bond
from legal.costs import expense
from legal.costs.fee_schedule import fee_warning
from legal.schemas.said import AmountOut


class ExpenseOut(Schema):
    id = fields.String(required=True)
    matter_id = fields.String(required=True)
    fund_id = fields.String(required=True)
    claimant_id = fields.String(required=True)
    expense_code = fields.String(required=True)
    category = fields.String(required=True, validate=validate.OneOf(list(expense.CATEGORIES)))
    amount = fields.Nested(AmountOut, required=True)
    incurred_on = fields.Date(required=True)
    description = fields.String(required=True)
    fee_item = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(expense.STATES)))


class WrittenExpenseOut(ExpenseOut):
    warnings = fields.Function(
        lambda claim: [warning] if (warning := fee_warning(claim)) else [],
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )


class ExpenseReceiptOut(Schema):
    id = fields.String(required=True)
    expense_id = fields.String(required=True)
    media_type = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    added_at = fields.AwareDateTime(required=True)


class ExpenseApprovalOut(Schema):
    id = fields.String(required=True)
    expense_id = fields.String(required=True)
    approved_by_id = fields.String(required=True)
    approved_at = fields.AwareDateTime(required=True)
    amount = fields.Nested(AmountOut, required=True)


class ExpenseRefundOut(Schema):
    id = fields.String(required=True)
    expense_id = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    received_on = fields.Date(required=True)
    reason = fields.String(required=True)
    group_id = fields.String(required=True, metadata={"description": "The ledger group that took it in"})


class CostRuleOut(Schema):
    """A cost above this amount needs two approvals."""

    above = fields.Nested(AmountOut, required=True, allow_none=True)


class RejectionOut(Schema):
    expense_id = fields.String(required=True)
    reason = fields.String(required=True)
    rejected_at = fields.AwareDateTime(required=True)


class PaymentOut(Schema):
    expense_id = fields.String(required=True)
    paid_by_id = fields.String(required=True)
    paid_at = fields.AwareDateTime(required=True)
    group_id = fields.String(required=True, metadata={"description": "The ledger group that paid it"})


class BondOut(Schema):
    id = fields.String(required=True)
    matter_id = fields.String(required=True)
    fund_id = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(bond.STATES)))


class BondEventOut(Schema):
    """One step after posting. `interest_minor` is in the bond's currency."""

    id = fields.String(required=True)
    bond_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(bond.FORMS)))
    happened_on = fields.Date(required=True)
    form = fields.String(required=True)
    document_sha256 = fields.String(required=True, allow_none=True)
    interest_minor = fields.Integer(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    group_id = fields.String(required=True, allow_none=True)


class BondFiguresOut(Schema):
    """`posted` is always `held` + `returned` + `forfeited`."""

    posted = fields.Nested(AmountOut, required=True)
    held = fields.Nested(AmountOut, required=True)
    returned = fields.Nested(AmountOut, required=True)
    forfeited = fields.Nested(AmountOut, required=True)
    times_recycled = fields.Decimal(required=True, allow_none=True, as_string=True)


class BondApprovalOut(Schema):
    bond_id = fields.String(required=True)
    approved_by_id = fields.String(required=True)
    approved_at = fields.AwareDateTime(required=True)


class BondPostingOut(Schema):
    bond_id = fields.String(required=True)
    posted_by_id = fields.String(required=True)
    posted_at = fields.AwareDateTime(required=True)
    group_id = fields.String(required=True, metadata={"description": "The ledger group that posted it"})


class ObligorOut(Schema):
    """Name and address stay sealed."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    registered_at = fields.AwareDateTime(required=True)


class FeeOut(Schema):
    """A published fee; it holds until the day before `valid_to`."""

    authority = fields.String(required=True)
    item = fields.String(required=True)
    name = fields.String(required=True)
    amount = fields.Nested(AmountOut, required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True)


class FeesLoadedOut(Schema):
    rows = fields.Integer(required=True)


class InKindOut(Schema):
    """An estimate: neither raised nor spent."""

    id = fields.String(required=True)
    matter_id = fields.String(required=True)
    category = fields.String(required=True)
    value = fields.Nested(AmountOut, attribute="amount", required=True)
    given_on = fields.Date(required=True)
    description = fields.String(required=True)
    method = fields.String(required=True)
    state = fields.String(required=True)


class InKindDecisionOut(Schema):
    in_kind_id = fields.String(required=True)
    is_accepted = fields.Boolean(required=True)
    decided_by_id = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True)
