"""The lawyers on a campaign's open matters, whom the approval of its public words asks for."""

from collections.abc import Iterator

from sqlalchemy import select

from campaigns.clearance import counsel
from campaigns.clearance.counsel import Counsel
from core.db import db
from legal.matters.matter import Matter, MatterParticipation
from legal.matters.screen import MatterScreen, screened
from legal.matters.timekeeper import Timekeeper
from staff.member import Member

#: Classes of timekeepers who are lawyers; paralegals, students and interpreters do not approve.
LAWYERS = ("PARTNR", "ASSOC", "OFCOUN", "STFATT")
#: Parts of an organisation that make its lawyers counsel of record.
OF_RECORD = ("lead_counsel", "co_counsel")


@counsel.of_record
def counsel_on_matters(campaign_id: str) -> Iterator[Counsel]:
    """Present members who are lawyers of an organisation that is counsel on an open matter, unless a screen keeps
    them from it."""
    query = (
        select(Timekeeper.member_id, Timekeeper.organisation_id, Matter.id)
        .join(Member, Member.id == Timekeeper.member_id)
        .join(MatterParticipation, MatterParticipation.organisation_id == Timekeeper.organisation_id)
        .join(Matter, Matter.id == MatterParticipation.matter_id)
        .where(
            Matter.campaign_id == campaign_id,
            Matter.closed_on.is_(None),
            MatterParticipation.part.in_(OF_RECORD),
            Timekeeper.classification.in_(LAWYERS),
            Member.left_at.is_(None),
        )
        .distinct()
    )
    for member_id, organisation_id, matter_id in db.session.execute(query):
        assert member_id is not None  # joined by it
        if db.session.scalar(screened(member_id).where(MatterScreen.matter_id == matter_id)) is None:
            yield Counsel(member_id, organisation_id)
