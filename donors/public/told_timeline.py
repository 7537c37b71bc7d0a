"""The timeline of a case as the public reads it: a month, what happened, and no nearer place than was allowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from campaigns.timeline.timeline_entry import HAPPENINGS, TimelineEntry
from core.db import db

MOST_STEPS = 40


@dataclass(frozen=True)
class ToldStep:
    """One line of the timeline; `on` is the first day of its month."""

    text: str
    on: date
    done: bool = True


def step(what: str, words: str, place: str, month: date) -> ToldStep:
    name = str(HAPPENINGS[what])
    told = f"{name}: {words}" if words else name
    return ToldStep(f"{told} ({place})" if place else told, month)


def of_campaign(campaign_id: str) -> list[ToldStep]:
    """The steps that may be told today, in their order."""
    query = (
        select(TimelineEntry)
        .where(TimelineEntry.campaign_id == campaign_id, TimelineEntry.is_told())
        .order_by(TimelineEntry.month.desc(), TimelineEntry.published_at.desc())
        .limit(MOST_STEPS)
    )
    return in_order(step(each.what, each.words, each.place, each.month) for each in db.session.scalars(query))


def in_order(steps: Iterable[ToldStep]) -> list[ToldStep]:
    """Oldest month first."""
    return sorted(steps, key=lambda each: each.on)
