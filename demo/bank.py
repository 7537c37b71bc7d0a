"""A claim on its way to the bank: an account to be paid back to, the bank's details, a run that waits."""

from datetime import date, timedelta

from core import clock
from core.money import Money
from demo.cause import the_fund, the_matter
from demo.people import actor
from legal.costs import claiming, payee_account, paying_out
from legal.costs.claiming import Cost

#: The Federal Reserve Bank of New York's, so that the demo's file pays nobody.
ROUTING = "021001208"


def leave_a_run_to_the_bank() -> None:
    ana, frida, fund = actor("ana"), actor("frida"), the_fund()
    copies = Cost(
        fund_id=fund.id,
        expense_code="E101",
        amount=Money(3860, fund.currency),
        incurred_on=date(2025, 11, 10),
        description="Copies of the record",
    )
    claim = claiming.claim_expense(ana, matter_id=the_matter().id, cost=copies)
    claiming.approve_expense(frida, claim.id)
    payee_account.give_account(
        ana, holder="Ana Lucero", routing=ROUTING, number="000123456789", kind="checking"
    )
    paying_out.set_origin(
        frida,
        bank_name="First Plains Bank",
        routing=ROUTING,
        company_name="Refugio Legal Project",
        company_id="1123456789",
    )
    paying_out.make_run(frida, expense_ids=[claim.id], effective_on=_a_working_day())


def _a_working_day() -> date:
    day = clock.today("America/Chicago") + timedelta(days=2)
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() >= 5 else 0)
