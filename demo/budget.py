"""The cost budget of the legal fund by stage, and the costs that were paid at each."""

from datetime import date

from sqlalchemy import select

from core.db import db
from core.money import Money
from demo.cause import a_drive
from demo.people import actor
from legal.budget.assigning import assign_cost
from legal.budget.stage_terms import StageTerms
from legal.budget.staging import add_stage, edit_stage
from legal.costs.expense import Expense

#: Name, estimate in cents, phases of the case, and how the costs begin that belong to it.
STAGES = (
    ("Petition and filing", 60_000, ("L100", "L200"), ("Filing fee",)),
    ("Bond", 800_000, (), ()),
    ("Hearings", 260_000, ("L400",), ("Interpreter", "Country expert", "Transcript")),
    ("Second hearing and experts", 1_900_000, (), ()),
    ("Appeal", 6_890_000, ("L500",), ()),
)


def plan_the_costs() -> None:
    drive, elena, ana = a_drive("legal-fund"), actor("elena"), actor("ana")
    for name, minor, phases, begins in STAGES:
        estimate = Money(minor, drive.currency)
        terms = StageTerms(name=name, estimate=estimate, is_bond=name == "Bond", phases=phases)
        stage = add_stage(elena, drive.id, terms)
        for expense in db.session.scalars(select(Expense).where(Expense.fund_id == drive.fund_id)):
            if expense.description.startswith(begins):
                assign_cost(ana, expense.id, stage.id)
        if name == "Hearings":  # a second expert was needed
            risen = {"estimate": Money(350_000, drive.currency), "expected_on": date(2026, 2, 10)}
            edit_stage(elena, stage.id, risen)
