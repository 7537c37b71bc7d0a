"""A debit from a bank account: asked for at once, answered by the payer's bank days later."""

from collections.abc import Callable

from sandbox.account import Account
from sandbox.payments import charge
from sandbox.payments.bank_account import DAYS_TO_SETTLE, BankAccount, bank_account_of
from sandbox.payments.dispute import dispute_charge
from sandbox.protocol.views import Object

_DAY = 24 * 3600
#: Told of each answer: the account and the intent. An invoice that the intent pays takes note.
ON_ANSWER: list[Callable[[Account, Object], None]] = []


def begin(account: Account, row: Object, method: Object) -> None:
    """The intent is processing from now on; nothing is in the balance."""
    asked = charge.ask_bank(account, row, method)
    if method["type"] not in row["payment_method_types"]:
        row["payment_method_types"] = [*row["payment_method_types"], method["type"]]
    row |= {
        "status": "processing",
        "payment_method": method["id"],
        "last_payment_error": None,
        "next_action": None,
        "latest_charge": asked["id"],
        "_settles_at": account.now + DAYS_TO_SETTLE[method["type"]] * _DAY,
    }
    account.save(row)
    account.emit("payment_intent.processing", row)


def settle(account: Account, row: Object) -> None:
    """The payer's bank has answered."""
    method = account.get("payment_method", row["payment_method"])
    bank = bank_account_of(method["_number"], method["type"])
    asked = account.get("charge", row["latest_charge"])
    if bank.failure:
        _fail(account, row, method, bank, asked)
        return
    charge.arrive(account, asked)
    row |= {"status": "succeeded", "amount_received": row["amount"]}
    account.save(row)
    account.emit("payment_intent.succeeded", row)
    _tell(account, row, "async_payment_succeeded", payment_status="paid")
    if bank.dispute:
        dispute_charge(account, asked, bank.dispute)


def _fail(account: Account, row: Object, method: Object, bank: BankAccount, asked: Object) -> None:
    charge.bounce(account, asked, code=bank.failure, message=bank.message)
    row |= {"status": "requires_payment_method", "payment_method": None}
    row["last_payment_error"] = {
        "type": "card_error",
        "code": bank.failure,
        "message": bank.message,
        "doc_url": f"https://stripe.com/docs/error-codes/{bank.failure.replace('_', '-')}",
        "charge": asked["id"],
        "payment_method": account.show(method),
    }
    account.save(row)
    account.emit("payment_intent.payment_failed", row)
    _tell(account, row, "async_payment_failed")


def _tell(account: Account, row: Object, what: str, **changed: str) -> None:
    """The invoice that it pays, and the session in which it was begun: of each it is told once."""
    for listener in ON_ANSWER:
        listener(account, row)
    for session in account.all("checkout.session"):
        of_invoice = session["invoice"] is not None and session["invoice"] == row.get("_invoice")
        if session["payment_intent"] == row["id"] or (of_invoice and session["payment_status"] == "unpaid"):
            session |= changed
            account.save(session)
            account.emit(f"checkout.session.{what}", session)
