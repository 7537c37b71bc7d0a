"""What time does to a subscription: renewal, the end of a trial or of a pause, cancellation, expiry."""

from sandbox.account import Account
from sandbox.agenda import timed
from sandbox.billing.cancelling import cancel_now
from sandbox.billing.invoice import close, draft, finalize
from sandbox.billing.invoice_line import lines_of
from sandbox.billing.period import next_end
from sandbox.protocol.views import Object

_COMPLETE_WITHIN = 23 * 3600


def _moment(row: Object) -> int | None:
    if row["status"] in ("canceled", "incomplete_expired"):
        return None
    if row["status"] == "incomplete":
        return row["created"] + _COMPLETE_WITHIN
    resumes_at = (row["pause_collection"] or {}).get("resumes_at")
    return min(moment for moment in (row["_period_end"], row["cancel_at"], resumes_at) if moment)


@timed("subscription", _moment)
def grow_older(account: Account, row: Object) -> None:
    """Does what is due now: one thing at a time, the next is noted on saving."""
    now = account.now
    pause = row["pause_collection"]
    if row["status"] == "incomplete":
        _expire(account, row)
    elif pause and pause["resumes_at"] and pause["resumes_at"] <= now:
        with account.changing(row, "customer.subscription.updated"):
            row["pause_collection"] = None
    elif row["cancel_at"] and row["cancel_at"] <= now:
        cancel_now(account, row)
    else:
        _renew(account, row)


def _expire(account: Account, row: Object) -> None:
    with account.changing(row, "customer.subscription.updated"):
        row |= {"status": "incomplete_expired", "ended_at": account.now}
    invoice = account.get("invoice", row["latest_invoice"])
    if invoice["status"] == "open":
        close(account, invoice, "void")


def _renew(account: Account, row: Object) -> None:
    item = account.get("subscription_item", row["_items"][0])
    recurring = account.get("price", item["price"])["recurring"]
    former_start, start = row["_period_start"], row["_period_end"]
    end = next_end(row["billing_cycle_anchor"], start, recurring["interval"], recurring["interval_count"])
    with account.changing(row, "customer.subscription.updated"):
        row |= {"_period_start": start, "_period_end": end}
        if row["status"] == "trialing":
            row["status"] = "active"
    _invoice(account, row, former_start)


def _invoice(account: Account, row: Object, former_start: int) -> None:
    behaviour = (row["pause_collection"] or {}).get("behavior")
    wait = account.world.settings.finalize_after_seconds
    invoice = draft(
        account,
        row,
        "subscription_cycle",
        lines_of(account, row),
        period_start=former_start,
        auto_advance=behaviour is None,
        automatically_finalizes_at=None if behaviour else account.now + wait,
    )
    if behaviour in ("void", "mark_uncollectible"):
        finalize(account, invoice)
        close(account, invoice, "void" if behaviour == "void" else "uncollectible")
