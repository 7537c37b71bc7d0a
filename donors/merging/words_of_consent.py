"""What two donors' consents are once they are one person, and again afterwards.

The consent ledger is never edited: every word stays with the address under which it was said. The kept donor's newest
word is what holds, so a merge adds one where it has to be another, and undoing it adds the former one.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from core import clock
from core.db import db
from donors.people import consent
from donors.people.consent import Consent

MERGED, UNDONE = "merge", "merge undone"


def holding_together(kept_id: str, absorbed_id: str) -> dict[str, bool]:
    """For each organisation of which either has spoken: whether it may write news to the one person. A no wins."""
    ids = (kept_id, absorbed_id)
    asked = db.session.scalars(select(Consent.organisation_id).where(Consent.donor_id.in_(ids)).distinct())
    found: dict[str, bool] = {}
    for organisation_id in sorted(asked):
        newest = [consent.find_newest(each, organisation_id) for each in ids]
        found[organisation_id] = all(word.is_given for word in newest if word is not None)
    return found


def join(kept_id: str, absorbed_id: str) -> list[str]:
    """Add the words that make the kept donor's consents those of both; the ids of what was added."""
    added: list[str] = []
    for organisation_id, holds in holding_together(kept_id, absorbed_id).items():
        if consent.holds(kept_id, organisation_id) == holds:
            continue
        known = consent.find_newest(kept_id, organisation_id) or consent.find_newest(
            absorbed_id, organisation_id
        )
        assert known is not None
        added.append(_add(known, kept_id, is_given=holds, source=MERGED).id)
    return added


def part(added: Collection[str], kept_id: str, absorbed_id: str, *, since: datetime) -> None:
    """Give the kept donor their former word back where they have not spoken since. What was taken back since the
    merge is taken back for both."""
    own = db.session.scalars(select(Consent).where(Consent.donor_id == kept_id, Consent.at >= since)).all()
    for word in own:
        newest = consent.find_newest(kept_id, word.organisation_id)
        if newest is None or newest.id != word.id:
            continue
        if word.id in added:
            _add(word, kept_id, is_given=not word.is_given, source=UNDONE)
        elif not word.is_given:
            consent.take_back(absorbed_id, word.organisation_id, source=word.source)


def _add(known: Consent, donor_id: str, *, is_given: bool, source: str) -> Consent:
    row = Consent(
        donor_id=donor_id,
        organisation_id=known.organisation_id,
        purpose=known.purpose,
        is_given=is_given,
        wording=known.wording,
        source=source,
        at=max(clock.now(), known.at + timedelta(microseconds=1)),
    )
    db.session.add(row)
    db.session.flush()
    return row
