"""A merge: one donor became another address of a second one; what moved with it, and when it was undone."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from donors.people.donor import Donor
from staff.organisation import Organisation

#: What a row of a merge is: it moved, or, of the consents, it was added.
GIFT, RECURRING_GIFT, CONSENT, ADDRESS = "gift", "recurring_gift", "consent", "address"


class DonorMerge(Model):
    __tablename__ = "donor_merge"
    __table_args__ = (Index("ix_donor_merge_organisation", "organisation_id", "merged_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("merge"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id))
    kept_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), index=True)
    absorbed_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), index=True)
    #: As the audit trail names who did it.
    merged_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(Text, default="")

    @property
    def state(self) -> str:
        return "undone" if self.undone_at else "merged"


class MergeMove(Model):
    """One row that was the absorbed donor's and became the kept one's, or a word on news that the merge added."""

    __tablename__ = "donor_merge_move"

    merge_id: Mapped[str] = mapped_column(ForeignKey(DonorMerge.id), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_id: Mapped[str] = mapped_column(Id, primary_key=True)


class TwoPeople(Model):
    """Staff looked at two donors and said that they are two people: they are not suggested again."""

    __tablename__ = "donor_two_people"

    #: The smaller id first.
    one_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), primary_key=True)
    other_id: Mapped[str] = mapped_column(ForeignKey(Donor.id), primary_key=True)
    said_by: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
