"""Whether something with words of its own is before the public: campaigns, drives, updates, timeline entries.

One meaning for every page, feed, embed, picture and JSON: published, not withdrawn, and the consent that it
stands on not run out. Public code asks `is_shown` in its statement or `is_public` of a row, and nothing else.
"""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import UtcDateTime


class Shown:
    """Mixin: when it was published, when it was taken back, and until when it may be shown."""

    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Taken out of sight: by counsel, by an edit, by the end of a consent. Its address answers 410 since.
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the client's consent ends; None while it is not bound to one.
    shown_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_public(self) -> bool:
        if self.published_at is None or self.withdrawn_at is not None:
            return False
        return self.shown_until is None or clock.now() < self.shown_until

    @property
    def standing(self) -> str:
        """`draft`, `public` or `withdrawn`."""
        if self.published_at is None:
            return "draft"
        return "public" if self.is_public else "withdrawn"

    @classmethod
    def is_shown(cls, at: datetime | BindParameter[datetime] | None = None) -> ColumnElement[bool]:
        """The same for a statement. `at` None: now; `AT` where the statement is built once and kept."""
        at = clock.now() if at is None else at
        return and_(
            cls.published_at.is_not(None),
            cls.withdrawn_at.is_(None),
            or_(cls.shown_until.is_(None), cls.shown_until > at),
        )


#: For statements that are built once: give `at` its value with each execution.
AT: BindParameter[datetime] = bindparam("at", type_=UtcDateTime)
