"""The links in a donor's mails: signed, without a password, and never logged (a log line names the route)."""

from flask import current_app

from core.web import signed_links

RECURRING, RECEIPT = "manage-recurring-gift", "read-receipt"
UNSUBSCRIBE = "end-news"
EMPLOYER = "employer-match"
PLEDGE = "pay-pledge"


def manage_url(recurring_gift_id: str) -> str:
    """The address at which the reader of a receipt changes or ends the recurring gift."""
    return f"{_base()}/my/recurring/{signed_links.sign(recurring_gift_id, RECURRING)}"


def card_url(recurring_gift_id: str) -> str:
    """The address that leads straight to Stripe's page for a new card."""
    return f"{manage_url(recurring_gift_id)}/card"


def receipt_url(receipt_id: str) -> str:
    """The address of a receipt as a PDF document."""
    return f"{_base()}/my/receipts/{signed_links.sign(receipt_id, RECEIPT)}.pdf"


def pledge_url(pledge_id: str) -> str:
    """The address at which a promise is paid; its form is filled in."""
    return f"{_base()}/pledges/{signed_links.sign(pledge_id, PLEDGE)}"


def unsubscribe_url(donor_id: str, organisation_id: str) -> str:
    """The address at which one click ends an organisation's news to a donor."""
    return f"{_base()}/my/unsubscribe/{signed_links.sign(f'{donor_id} {organisation_id}', UNSUBSCRIBE)}"


def employer_url(employer_match_id: str) -> str:
    """The address at which a donor says that a claim is submitted to the employer."""
    return f"{_base()}/my/employer/{signed_links.sign(employer_match_id, EMPLOYER)}"


def read(token: str, purpose: str) -> str | None:
    """The id that a link of this purpose names, or None for one that we did not sign."""
    return signed_links.read(token, purpose)


def _base() -> str:
    return current_app.config["BASE_URL"]
