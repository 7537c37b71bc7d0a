"""Staff pages and API ask whether an organisation takes part in a campaign."""

from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from core import clock


def lead(session: Session, drive: Drive) -> None:
    """The drive's organisation leads its campaign."""
    session.add(
        Partner(
            campaign_id=drive.campaign_id,
            organisation_id=drive.organisation_id,
            part="lead",
            accepted_at=clock.now(),
        )
    )
    session.commit()
