"""Balance transactions: every movement of the account's money, with Stripe's fee."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.account import Account
from sandbox.protocol.call import Call
from sandbox.protocol.listing import page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

_TWO_DAYS = 2 * 24 * 3600
#: Of each kind of debit: the percent, the least and the most.
_BANK_FEES = {
    "us_bank_account": (Decimal("0.8"), 0, 500),
    "sepa_debit": (Decimal(0), 35, 35),
    "bacs_debit": (Decimal(1), 20, 200),
}


def fee_for(account: Account, amount: int) -> int:
    """Stripe's fee in minor units, halves rounded up."""
    settings = account.world.settings
    share = Decimal(amount) * settings.fee_percent / 100
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP)) + settings.fee_fixed


def bank_fee_for(kind: str, amount: int) -> int:
    """Stripe's fee for a debit: of an American account 0.8 percent and at most five dollars, of a British one a
    percent, at least twenty pence and at most two pounds, of a European one a fixed sum. In minor units, halves
    rounded up."""
    percent, least, most = _BANK_FEES[kind]
    share = Decimal(amount) * percent / 100
    return max(min(int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP)), most), least)


def enter(account: Account, source: Object, *, kind: str, amount: int, fee: int = 0, **more: Any) -> Object:
    """A movement of `amount` minor units (negative: away from the account), of which `fee` goes to Stripe."""
    details = [{"amount": fee, "application": None, "currency": source["currency"]}] if fee else []
    for one in details:
        one |= {"description": "Stripe processing fees", "type": "stripe_fee"}
    return account.new(
        "balance_transaction",
        **{
            "amount": amount,
            "available_on": account.now + _TWO_DAYS,
            "balance_type": "payments",
            "currency": source["currency"],
            "description": source.get("description"),
            "fee": fee,
            "fee_details": details,
            "net": amount - fee,
            "reporting_category": kind,
            "source": source["id"],
            "status": "pending",
            "type": kind,
        }
        | more,
    )


@route("GET", "/v1/balance_transactions/{id}")
def retrieve(call: Call) -> Object:
    return call.account.get("balance_transaction", call.path["id"])


@route("GET", "/v1/balance_transactions")
def list_balance_transactions(call: Call) -> Object:
    return page_of(call, "balance_transaction", lambda row: _wanted(row, call.params))


def _wanted(row: Object, params: dict[str, Any]) -> bool:
    same = all(row[name] == params[name] for name in ("source", "type", "currency") if name in params)
    return same and ("payout" not in params or row.get("_payout") == params["payout"])
