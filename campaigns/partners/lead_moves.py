"""What ends when the lead of a campaign moves, because whoever planned it speaks for the campaign no more.

Each module ends its own in the same transaction, and says in a sentence what both sides' owners read about it:

    @lead_moves.ends
    def stop_mailings(handover: LeadHandover) -> str: ...    empty where there was nothing to end
"""

from collections.abc import Callable

from sqlalchemy import select

from campaigns.partners.lead_handover import ACCEPTED, LeadHandover
from core.db import db

#: As `ended_because` of what was ended so.
LEAD_MOVED = "lead_moved"
Ender = Callable[[LeadHandover], str]

_enders: list[Ender] = []


def ends(ender: Ender) -> Ender:
    """Register an ender."""
    _enders.append(ender)
    return ender


def end_all(handover: LeadHandover) -> list[str]:
    """End what was planned, and say so."""
    return [sentence for sentence in (ender(handover) for ender in _enders) if sentence]


def latest(campaign_id: str) -> LeadHandover | None:
    """How the present lead came to it, where it was another organisation's before."""
    query = select(LeadHandover).where(
        LeadHandover.campaign_id == campaign_id, LeadHandover.state == ACCEPTED
    )
    return db.session.scalar(query.order_by(LeadHandover.decided_at.desc(), LeadHandover.id).limit(1))
