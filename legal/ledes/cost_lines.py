"""Expense lines of a LEDES file as claims on a fund, each waiting for its approval like any other."""

from collections import Counter
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from core.db import db
from core.errors import Invalid
from core.money import Money
from legal.costs.claiming import claim_expense
from legal.costs.cost import Cost
from legal.costs.expense import REJECTED, Expense
from legal.ledes.exporting import CURRENCY
from legal.ledes.lexis import Record, read_date, read_number
from legal.matters.matter import Matter
from staff.access import Actor

#: What makes two costs the same one.
_Paid = tuple[str, date, int]


class CostLines:
    """The claims of one file. A cost that is claimed already is not claimed again."""

    def __init__(self, actor: Actor, matter: Matter, fund_id: str) -> None:
        self.actor, self.matter, self.fund_id = actor, matter, fund_id
        self.here = self._claimed()

    def take(self, record: Record) -> Expense | None:
        """The new claim, None where it is here already. Raises Invalid as `claim_expense` does."""
        amount = Money.of(read_number(record["LINE_ITEM_TOTAL"]), CURRENCY)
        if amount.minor <= 0:
            raise Invalid({"amount": [_("A cost is more than nothing. Take credits in by hand.")]})
        code, day = record["LINE_ITEM_EXPENSE_CODE"], read_date(record["LINE_ITEM_DATE"])
        same = (code, day, amount.minor)
        if self.here[same]:
            self.here[same] -= 1
            return None
        cost = Cost(
            fund_id=self.fund_id,
            expense_code=code,
            amount=amount,
            incurred_on=day,
            description=record["LINE_ITEM_DESCRIPTION"],
        )
        return claim_expense(self.actor, matter_id=self.matter.id, cost=cost)

    def _claimed(self) -> Counter[_Paid]:
        query = select(Expense.expense_code, Expense.incurred_on, Expense.amount_minor).where(
            Expense.matter_id == self.matter.id,
            Expense.organisation_id == self.actor.organisation_id,
            Expense.currency == CURRENCY,
            Expense.state != REJECTED,
        )
        return Counter((code, day, minor) for code, day, minor in db.session.execute(query))
