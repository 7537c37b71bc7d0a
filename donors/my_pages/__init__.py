"""`/my/`: what donors do with their gifts, from the links in their mails or signed in by a link."""

from donors.my_pages import changes, employers, gifts, recurring, signing_in, unsubscribing, ways_to_pay
from donors.my_pages.blueprint import bp

__all__ = ["bp", "changes", "employers", "gifts", "recurring", "signing_in", "unsubscribing", "ways_to_pay"]
