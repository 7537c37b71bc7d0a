"""Writing to donors what they did not ask for with a gift: refused without a consent, ended with one click.

Receipts and what a donor has to know of their own gifts go by donors/receipts/ and need no consent.
"""

from dataclasses import dataclass

from flask_babel import gettext as _

from core.errors import Conflict
from core.mail import queue_mail
from donors.people import consent
from donors.people.donor import Donor
from donors.receipts import links


@dataclass(frozen=True)
class Letter:
    """`key` names the occasion: nobody gets two letters of one occasion."""

    key: str
    subject: str
    text: str
    html: str | None = None


def write_news(donor: Donor, organisation_id: str, letter: Letter) -> None:
    """Queue news of an organisation to one donor. Raises Conflict `no_basis` unless they agreed to it."""
    to = donor.email
    if to is None or donor.erased_at is not None or not consent.holds(donor.id, organisation_id):
        raise Conflict("no_basis", _("This donor has not agreed to news by e-mail. Nothing was sent."))
    queue_mail(
        key=f"{letter.key}:{donor.id}",
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        unsubscribe_url=links.unsubscribe_url(donor.id, organisation_id),
    )
