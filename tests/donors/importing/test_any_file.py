"""Whatever a file holds: the dry run tells what the import does, a second import does nothing, undo restores all."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from donors.gifts.gift import Gift
from donors.importing.gift_import import ROW_IMPORTED, ROW_OK
from tests.donors.importing.conftest import Figures, Importing, csv_of, usd

HEADER = ["Id", "Date", "Amount", "Refunded", "Fee", "Currency", "Status", "Email", "Name", "Kind", "Of"]
COLUMNS = {
    "external_id": "Id",
    "paid_on": "Date",
    "amount": "Amount",
    "refunded": "Refunded",
    "fee": "Fee",
    "currency": "Currency",
    "status": "Status",
    "email": "Email",
    "name": "Name",
    "kind": "Kind",
    "refund_of": "Of",
}

ids = st.sampled_from(["", "a", "b", "c", "d", "e"])
rows = st.tuples(
    ids,
    st.sampled_from(["2 days ago", "2 days ago", "70 days ago", "someday", ""]),
    st.sampled_from(["10.00", "10.00", "25.50", "0", "-5", "ten", ""]),
    st.sampled_from(["", "", "0.00", "4.00", "10.00"]),
    st.sampled_from(["", "0.50", "-0.50", "99", "much"]),
    st.sampled_from(["USD", "usd", "", "EUR", "XXX"]),
    st.sampled_from(["paid", "Paid", "refunded", "failed", "pending", "whatever"]),
    st.sampled_from(["", "ana@example.org", "Ana@example.org", "ben@example.org", "nobody"]),
    st.sampled_from(["", "Ana Invented", "ana  invented"]),
    st.sampled_from(["gift", "gift", "gift", "refund", "payout"]),
    ids,
)


def days(row: tuple[str, ...]) -> list[str]:
    now = clock.now()
    ago = {"2 days ago": 2, "70 days ago": 70}
    said = (now - timedelta(days=ago[row[1]])).date().isoformat() if row[1] in ago else row[1]
    return [row[0], said, *row[2:]]


@given(table=st.lists(rows, min_size=1, max_size=14), size=st.integers(1, 5))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_mix_of_rows(
    importing: Importing,
    session: Session,
    figures: Callable[[], Figures],
    table: list[tuple[str, ...]],
    size: int,
) -> None:
    """Pieces of so few rows, so that what belongs together lies in several."""
    data, before = csv_of(HEADER, map(days, table)), figures()
    found = importing.upload(data, "Some system", piece_rows=size)
    found.mapping = {**found.mapping, "columns": COLUMNS, "gifts": ["gift"], "refunds": ["refund"]}
    session.commit()
    checked = importing.check(found)
    assert figures() == before
    assert sum(checked.counts.values()) == found.rows
    done = importing.start(found)
    assert done.counts.get(ROW_IMPORTED, 0) == checked.counts.get(ROW_OK, 0)
    assert done.sums.get(ROW_IMPORTED) == checked.sums.get(ROW_OK)
    renamed = {ROW_OK: ROW_IMPORTED}
    assert done.counts == {renamed.get(status, status): rows for status, rows in checked.counts.items()}
    after = figures()
    assert after["raised"] == checked.counting[1] == done.counting[1]
    assert after["gifts"] == checked.counting[0]
    came = session.scalar(select(func.sum(Gift.amount_minor)).where(Gift.state == "settled")) or 0
    assert usd(int(came)) == done.sums.get(ROW_IMPORTED, usd(0))
    again = importing.upload(data, "Some system")
    checked_again = importing.check(again)
    assert checked_again.to_import == 0
    assert importing.start(again).imported == 0
    assert figures() == after
    importing.undo(found)
    assert figures() == before
