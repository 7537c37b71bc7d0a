"""The one transaction: all or nothing, callbacks after success alone, no nesting, instants aware."""

from datetime import datetime

import pytest
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from core import clock
from core.db import after_commit, commit_once, insert_once, transaction
from staff.organisation import Organisation


def organisation(slug: str = "one") -> Organisation:
    return Organisation(name="One", slug=slug, zone="UTC")


def test_what_is_written_stays_and_callbacks_run_afterwards(session: Session) -> None:
    called: list[str] = []
    with transaction() as inside:
        inside.add(organisation())
        after_commit(lambda: called.append("after"))
        assert called == []
    assert called == ["after"]
    assert session.query(Organisation).count() == 1


def test_an_exception_undoes_everything_and_calls_nothing(session: Session) -> None:
    called: list[str] = []
    with pytest.raises(ZeroDivisionError), transaction() as inside:
        inside.add(organisation())
        inside.flush()
        after_commit(lambda: called.append("after"))
        raise ZeroDivisionError
    assert called == []
    assert session.query(Organisation).count() == 0


def test_it_does_not_nest(session: Session) -> None:
    with transaction(), pytest.raises(RuntimeError, match="nest"), transaction():
        pass


def test_changes_made_outside_are_refused(session: Session) -> None:
    session.add(organisation())
    with pytest.raises(RuntimeError, match="outside"), transaction():
        pass


def test_it_begins_also_after_something_was_read(session: Session) -> None:
    session.query(Organisation).all()
    with transaction() as inside:
        inside.add(organisation())
    assert session.query(Organisation).count() == 1


def test_a_failing_callback_does_not_undo_the_answer(session: Session) -> None:
    with transaction() as inside:
        inside.add(organisation())
        after_commit(lambda: 1 / 0)
    assert session.query(Organisation).count() == 1


def test_a_callback_needs_a_transaction(session: Session) -> None:
    with pytest.raises(RuntimeError):
        after_commit(lambda: None)


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    made = organisation()
    made.created_at = datetime(2026, 1, 1)  # noqa: DTZ001
    session.add(made)
    with pytest.raises(StatementError, match="naive"):
        session.flush()
    session.rollback()


def test_instants_come_back_aware_and_equal(session: Session) -> None:
    made, now = organisation(), clock.now()
    made.created_at = now
    session.add(made)
    session.commit()
    session.expire_all()
    assert made.created_at == now
    assert made.created_at.utcoffset() is not None


def test_a_row_is_inserted_once(session: Session) -> None:
    row = {
        "id": "org_x",
        "name": "X",
        "slug": "x",
        "zone": "UTC",
        "tax_id": "",
        "contact": "",
        "created_at": clock.now(),
    }
    assert [insert_once(Organisation, **row) for _each in range(2)] == [True, False]


def test_a_row_committed_alone_is_there_once_and_not_inside_another_transaction(session: Session) -> None:
    row = {"id": "org_1", "name": "One", "slug": "one", "zone": "UTC"}
    row |= {"tax_id": "", "contact": "", "created_at": clock.now()}
    assert [commit_once(Organisation, **row) for _each in range(2)] == [True, False]
    with transaction(), pytest.raises(RuntimeError, match="nest"):
        commit_once(Organisation, **row)
