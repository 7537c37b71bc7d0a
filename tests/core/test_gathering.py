"""Writes that wait for the end of a transaction, and rows locked all at once."""

import pytest
from sqlalchemy.orm import Session

from core.db import add_to_rows, lock, lock_all, transaction
from core.gathering import gather, gathering, write_out
from donors.receipts.receipt import ReceiptSeries
from staff.organisation import Organisation
from tests.statements import statements

made: list[list[str]] = []


def add_all(waiting: list[str]) -> None:
    made.append(waiting)


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    made.clear()


def test_outside_a_block_each_is_written_at_once(session: Session) -> None:
    gather(add_all, "a")
    gather(add_all, "b")
    assert made == [["a"], ["b"]]


def test_inside_they_are_written_together_at_its_end(session: Session) -> None:
    with transaction(), gathering():
        gather(add_all, "a")
        gather(add_all, "b")
        assert made == []
    assert made == [["a", "b"]]


def test_who_is_about_to_read_has_them_written_before(session: Session) -> None:
    with transaction(), gathering():
        gather(add_all, "a")
        write_out()
        assert made == [["a"]]
        gather(add_all, "b")
    assert made == [["a"], ["b"]]


def test_a_block_that_fails_writes_nothing_and_the_next_begins_empty(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), transaction(), gathering():
        gather(add_all, "a")
        raise ZeroDivisionError
    with transaction(), gathering():
        gather(add_all, "b")
    assert made == [["b"]]


def test_it_does_not_nest(session: Session) -> None:
    with transaction(), gathering(), pytest.raises(RuntimeError, match="nest"), gathering():
        pass


def organisations(session: Session) -> list[Organisation]:
    rows = [Organisation(name=each, slug=each, zone="UTC") for each in ("one", "two", "three")]
    session.add_all(rows)
    session.commit()
    return rows


def test_locked_rows_are_not_asked_for_again(session: Session) -> None:
    ids = [each.id for each in organisations(session)]
    with transaction():
        found = lock_all(Organisation, [*ids, "org_missing"])
        with statements() as asked:
            assert [lock(Organisation, each.id) for each in found] == found
        assert asked == []
        assert lock(Organisation, "org_missing") is None
    assert sorted(each.id for each in found) == sorted(ids)


def test_the_next_transaction_asks_anew(session: Session) -> None:
    ids = [each.id for each in organisations(session)]
    with transaction():
        lock_all(Organisation, ids)
    with transaction(), statements() as asked:
        lock(Organisation, ids[0])
    assert len(asked) == 1


def test_rows_are_locked_inside_a_transaction_alone(session: Session) -> None:
    with pytest.raises(RuntimeError, match="outside"):
        lock_all(Organisation, ["org_one"])


def test_many_counters_move_by_one_statement(session: Session) -> None:
    ids = sorted(each.id for each in organisations(session))

    def add(count: int) -> list[int]:
        rows = [{"organisation_id": each, "year": 2026, "last": count} for each in ids]
        found = add_to_rows(ReceiptSeries, ("organisation_id", "year"), ("last",), rows)
        assert sorted(each.organisation_id for each in found) == ids
        return [each.last for each in found]

    assert add(2) == [2, 2, 2]
    with statements() as asked:
        assert add(3) == [5, 5, 5]
    assert len(asked) == 1
    assert add_to_rows(ReceiptSeries, ("organisation_id", "year"), ("last",), []) == []
