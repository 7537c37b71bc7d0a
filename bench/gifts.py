"""Many settled gifts at once: the rows that settling would have written, and every total it would have kept."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.stage import DAYS, ZONE, Stage
from campaigns.funds import ledger
from campaigns.funds.ledger import LedgerEntry, LedgerGroup, LedgerTotal
from core import ids
from core.db import Model
from donors.figures.tally import DriveDay, DriveDonor, DriveTotal, NewMonthlyDonor
from donors.gifts.gift import PARTLY_REFUNDED, PENDING, SETTLED, Gift
from donors.gifts.refund import Refund
from donors.people.donor import Donor
from donors.people.sameness import address_key, name_key
from donors.receipts.receipt import Receipt, ReceiptSeries
from donors.recurring.recurring_gift import ACTIVE, RecurringGift

Rows = dict[type[Model], list[dict[str, Any]]]
AMOUNTS = (1000, 1500, 2500, 5000, 5000, 10_000, 25_000)
_NAMES = ("Ana Lopez", "Ben Carter", "Chidi Okafor", "Dana Kim", "Elif Demir")
_CURRENCY = "USD"


@dataclass
class Kept:
    """Totals that gifts move, added up while their rows are made."""

    balances: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    gifts_of: Counter[str] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)
    gifts: int = 0
    new_monthly: int = 0


def fee_of(charged: int) -> int:
    """What Stripe keeps of a payment, in cents: 2.9 % and 30."""
    return charged * 29 // 1000 + 30


def rows_of(stage: Stage, count: int, batch: int = 10_000) -> Iterator[Rows]:
    """`count` gifts of six people to ten gifts, in batches; the last batch holds the totals. Every tenth
    gift is monthly, every third covers the fee, every fiftieth is partly refunded."""
    kept = Kept()
    people = [ids.new_id("donor") for _ in range(max(1, count * 6 // 10))]
    step = timedelta(days=DAYS) / count
    begins_at = stage.now - timedelta(days=DAYS)
    for first in range(0, count, batch):
        rows: Rows = {model: [] for model in _ORDER}
        for number in range(first, min(first + batch, count)):
            person = number % len(people)
            if number < len(people):
                rows[Donor].append(_donor(stage, people[person], person))
            gift = _gift(stage, people[person], number, begins_at + step * number)
            _settle(rows, kept, stage, gift)
        yield rows
    yield _totals(stage, kept)


#: Parents before children; entries before the group that closes them.
_ORDER = (Donor, RecurringGift, Gift, NewMonthlyDonor, Receipt, Refund, LedgerEntry, LedgerGroup)


def pending(stage: Stage, count: int) -> list[dict[str, Any]]:
    """Gifts of one donor each that wait for their payment; the donors come first in `donors_of`."""
    return [
        _gift(stage, ids.new_id("donor"), number, stage.now)
        | {"state": PENDING, "paid_at": None, "processing_fee_minor": None, "counts": False}
        for number in range(count)
    ]


def donors_of(stage: Stage, gifts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The donors of pending gifts."""
    return [_donor(stage, gift["donor_id"], 10_000_000 + n) for n, gift in enumerate(gifts)]


def _donor(stage: Stage, donor_id: str, number: int) -> dict[str, Any]:
    email, name = f"donor{number}@example.org", _NAMES[number % len(_NAMES)]
    return {
        "id": donor_id,
        "organisation_id": stage.organisation_id,
        "email": email,
        "address_key": address_key(email),
        "name": name,
        "name_key": name_key(name),
        "language": "en",
        "first_seen_at": stage.now,
    }


def _gift(stage: Stage, donor_id: str, number: int, at: datetime) -> dict[str, Any]:
    amount = AMOUNTS[number % len(AMOUNTS)]
    cover = fee_of(amount) if number % 3 == 0 else 0
    gift_id = ids.new_id("gift")
    return {
        "id": gift_id,
        "organisation_id": stage.organisation_id,
        "drive_id": stage.drive_id,
        "fund_id": stage.fund_id,
        "donor_id": donor_id,
        "recurring_gift_id": None,
        "period_on": None,
        "state": SETTLED,
        "amount_minor": amount,
        "currency": _CURRENCY,
        "fee_cover_minor": cover,
        "refunded_minor": 0,
        "processing_fee_minor": fee_of(amount + cover),
        "counts": True,
        "language": "en",
        "donor_name": _NAMES[number % len(_NAMES)],
        "public_name": _NAMES[number % len(_NAMES)].split()[0],
        "message": "Stay strong." if number % 5 == 0 else "",
        "tribute_kind": "",
        "tribute_name": "",
        "employer": "",
        "started_at": at - timedelta(seconds=90),
        "paid_at": at,
        "payment_intent_id": f"pi_{gift_id[5:]}",
    }


def _settle(rows: Rows, kept: Kept, stage: Stage, gift: dict[str, Any]) -> None:
    number = kept.gifts
    kept.gifts += 1
    amount, cover, fee = gift["amount_minor"], gift["fee_cover_minor"], gift["processing_fee_minor"]
    here = stage.drive_id
    lines = [
        (ledger.STRIPE, "", amount + cover - fee),
        (ledger.PROCESSING_FEES, here, fee),
        (ledger.GIFTS, here, -amount),
        (ledger.FEE_COVER, here, -cover),
    ]
    day = gift["paid_at"].astimezone(ZoneInfo(ZONE))
    kept.days[day.date()] += amount
    kept.years[day.year] += 1
    kept.gifts_of[gift["donor_id"]] += 1
    if number % 10 == 0 and kept.gifts_of[gift["donor_id"]] == 1:
        _promise(rows, kept, gift)
    _post(rows, kept, stage, "gift_settled", gift["id"], lines, gift["paid_at"])
    if number % 50 == 0:
        _refund(rows, kept, stage, gift)
    rows[Gift].append(gift)
    rows[Receipt].append(_receipt(gift, day.year, kept.years[day.year]))


def _promise(rows: Rows, kept: Kept, gift: dict[str, Any]) -> None:
    """Make the gift the first instalment of a monthly one."""
    promise_id = ids.new_id("recur")
    kept.new_monthly += 1
    same = ("organisation_id", "drive_id", "donor_id", "amount_minor", "currency", "fee_cover_minor")
    promise = {name: gift[name] for name in (*same, "started_at")}
    promise |= {"id": promise_id, "state": ACTIVE, "rhythm": "month", "first_paid_at": gift["paid_at"]}
    rows[RecurringGift].append(promise | {"subscription_id": f"sub_{promise_id[6:]}"})
    rows[NewMonthlyDonor].append(
        {
            "drive_id": gift["drive_id"],
            "donor_id": gift["donor_id"],
            "recurring_gift_id": promise_id,
            "position": kept.new_monthly,
            "counted_at": gift["paid_at"],
            "lost_because": "",
        }
    )
    gift |= {"recurring_gift_id": promise_id, "period_on": gift["paid_at"].date()}


def _refund(rows: Rows, kept: Kept, stage: Stage, gift: dict[str, Any]) -> None:
    """Give five dollars back on the day they came."""
    back, at, refund_id = 500, gift["paid_at"], ids.new_id("refund")
    same = {"gift_id": gift["id"], "amount_minor": back, "currency": _CURRENCY}
    made = {"asked_by": "stripe", "reason": "", "asked_at": at, "done_at": at}
    rows[Refund].append({"id": refund_id, "stripe_refund_id": f"re_{refund_id[7:]}"} | same | made)
    lines = [(ledger.REFUNDS, stage.drive_id, back), (ledger.STRIPE, "", -back)]
    _post(rows, kept, stage, "refund", refund_id, lines, at)
    kept.days[at.astimezone(ZoneInfo(ZONE)).date()] -= back
    gift |= {"refunded_minor": back, "state": PARTLY_REFUNDED}


def _post(
    rows: Rows,
    kept: Kept,
    stage: Stage,
    kind: str,
    source: str,
    lines: Sequence[tuple[str, str, int]],
    at: datetime,
) -> None:
    group_id = ids.new_id("grp")
    for account, drive_id, minor in lines:
        if not minor:
            continue
        kept.balances[account, drive_id] += minor
        entry = {"group_id": group_id, "fund_id": stage.fund_id, "drive_id": drive_id, "account": account}
        rows[LedgerEntry].append(entry | {"amount_minor": minor, "currency": _CURRENCY})
    group = {"id": group_id, "kind": kind, "source": source, "occurred_at": at, "posted_at": at}
    rows[LedgerGroup].append(group)


def _receipt(gift: dict[str, Any], year: int, number: int) -> dict[str, Any]:
    same = ("organisation_id", "amount_minor", "fee_cover_minor", "currency", "paid_at")
    own = {"id": ids.new_id("rcpt"), "gift_id": gift["id"], "year": year, "number": number}
    own |= {"donor_name": _NAMES[number % len(_NAMES)], "issued_at": gift["paid_at"]}
    return {name: gift[name] for name in same} | own | {"mailed_at": gift["paid_at"]}


def _totals(stage: Stage, kept: Kept) -> Rows:
    drive = {"drive_id": stage.drive_id}
    balances = [
        {"fund_id": stage.fund_id, "drive_id": drive_id, "account": account, "currency": _CURRENCY}
        | {"balance_minor": minor}
        for (account, drive_id), minor in kept.balances.items()
    ]
    counts = {"gifts": kept.gifts, "donors": len(kept.gifts_of)}
    return {
        LedgerTotal: balances,
        DriveTotal: [drive | counts | {"new_monthly_donors": kept.new_monthly}],
        DriveDonor: [drive | {"donor_id": who, "gifts": n} for who, n in kept.gifts_of.items()],
        DriveDay: [drive | {"on_day": day, "raised_minor": minor} for day, minor in kept.days.items()],
        ReceiptSeries: [
            {"organisation_id": stage.organisation_id, "year": year, "last": last}
            for year, last in kept.years.items()
        ],
    }
