"""What one row is: a gift to import, a refund of another row, something to leave out, or bad and why.

It depends on the row and the mapping alone, so a dry run and the import judge alike.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.money import EXPONENTS, Money
from donors.importing import cells
from donors.importing.cells import Unreadable
from donors.importing.mapping import Mapping
from donors.importing.moments import moment
from donors.importing.presets import normal

OK, BAD, SKIPPED, REFUND = "ok", "bad", "skipped", "refund"
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
LONGEST_NAME, LONGEST_ID = 200, 200
#: As much as `Money` takes; the sum of a file stays far below what a column holds.
_MOST_MINOR = 10**12


@dataclass(frozen=True, slots=True)
class Judged:
    """`status` is `ok`, `bad`, `skipped` or `refund`; the last three say why by `rule`, and in which `column`."""

    number: int
    status: str
    rule: str = ""
    column: str = ""
    #: The source's own id; empty where it gives none.
    own_id: str = ""
    #: Tells apart gifts without an id of their own, but for equal ones of one day.
    fingerprint: str = ""
    #: Of a refund: the id of the row that it takes back.
    refund_of: str = ""
    payment_intent_id: str = ""
    amount: Money | None = None
    fee: Money | None = None
    paid_at: datetime | None = None
    email: str = ""
    name: str = ""
    employer: str = ""
    is_recurring: bool = False


class _Wrong(Exception):
    def __init__(self, status: str, rule: str, column: str) -> None:
        super().__init__(rule)
        self.status, self.rule, self.column = status, rule, column


class Judge:
    """Judges the rows of one file. `currency` is the drive's; `now` the moment after which no payment lies."""

    def __init__(self, header: Sequence[str], mapping: Mapping, *, currency: str, now: datetime) -> None:
        self._width = len(header)
        places = {name: place for place, name in enumerate(header)}
        self._places = {field: places[column] for field, column in mapping.columns.items()}
        self._mapping, self._currency, self._now = mapping, currency, now
        self._gifts, self._refunds = frozenset(mapping.gifts), frozenset(mapping.refunds)

    def judge(self, number: int, row: Sequence[str]) -> Judged:
        try:
            return self._judge(number, row)
        except _Wrong as wrong:
            own_id = self._cell(row, "external_id")[:LONGEST_ID]
            return Judged(number, wrong.status, wrong.rule, wrong.column, own_id=own_id)

    def _judge(self, number: int, row: Sequence[str]) -> Judged:
        if len(row) != self._width and any(cell.strip() for cell in row[self._width :]):
            raise _Wrong(BAD, "cells", "")
        self._leave_out(row)
        if self._kind(row) == REFUND:
            return self._refund(number, row)
        amount = self._amount(row)
        paid_at = self._paid_at(row)
        email, name = self._email(row), self._name(row)
        own_id = self._short(row, "external_id", LONGEST_ID)
        return Judged(
            number,
            OK,
            own_id=own_id,
            fingerprint="" if own_id else _fingerprint(paid_at, amount, email or name.casefold()),
            payment_intent_id=self._short(row, "payment_intent_id", LONGEST_ID),
            amount=amount,
            fee=self._fee(row, amount),
            paid_at=paid_at,
            email=email,
            name=name,
            employer=self._short(row, "employer", LONGEST_NAME),
            is_recurring=cells.says_recurring(self._cell(row, "recurring")),
        )

    def _cell(self, row: Sequence[str], field: str) -> str:
        place = self._places.get(field)
        return row[place].strip() if place is not None and place < len(row) else ""

    def _wrong(self, field: str, rule: str, status: str = BAD) -> _Wrong:
        return _Wrong(status, rule, self._mapping.columns.get(field, ""))

    def _short(self, row: Sequence[str], field: str, longest: int) -> str:
        text = " ".join(self._cell(row, field).split())
        if len(text) > longest:
            raise self._wrong(field, "long")
        return text

    def _leave_out(self, row: Sequence[str]) -> None:
        """What the row's own words say is no gift that was paid and kept."""
        if self._cell(row, "mode").lower() == "test":
            raise self._wrong("mode", "test", SKIPPED)
        if "status" in self._places:
            status, takes_back = self._state(row), self._kind(row) == REFUND
            rule = {cells.RETURNED: "refunded", cells.NOT_PAID: "not_paid", cells.WAITING: "waiting"}.get(
                status
            )
            if rule and not (takes_back and status == cells.RETURNED):
                raise self._wrong("status", rule, SKIPPED)
        if self._cell(row, "captured").lower() in {"false", "no", "0"}:
            raise self._wrong("captured", "waiting", SKIPPED)
        if self._cell(row, "refunded_on"):
            raise self._wrong("refunded_on", "refunded", SKIPPED)
        if self._kind(row) == SKIPPED:
            raise self._wrong("kind", "not_a_gift", SKIPPED)

    def _state(self, row: Sequence[str]) -> str:
        try:
            return cells.state(self._cell(row, "status"))
        except Unreadable as wrong:
            raise self._wrong("status", wrong.rule if self._cell(row, "status") else "missing") from None

    def _kind(self, row: Sequence[str]) -> str:
        if "kind" not in self._places:
            return OK
        word = normal(self._cell(row, "kind"))
        if word in self._refunds:
            return REFUND
        return OK if not self._gifts or word in self._gifts else SKIPPED

    def _refund(self, number: int, row: Sequence[str]) -> Judged:
        of = self._short(row, "refund_of", LONGEST_ID)
        amount = self._money(row, "amount", self._row_currency(row))
        back = Money(abs(amount.minor), amount.currency)
        column = self._mapping.columns.get("kind", "")
        return Judged(number, REFUND, "takes_back", column, refund_of=of, amount=back)

    def _row_currency(self, row: Sequence[str]) -> str:
        code = (self._cell(row, "currency") or self._mapping.currency).upper()
        if code not in EXPONENTS:
            raise self._wrong("currency", "currency")
        if code != self._currency:
            raise self._wrong("currency", "other_currency")
        return code

    def _money(self, row: Sequence[str], field: str, currency: str) -> Money:
        text = self._cell(row, field)
        if not text:
            raise self._wrong(field, "missing")
        try:
            found = cells.amount(text, currency, self._mapping.decimal)
        except Unreadable as wrong:
            raise self._wrong(field, wrong.rule) from None
        if abs(found.minor) > _MOST_MINOR:
            raise self._wrong(field, "amount_large")
        return found

    def _amount(self, row: Sequence[str]) -> Money:
        currency = self._row_currency(row)
        amount = self._money(row, "amount", currency)
        if amount.minor < 0:
            raise self._wrong("amount", "money_out", SKIPPED)
        if amount.minor == 0:
            raise self._wrong("amount", "nothing", SKIPPED)
        if not self._cell(row, "refunded"):
            return amount
        returned = self._money(row, "refunded", currency)
        kept = Money(amount.minor - abs(returned.minor), currency)
        if kept.minor <= 0:
            raise self._wrong("refunded", "refunded", SKIPPED)
        return kept

    def _fee(self, row: Sequence[str], amount: Money) -> Money | None:
        """What the processor kept; None where the file does not say, or says it in another currency."""
        own = self._cell(row, "fee_currency").upper()
        if not self._cell(row, "fee") or (own and own != amount.currency):
            return None
        try:
            fee = cells.amount(self._cell(row, "fee"), amount.currency, self._mapping.decimal)
        except Unreadable:
            raise self._wrong("fee", "fee") from None
        if abs(fee.minor) > amount.minor:
            raise self._wrong("fee", "fee")
        return Money(abs(fee.minor), amount.currency)

    def _paid_at(self, row: Sequence[str]) -> datetime:
        day = self._cell(row, "paid_on")
        if not day:
            raise self._wrong("paid_on", "missing")
        zone = self._cell(row, "zone") or self._mapping.zone
        try:
            return moment(day, self._cell(row, "paid_time"), zone, order=self._mapping.order, now=self._now)
        except Unreadable as wrong:
            field = {"time": "paid_time", "zone": "zone"}.get(wrong.rule, "paid_on")
            raise self._wrong(field if field in self._places else "paid_on", wrong.rule) from None

    def _email(self, row: Sequence[str]) -> str:
        address = self._cell(row, "email").lower()
        if address and (len(address) > 254 or not _ADDRESS.fullmatch(address)):
            raise self._wrong("email", "email")
        return address

    def _name(self, row: Sequence[str]) -> str:
        """The person's; the company's where none is given."""
        if cells.is_yes(self._cell(row, "anonymous")) and not self._cell(row, "email"):
            return ""
        whole = self._short(row, "name", LONGEST_NAME)
        parts = (self._short(row, "first_name", LONGEST_NAME), self._short(row, "last_name", LONGEST_NAME))
        return " ".join(filter(None, parts)) or whole or self._short(row, "company", LONGEST_NAME)


def _fingerprint(paid_at: datetime, amount: Money, donor: str) -> str:
    said = f"{paid_at.isoformat()}|{amount.minor}|{amount.currency}|{donor}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]
