"""Fill an empty installation with the demo, once: `python -m demo.seed` beside running processes."""

import os
import sys
import time
from pathlib import Path

from sqlalchemy import select

from app import create_app
from core.db import db, transaction
from demo import (
    bank,
    budget,
    cause,
    debits,
    employers,
    givers,
    imports,
    names,
    offline,
    partners,
    people,
    reports,
    signers,
    sponsors,
    supporters,
    surplus,
)
from donors.payments import movements_at_stripe
from staff.organisation import Organisation


def seed(stripe: str) -> None:
    """Add the demo unless it is there; says what it does while it does it."""
    app = create_app()
    with app.app_context():
        if db.session.scalar(select(Organisation.id).limit(1)):
            _say("The demo data is there already.")
            return
        for step in (
            people.settle_in,
            debits.offer_gifts_from_bank_accounts,
            cause.open_the_campaign,
            sponsors.promise,
            names.publish_what_waits,
        ):
            with transaction():
                step()
        with transaction():
            _say(f"{cause.record_hours()} time entries imported, submitted and approved.")
        opened_at = int(cause.a_drive("legal-fund").opens_at.timestamp())
        web = app.config["BASE_URL"]
        began = time.monotonic()
        _say(f"{givers.ONE_TIME + givers.MONTHLY} donors are giving now; this takes a little while.")
        givers.wait_until_counted(web, givers.give_all(web, stripe, opened_at, partners.code()))
        debits.allow_a_monthly_debit(web, stripe)
        _say(f"Every gift is paid, posted and counted, after {time.monotonic() - began:.0f} s.")
        for step in (
            partners.agree,
            cause.pay_costs,
            budget.plan_the_costs,
            names.publish_what_waits,
            bank.leave_a_run_to_the_bank,
            signers.sign_the_petition,
            sponsors.pay_a_part,
            employers.ask_employers,
            supporters.start_pages,
            offline.receive_checks_and_promises,
            cause.tell_updates,
            cause.tell_the_timeline,
            reports.publish_a_report,
            surplus.move_money,
        ):
            with transaction():
                step()
        imports.bring_old_gifts()
        movements_at_stripe.bring_in(cause.a_drive("legal-fund").opens_at)
        _say("Costs are paid, the bond is posted, updates are told, a report is public.")


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    Path(os.environ["AMPARO_DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    seed(os.environ["AMPARO_STRIPE_API_BASE"])
    sys.exit(0)
