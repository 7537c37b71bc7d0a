"""The life of a gift, oldest first: what happened to it and when."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _

from core.i18n import money as money_text
from donors.gifts.debit import ARRIVED, Debit
from donors.gifts.gift import EXPIRED, FAILED, Gift
from donors.gifts.gift_void import GiftVoid
from donors.gifts.refund import Refund
from donors.receipts.receipt import Receipt
from donors.recurring import refusals


@dataclass(frozen=True)
class Happening:
    """One step: what, when (None where it is not known to the second), and its tone."""

    text: str
    at: datetime | None
    tone: str = ""


def _begin(gift: Gift) -> list[Happening]:
    if gift.is_offline:
        text = _("%(amount)s was received.", amount=money_text(gift.charged))
        return [Happening(text, gift.paid_at, "good")]
    is_later = gift.period_on is not None and gift.checkout_session_id is None
    text = _("The instalment was due.") if is_later else _("The donor sent the form.")
    return [Happening(text, gift.started_at)]


def life_of(
    gift: Gift,
    receipt: Receipt | None,
    refunds: list[Refund],
    *,
    debit: Debit | None = None,
    void: GiftVoid | None = None,
) -> list[Happening]:
    steps = _begin(gift)
    if debit is not None:
        steps += _debit(debit)
    if gift.is_offline:
        if void is not None:
            steps.append(Happening(_("It was taken back: it was no gift after all."), void.at, "bad"))
    elif gift.paid_at is not None:
        steps.append(
            Happening(_("%(amount)s was paid.", amount=money_text(gift.charged)), gift.paid_at, "good")
        )
    elif gift.state == FAILED:
        steps.append(Happening(_("The payment failed. No money moved."), None, "bad"))
    elif gift.state == EXPIRED:
        steps.append(Happening(_("The payment page closed unpaid. No money moved."), None))
    if receipt is not None:
        steps.append(Happening(_("Receipt %(number)s was issued.", number=receipt.label), receipt.issued_at))
        if receipt.mailed_at is not None:
            steps.append(Happening(_("The receipt was mailed."), receipt.mailed_at))
    for row in refunds:
        steps += _refund(row)
    return sorted(steps, key=_second)


def _debit(row: Debit) -> list[Happening]:
    steps = [Happening(_("The donor's bank was asked. It answers within days."), row.begun_at)]
    if row.ended_at is not None:
        text = _("The bank paid.") if row.state == ARRIVED else _refused(row)
        steps.append(Happening(text, row.ended_at, "good" if row.state == ARRIVED else "bad"))
    return steps


def _refused(row: Debit) -> str:
    if not row.refusal:
        return _("The bank did not pay. No money moved.")
    return _("The bank did not pay: %(why)s. No money moved.", why=refusals.words(row.refusal))


def _second(step: Happening) -> datetime:
    """Stripe tells whole seconds: steps of one second stay in the order of what follows what."""
    return step.at.replace(microsecond=0) if step.at else datetime.max.replace(tzinfo=UTC)


def _refund(row: Refund) -> list[Happening]:
    amount = money_text(row.amount)
    steps: list[Happening] = []
    if row.asked_by == "bank":
        return [
            Happening(
                _("The donor's bank kept %(amount)s.", amount=amount), row.done_at or row.asked_at, "bad"
            )
        ]
    if row.asked_by != "stripe":
        steps.append(Happening(_("A refund of %(amount)s was decided.", amount=amount), row.asked_at))
    if row.done_at is not None:
        steps.append(Happening(_("%(amount)s went back.", amount=amount), row.done_at, "warn"))
        if row.undone_at is not None:
            text = _("The card did not take %(amount)s. It is with us again.", amount=amount)
            steps.append(Happening(text, row.undone_at, "bad"))
    elif row.failed_at is not None:
        text = _("Stripe refused to give %(amount)s back. No money moved.", amount=amount)
        steps.append(Happening(text, row.failed_at, "bad"))
    return steps
