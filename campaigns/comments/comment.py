"""A comment on public words on their way: read by members of every organisation that takes part, by nobody else."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.clearance.clearance import Clearance
from core import clock, ids
from core.db import Id, Model, UtcDateTime
from core.errors import Conflict
from staff.member import Member

OPEN, RESOLVED, DELETED = "open", "resolved", "deleted"
STATES = {
    OPEN: lazy_gettext("Open"),
    RESOLVED: lazy_gettext("Resolved"),
    DELETED: lazy_gettext("Deleted"),
}
TRANSITIONS = frozenset({(OPEN, RESOLVED), (RESOLVED, OPEN), (OPEN, DELETED), (RESOLVED, DELETED)})
LONGEST = 2000
#: For so long its author may change the words; then others have read them.
EDITABLE_FOR = timedelta(minutes=15)


class Comment(Model):
    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("state IN ('open','resolved','deleted')", name="state"),
        CheckConstraint("(state = 'deleted') = (body = '')", name="body"),
        Index("ix_comment_thread", "clearance_id", "written_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("comm"))
    clearance_id: Mapped[str] = mapped_column(ForeignKey(Clearance.id))
    #: The author's.
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[str] = mapped_column(ForeignKey(Member.id))
    #: Plain text; emptied when the comment is deleted, of which the row stays as a mark.
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=OPEN)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Who took the last step, and when; None while it has taken none.
    moved_by_id: Mapped[str | None] = mapped_column(ForeignKey(Member.id))
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    author: Mapped[Member] = relationship(foreign_keys=author_id, lazy="joined")

    @property
    def is_editable(self) -> bool:
        return self.state != DELETED and clock.now() < self.written_at + EDITABLE_FOR

    def move_to(self, state: str, *, by: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This comment is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state, self.moved_by_id, self.moved_at = state, by, clock.now()


class CommentMention(Model):
    """Somebody who was told of a comment by mail, once."""

    __tablename__ = "comment_mention"

    comment_id: Mapped[str] = mapped_column(ForeignKey(Comment.id), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey(Member.id), primary_key=True)
