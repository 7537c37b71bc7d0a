"""What a bar asks of a matter: whom the work is for, through what it came, and whether a fee was expected.

Work for which a fee was expected at the outset is not pro bono, whatever became of the fee; fees that were
billed and not paid never count.
"""

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, db
from core.errors import Invalid
from legal.matters.matter import get_matter
from staff import audit
from staff.access import Actor

BENEFICIARIES = {
    "limited_means": lazy_gettext("A person of limited means"),
    "organisation": lazy_gettext("An organisation that serves people of limited means"),
    "civic": lazy_gettext("Charity, civil rights or the public"),
    "training": lazy_gettext("Training in giving such services"),
}
CHANNELS = {
    "program": lazy_gettext("Through an organised program"),
    "own": lazy_gettext("On their own"),
    "collective": lazy_gettext("Under a collective plan of the firm"),
}
DEFAULT_BENEFICIARY, DEFAULT_CHANNEL = "limited_means", "program"


class ProBonoStanding(Model):
    """A matter without a row is work for a person of limited means through a program, without a fee."""

    __tablename__ = "pro_bono_standing"
    __table_args__ = (
        CheckConstraint(
            "beneficiary IN ('limited_means','organisation','civic','training')", name="beneficiary"
        ),
        CheckConstraint("channel IN ('program','own','collective')", name="channel"),
    )

    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), primary_key=True)
    beneficiary: Mapped[str] = mapped_column(Text, default=DEFAULT_BENEFICIARY)
    channel: Mapped[str] = mapped_column(Text, default=DEFAULT_CHANNEL)
    fee_expected_at_outset: Mapped[bool] = mapped_column(default=False)


def find_standing(matter_id: str) -> ProBonoStanding:
    """The row, or what holds where there is none."""
    found = db.session.get(ProBonoStanding, matter_id)
    return found or ProBonoStanding(
        matter_id=matter_id,
        beneficiary=DEFAULT_BENEFICIARY,
        channel=DEFAULT_CHANNEL,
        fee_expected_at_outset=False,
    )


def set_standing(
    actor: Actor, matter_id: str, *, beneficiary: str, channel: str, fee_expected_at_outset: bool
) -> ProBonoStanding:
    """Say what a matter is to a bar. Raises NotFound, Invalid on beneficiary, channel."""
    actor.require("matters.edit")
    matter = get_matter(actor, matter_id)
    wrong: dict[str, list[str]] = {}
    if beneficiary not in BENEFICIARIES:
        wrong["beneficiary"] = [_("Choose one of: %(known)s.", known=", ".join(BENEFICIARIES))]
    if channel not in CHANNELS:
        wrong["channel"] = [_("Choose one of: %(known)s.", known=", ".join(CHANNELS))]
    if wrong:
        raise Invalid(wrong)
    query = select(ProBonoStanding).where(ProBonoStanding.matter_id == matter.id).with_for_update()
    standing = db.session.scalar(query)
    before = _told(standing) if standing else None
    if standing is None:
        standing = ProBonoStanding(matter_id=matter.id)
        db.session.add(standing)
    standing.beneficiary, standing.channel = beneficiary, channel
    standing.fee_expected_at_outset = fee_expected_at_outset
    db.session.flush()
    audit.record(actor, "matter.pro_bono_described", matter.id, before=before, after=_told(standing))
    return standing


def _told(standing: ProBonoStanding) -> dict[str, object]:
    return {
        "beneficiary": standing.beneficiary,
        "channel": standing.channel,
        "fee_expected_at_outset": standing.fee_expected_at_outset,
    }
