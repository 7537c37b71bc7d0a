"""What donors and staff may send about gifts: the same schemas for forms and JSON, one file per noun."""

from donors.schemas.giving import (
    RHYTHMS,
    GiveSchema,
    RefundSchema,
    amount_of,
    asking,
    give_schema,
)
from donors.schemas.recurring import (
    CANCEL_REASONS,
    AmountSchema,
    CancelSchema,
    DaySchema,
    NoteSchema,
    PauseSchema,
    StaffAmountSchema,
    StaffCancelSchema,
    StaffDaySchema,
    StaffPauseSchema,
    cancel_reasons,
)

__all__ = [
    "CANCEL_REASONS",
    "RHYTHMS",
    "AmountSchema",
    "CancelSchema",
    "DaySchema",
    "GiveSchema",
    "NoteSchema",
    "PauseSchema",
    "RefundSchema",
    "StaffAmountSchema",
    "StaffCancelSchema",
    "StaffDaySchema",
    "StaffPauseSchema",
    "amount_of",
    "asking",
    "cancel_reasons",
    "give_schema",
]
