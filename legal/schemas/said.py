"""What software gets back of matters and hours."""

from marshmallow import Schema, fields, validate

from legal import utbms
from legal.hours import rounding, time_entry
from legal.hours.second_look import warnings_of


class AmountOut(Schema):
    """An amount in minor units of an ISO 4217 currency."""

    minor = fields.Integer(required=True)
    currency = fields.String(required=True)


class CodeOut(Schema):
    code = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(utbms.KINDS))
    name = fields.String(required=True)
    phase = fields.Function(
        lambda code: utbms.phase_of(code.code).code if code.is_task else None,
        required=True,
        allow_none=True,
        metadata={"type": "string"},
    )


class CounselOut(Schema):
    organisation_id = fields.String(required=True)
    organisation = fields.String(attribute="organisation.name", required=True)
    part = fields.String(required=True)


class MatterOut(Schema):
    id = fields.String(required=True)
    campaign_id = fields.String(required=True)
    title = fields.String(required=True)
    rounding_policy = fields.String(required=True, validate=validate.OneOf(list(rounding.POLICIES)))
    matrix = fields.String(required=True)
    opened_on = fields.Date(required=True)
    closed_on = fields.Date(required=True, allow_none=True)


class TimekeeperOut(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    classification = fields.String(required=True, metadata={"description": "LEDES class"})
    bar_year = fields.Integer(required=True, allow_none=True)


class TimeEntryOut(Schema):
    id = fields.String(required=True)
    matter_id = fields.String(required=True)
    timekeeper_id = fields.String(required=True)
    worked_on = fields.Date(required=True)
    minutes = fields.Integer(attribute="minutes_raw", required=True)
    units_tenths = fields.Integer(required=True, metadata={"description": "Tenths of an hour, rounded"})
    rounding_policy = fields.String(required=True)
    task_code = fields.String(required=True)
    activity_code = fields.String(required=True)
    narrative = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(time_entry.STATES)))
    starts_minute = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Minutes after midnight"}
    )
    reverses_id = fields.String(
        required=True, allow_none=True, metadata={"description": "The certified entry it takes back"}
    )
    corrects_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The certified entry in whose place it stands"},
    )


class WrittenTimeEntryOut(TimeEntryOut):
    warnings = fields.Method(
        "_warnings", required=True, metadata={"type": "array", "items": {"type": "string"}}
    )

    def _warnings(self, entry: time_entry.TimeEntry) -> list[str]:
        return warnings_of(entry)


class ApprovalOut(Schema):
    entry_id = fields.String(required=True)
    approved_by_id = fields.String(required=True)
    approved_at = fields.AwareDateTime(required=True)


class CertificationOut(Schema):
    """One act. `left_open` entries of the period are drafts, returned, or the certifier's own; while there are
    any, the period is not locked."""

    id = fields.String(attribute="certification.id", required=True)
    matter_id = fields.String(attribute="certification.matter_id", required=True)
    starts_on = fields.Date(attribute="certification.starts_on", required=True)
    ends_on = fields.Date(attribute="certification.ends_on", required=True)
    entries = fields.Integer(attribute="certification.entries", required=True)
    units_tenths = fields.Integer(attribute="certification.units_tenths", required=True)
    certified_by_id = fields.String(attribute="certification.certified_by_id", required=True)
    certified_at = fields.AwareDateTime(attribute="certification.certified_at", required=True)
    left_open = fields.Integer(required=True)
    period_lock_id = fields.String(attribute="lock.id", dump_default=None, required=True, allow_none=True)


class PeriodLockOut(Schema):
    id = fields.String(required=True)
    matter_id = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    certification_id = fields.String(required=True)
    locked_at = fields.AwareDateTime(required=True)
    reopened_at = fields.AwareDateTime(required=True, allow_none=True)


class ReturnOut(Schema):
    id = fields.String(required=True)
    entry_id = fields.String(required=True)
    reason = fields.String(required=True)
    returned_at = fields.AwareDateTime(required=True)


class ValuationOut(Schema):
    entry_id = fields.String(required=True)
    number = fields.Integer(required=True)
    matrix = fields.String(required=True)
    matrix_sha256 = fields.String(required=True)
    value = fields.Nested(AmountOut, required=True)
    valued_at = fields.AwareDateTime(required=True)


class RateOut(Schema):
    """An estimated value: not money raised or spent."""

    matrix = fields.String(required=True)
    on = fields.Date(required=True)
    rate = fields.Nested(AmountOut, required=True)
    hours = fields.String(required=True)
    value = fields.Nested(AmountOut, required=True)
    source = fields.String(required=True)
    sha256 = fields.String(required=True)
