"""The balance: the sum of all movements, available or still pending."""

from collections import defaultdict

from sandbox.protocol.call import Call
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object


@route("GET", "/v1/balance")
def retrieve(call: Call) -> Object:
    sums: dict[bool, dict[str, int]] = {True: defaultdict(int), False: defaultdict(int)}
    for row in call.account.all("balance_transaction"):
        for ready in (True, False):
            sums[ready][row["currency"]] += (
                row["net"] if ready == (row["available_on"] <= call.account.now) else 0
            )
    return {
        "object": "balance",
        "available": [_amount(amount, currency) for currency, amount in sums[True].items()],
        "livemode": False,
        "pending": [_amount(amount, currency) for currency, amount in sums[False].items()],
    }


def _amount(amount: int, currency: str) -> Object:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}
