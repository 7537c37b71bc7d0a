"""Collecting an invoice: at once, again after days, and what a refusal means for the subscription."""

from sandbox.account import Account
from sandbox.agenda import timed
from sandbox.billing.cancelling import cancel_now
from sandbox.billing.invoice import finalize, mark_paid
from sandbox.billing.invoice_payment import settle
from sandbox.payments.bank_debit import ON_ANSWER
from sandbox.payments.payment_intent import LATER, confirm
from sandbox.protocol.error import StripeError
from sandbox.protocol.views import Object

_DAY = 24 * 3600


def collect(
    account: Account, invoice: Object, presence: str, method: str | None = None
) -> StripeError | None:
    """Tries once. Answers the card's refusal, after the subscription has taken note of it."""
    intent = account.get("payment_intent", invoice["_intent"])
    chosen = method or _method_of(account, invoice)
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    try:
        if chosen is None:
            raise StripeError("This customer has no attached payment source or default payment method.")
        confirm(account, intent, account.get("payment_method", chosen), presence)
        if intent["status"] == "processing":
            _wait_for_bank(account, invoice)
            return None
        if intent["status"] != "succeeded":
            raise StripeError(
                "This invoice's payment needs an additional action.",
                status=402,
                code="invoice_payment_intent_requires_action",
            )
    except StripeError as refusal:
        _take_refusal(account, invoice)
        return refusal
    _take_payment(account, invoice)
    return None


def _take_payment(account: Account, invoice: Object) -> None:
    settle(account, invoice)
    mark_paid(account, invoice)
    _set_status(account, invoice, "active", instead_of=("incomplete", "past_due", "unpaid"))


def _wait_for_bank(account: Account, invoice: Object) -> None:
    """A debit was asked for: the invoice stays open until the bank has answered, and the subscription begins."""
    invoice["next_payment_attempt"] = None
    account.save(invoice)
    account.emit("invoice.updated", invoice)
    _set_status(account, invoice, "active", instead_of=("incomplete",))


def _take_answer(account: Account, intent: Object) -> None:
    """The bank has answered a debit that pays an invoice. One that it refused is not tried again: Stripe spares
    everybody the banks' fees."""
    invoice = account.find("invoice", intent.get("_invoice"))
    if invoice is None or invoice["status"] in ("paid", "draft"):
        return
    if intent["status"] == "succeeded":
        _take_payment(account, invoice)
        return
    account.emit("invoice.payment_failed", invoice)
    account.emit("invoice.updated", invoice)
    _set_status(account, invoice, "past_due", instead_of=("active", "trialing"))


ON_ANSWER.append(_take_answer)


def _method_of(account: Account, invoice: Object) -> str | None:
    subscription = account.get("subscription", invoice["_subscription"])
    customer = account.get("customer", invoice["customer"])
    return subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]


def _take_refusal(account: Account, invoice: Object) -> None:
    pauses = account.world.settings.retry_after_days
    first = invoice["billing_reason"] == "subscription_create"
    attempts = invoice["attempt_count"]
    is_left_alone = not first and not invoice["auto_advance"]
    goes_on = not first and not is_left_alone and attempts <= len(pauses)
    invoice["next_payment_attempt"] = account.now + pauses[attempts - 1] * _DAY if goes_on else None
    account.save(invoice)
    account.emit("invoice.payment_failed", invoice)
    if _needs_the_payer(account, invoice):
        account.emit("invoice.payment_action_required", invoice)
    account.emit("invoice.updated", invoice)
    if first:
        return
    _set_status(account, invoice, "past_due", instead_of=("active", "trialing"))
    if not goes_on and not is_left_alone:
        subscription = account.get("subscription", invoice["_subscription"])
        cancel_now(account, subscription, reason="payment_failed")


def _needs_the_payer(account: Account, invoice: Object) -> bool:
    intent = account.get("payment_intent", invoice["_intent"])
    error = intent["last_payment_error"] or {}
    return intent["status"] == "requires_action" or error.get("code") == "authentication_required"


def _set_status(account: Account, invoice: Object, status: str, *, instead_of: tuple[str, ...]) -> None:
    subscription = account.get("subscription", invoice["_subscription"])
    if subscription["status"] in instead_of:
        with account.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = status


def _moment(row: Object) -> int | None:
    if row["status"] == "draft" and row["auto_advance"]:
        return row["automatically_finalizes_at"]
    return row["next_payment_attempt"] if row["status"] == "open" else None


@timed("invoice", _moment)
def go_on(account: Account, row: Object) -> None:
    """A draft is finalized and collected, an unpaid invoice is tried again."""
    if row["status"] == "draft":
        finalize(account, row)
    if row["status"] == "open":
        collect(account, row, LATER)
