"""The export files of the systems that organisations leave are recognised, and each of their rows is what it is."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from donors.gifts.gift import Gift
from donors.importing import looking
from donors.importing.gift_import import ROW_BAD, ROW_SKIPPED
from donors.importing.presets import presets
from donors.offline.offline_gift import OfflineGift
from tests.donors.importing.conftest import SAMPLES, Importing, usd


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # pyright: ignore[reportArgumentType]


#: Of each sample: the gifts as (external id, minor units, fee, paid at, e-mail), and the other rows' (number, rule).
EXPECTED = {
    "stripe": (
        [
            ("ch_invented1", 5000, 175, at(2025, 3, 1, 14, 5, 6), "marta@example.org"),
            ("ch_invented2", 10000, 378, at(2025, 3, 2, 9), "iker@example.org"),
        ],
        [(4, "refunded"), (5, "not_paid"), (6, "other_currency")],
    ),
    "stripe_balance": (
        [("ch_balance1", 2500, 146, at(2025, 4, 1, 12), "ada@example.org")],
        [(3, "refunded"), (4, "takes_back"), (5, "takes_back"), (6, "not_a_gift")],
    ),
    "paypal": (
        [
            ("PAY0000001", 124000, 3655, at(2025, 5, 14, 16, 12, 44), "rosa@example.org"),
            ("PAY0000002", 2500, 102, at(2025, 5, 13, 15), "tom@example.org"),
        ],
        [(2, "takes_back"), (5, "not_a_gift"), (6, "waiting"), (7, "email")],
    ),
    "actblue": (
        [
            ("900001", 2700, 107, at(2025, 2, 4, 2, 15, 9), "wanda@example.org"),
            ("900002", 2700, 107, at(2025, 3, 4, 2, 15, 9), "wanda@example.org"),
            ("900003", 10000, 395, at(2025, 3, 4, 15), "xavi@example.org"),
        ],
        [(5, "refunded")],
    ),
    "givewp": (
        [
            ("4711", 100000, 0, at(2025, 3, 5, 20, 30), "zoe@example.org"),
            ("4712", 3500, 0, at(2025, 3, 6, 14, 5), "alba@example.org"),
        ],
        [(4, "not_paid"), (5, "test"), (6, "refunded")],
    ),
    "donorbox": (
        [
            ("70000001", 7500, 379, at(2025, 3, 4, 18, 30), "elio@example.org"),
            ("70000002", 1500, 100, at(2025, 3, 25, 8), "faye@example.org"),
        ],
        [(4, "refunded"), (5, "amount")],
    ),
}


def test_every_preset_has_a_sample() -> None:
    assert set(EXPECTED) == set(presets())


@pytest.mark.parametrize("key", EXPECTED)
def test_a_file_is_recognised_by_its_columns_and_imported(
    importing: Importing, session: Session, key: str
) -> None:
    found, done = importing.whole((SAMPLES / f"{key}.csv").read_bytes())
    expected, others = EXPECTED[key]
    assert (found.source_key, found.source) == (key, presets()[key].source)
    query = select(Gift).options(joinedload(Gift.donor)).order_by(Gift.external_id)
    gifts = [
        (gift.external_id, gift.amount_minor, gift.processing_fee_minor, gift.paid_at, gift.donor.email)
        for gift in session.scalars(query)
    ]
    assert gifts == expected
    assert done.imported == len(expected)
    left = session.scalars(looking.rows_of(found)).all()
    assert [(row.number, row.rule) for row in left if row.status in (ROW_BAD, ROW_SKIPPED)] == others


def test_what_recurs_is_noted_and_promises_nothing(importing: Importing, session: Session) -> None:
    importing.whole((SAMPLES / "actblue.csv").read_bytes())
    notes = session.execute(
        select(Gift.external_id, OfflineGift.note).join(OfflineGift, OfflineGift.gift_id == Gift.id)
    )
    assert {row[0]: row[1] for row in notes} == {"900001": "recurring", "900002": "recurring", "900003": ""}
    assert session.scalars(select(Gift.recurring_gift_id)).all() == [None, None, None]


def test_two_reports_of_one_system_bring_each_gift_once(importing: Importing) -> None:
    payments = (SAMPLES / "stripe.csv").read_bytes().replace(b"ch_invented1", b"ch_balance1")
    importing.whole((SAMPLES / "stripe_balance.csv").read_bytes())
    _found, done = importing.whole(payments)
    assert (done.imported, done.duplicates, done.sums["imported"]) == (1, 1, usd(10000))
