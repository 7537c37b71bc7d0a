"""What comes without a checkout: a batch of checks, one that is being typed, pledges, and lines of the bank."""

from datetime import date, timedelta

from core import clock
from core.db import db
from core.ids import new_id
from core.money import Money
from demo.cause import a_drive
from demo.people import actor
from donors.offline import batching, closing
from donors.offline.batching import BatchPlan, TypedRow
from donors.payouts.bank_line import BankLine
from donors.people.meeting import Somebody
from donors.pledges import pledging
from donors.pledges.pledging import PledgePlan

_CHECKS = ((5000, "Rosa Whitfield", "2041"), (12_500, "St. Brigid's parish", "118"), (2500, "", ""))


def receive_checks_and_promises() -> None:
    frida, drive = actor("frida"), a_drive("legal-fund")
    today = clock.today("America/Chicago")
    batch = batching.begin(frida, _plan(drive.id, today, "Mail of the week", sum(row[0] for row in _CHECKS)))
    for minor, name, number in _CHECKS:
        channel = "check" if number else "cash"
        row = TypedRow(amount=_usd(minor), name=name, check_number=number, channel=channel)
        batching.add_row(frida, batch.id, row)
    closing.close(frida, batch.id)
    waiting = batching.begin(frida, _plan(drive.id, today, "Neighborhood supper", 18_000))
    batching.add_row(frida, waiting.id, TypedRow(amount=_usd(4000), name="Amos Keller", check_number="77"))
    _promise(drive.id, today)


def _plan(drive_id: str, day: date, source: str, expected_minor: int) -> BatchPlan:
    return BatchPlan(drive_id, source, day, "check", 3, _usd(expected_minor))


def _promise(drive_id: str, today: date) -> None:
    frida = actor("frida")
    for name, minor, days, parts in (
        ("Teresa Vaughn", 60_000, -20, 3),
        ("Owen Castellanos", 25_000, 12, 1),
        ("Marta Lindqvist", 10_000, -2, 1),
    ):
        amounts = _usd(minor).split(parts)
        due = [(today + timedelta(days=days + 30 * number), part) for number, part in enumerate(amounts)]
        address = f"{name.split()[0].lower()}@example.com"
        who = Somebody(name=name, email=address)
        pledge = pledging.record_pledge(frida, PledgePlan(drive_id, due, who))
        if parts == 1 and days > 0:
            _in_the_bank(pledge.organisation_id, minor, f"TRANSFER {pledge.reference} {name.upper()}", today)
    _in_the_bank(frida.organisation_id, 7500, "ZELLE FROM NEIGHBOR", today)


def _in_the_bank(organisation_id: str, minor: int, text: str, day: date) -> None:
    line = BankLine(organisation_id=organisation_id, external_id=new_id("bank"), on_day=day, text=text)
    line.amount = _usd(minor)
    db.session.add(line)


def _usd(minor: int) -> Money:
    return Money(minor, "USD")
