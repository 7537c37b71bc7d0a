"""A public drive of the case's campaign, and stages for its budget."""

from datetime import timedelta

from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from campaigns.funds.ledger import Line
from core import clock
from core.db import transaction
from core.money import Money
from legal.budget.stage import BudgetStage
from legal.budget.stage_terms import StageTerms
from legal.budget.staging import add_stage
from tests.clearing import show_names
from tests.legal.conftest import Case, usd


def open_drive(
    session: Session, case: Case, *, is_public: bool = True, slug: str = "bond", days_ago: int = 30
) -> Drive:
    """Paid into the case's fund; on its page where `is_public`."""
    at = clock.now() - timedelta(days=days_ago)
    case.campaign.published_at = case.campaign.published_at or at
    made = Drive(
        campaign_id=case.campaign.id,
        organisation_id=case.campaign.organisation_id,
        fund_id=case.fund.id,
        slug=slug,
        title="A bond for Carlos",
        summary="",
        story="He waits.",
        currency="USD",
        opens_at=at,
        zone="America/Chicago",
        published_at=at if is_public else None,
    )
    session.add(made)
    session.commit()
    return made


def stage(case: Case, drive: Drive, name: str, estimate: str, **more: object) -> BudgetStage:
    with transaction():
        terms = StageTerms(name=name, estimate=usd(estimate), **more)  # pyright: ignore[reportArgumentType]
        added = add_stage(case.actor("alice"), drive.id, terms)
        show_names(drive.id)
        return added


def raise_money(case: Case, drive: Drive, amount: Money, *, source: str = "gift_a") -> None:
    """As a settled gift to the drive does."""
    with transaction():
        ledger.post(
            kind="gift_settled",
            source=source,
            fund_id=case.fund.id,
            lines=[Line(ledger.STRIPE, amount), Line(ledger.GIFTS, -amount, drive.id)],
            occurred_at=clock.now(),
        )
