"""The day's check of all kept figures: totals, counts and snapshots against the rows they were counted from.

Public pages show kept totals. Whether these still are what ledger and gifts add up to is asked once a day, and told
when it is not so.
"""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.funds import verifying
from core import clock
from core.db import Model, UtcDateTime, db
from staff import alarming

EVERY = timedelta(days=1)
_WHOLE = "installation"
_MOST_TOLD = 20


class FiguresCheck(Model):
    """When the figures of the whole installation were last computed anew, and how many were not right: one row."""

    __tablename__ = "figures_check"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=_WHOLE)
    wrong: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)


def last_check() -> FiguresCheck | None:
    return db.session.get(FiguresCheck, _WHOLE)


def is_due() -> bool:
    row = last_check()
    return row is None or clock.now() >= row.checked_at + EVERY


def find_wrong() -> list[str]:
    """A sentence for each figure that is wrong in two looks: gifts that arrive between two questions of one look
    make it seem so, but not twice. Reads much; outside any transaction, so that nobody waits for it."""
    first = {_about(each) for each in _look()}
    return [each for each in _look() if _about(each) in first] if first else []


def _look() -> list[str]:
    found = [f"{name}: {each}" for name, sentences in verifying.verify_all() for each in sentences]
    db.session.rollback()  # the next look reads what has been written meanwhile
    return found


def _about(sentence: str) -> str:
    """What a sentence is about, without the amounts, which move on."""
    return ":".join(sentence.split(":")[:2])


def note(found: list[str]) -> None:
    """Write down how the check went, and tell the operators of what is wrong."""
    row = last_check() or FiguresCheck()
    row.wrong, row.checked_at = len(found), clock.now()
    db.session.add(row)
    db.session.flush()
    if found:
        _tell(found, row.checked_at)


def _tell(found: list[str], at: datetime) -> None:
    text = [
        _(
            "The daily check computed every public figure anew. These are not what the ledger and the gifts add up to:"
        ),
        "",
        *(f"- {each}" for each in found[:_MOST_TOLD]),
        "",
        _("`flask ledger verify` lists all of them. Nothing was changed."),
    ]
    alarming.tell_operators(f"figures:{at.isoformat()}", _("Public figures do not add up"), "\n".join(text))
