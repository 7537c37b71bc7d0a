"""A few hundred donors who go the whole way: the giving form, the payment page, the inbox.

Each gift is sent to the running web process as a browser sends it, and paid in the sandbox at a moment of
the past weeks.
"""

import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from demo import words

ONE_TIME = 150
MONTHLY = 94
THREADS = 4


@dataclass(frozen=True)
class Giver:
    drive: str
    rhythm: str
    amount: str
    name: str
    email: str
    display: str
    message: str
    #: To news of the organisation that leads.
    agrees: bool
    #: By the partner's link, and to its news as well.
    by_link: bool
    paid_at: int
    #: A test account, of whom gives from a bank.
    account: str = ""


def givers(opened_at: int, now: int, seed: int = 7) -> Iterator[Giver]:
    """The same people every time, spread over the days since the drives opened, most of them lately."""
    chance = random.Random(seed)
    for number in range(ONE_TIME + MONTHLY):
        monthly = number >= ONE_TIME
        share = chance.random() ** (0.5 if monthly else 0.8)
        first, last = chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)
        yield Giver(
            drive="130-before-midnight" if monthly else "legal-fund",
            rhythm="month" if monthly else "once",
            amount=_amount(chance, monthly=monthly),
            name=f"{first} {last}",
            email=f"{first}.{last}.{number}@example.com".lower(),
            display=chance.choices(("initial", "full", "anonymous"), (6, 2, 2))[0],
            message=chance.choice(words.MESSAGES) if chance.random() < 0.2 else "",
            agrees=chance.random() < 0.4,
            by_link=number % 6 == 0,
            paid_at=int(opened_at + (now - 600 - opened_at) * share),
        )


def _amount(chance: random.Random, *, monthly: bool) -> str:
    if monthly:
        return str(chance.choices((10, 15, 25, 50), (3, 5, 3, 1))[0])
    return str(chance.choices((25, 50, 100, 250, 500, 1000, 2500, 5000), (20, 35, 30, 12, 8, 4, 2, 1))[0])


def give_all(web: str, stripe: str, opened_at: int, code: str) -> int:
    """Send every giver through, some by the partner's link with this code; returns how many gave."""
    everybody = list(givers(opened_at, int(time.time())))
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(lambda giver: give(web, stripe, giver, code), everybody))


def give(web: str, stripe: str, giver: Giver, code: str) -> int:
    """One giver, by the form and the payment page."""
    with requests.Session() as browser:
        page = browser.get(f"{web}/d/{giver.drive}", timeout=30).text
        token = re.search(r'name="form_token" value="([^"]+)"', page)
        assert token is not None, "the page has no giving form"
        sent = browser.post(
            f"{web}/d/{giver.drive}/gifts",
            data={
                "form_token": token.group(1),
                "rhythm": giver.rhythm,
                "method": "bank" if giver.account else "card",
                "amount_choice": "other",
                "amount_other": giver.amount,
                "email": giver.email,
                "name": giver.name,
                "name_display": giver.display,
                "message": giver.message,
                **({"consent_0": "true"} if giver.agrees else {}),
                **({"via": code, "consent_1": "true"} if giver.by_link else {}),
            },
            allow_redirects=False,
            timeout=30,
        )
        assert sent.status_code == 303, sent.text[:500]
        session_id = sent.headers["Location"].split("/c/pay/")[1].split("#")[0].split("?")[0]
        paid = browser.post(
            f"{stripe}/_sandbox/pay/{session_id}",
            json={"name": giver.name, "at": giver.paid_at}
            | ({"card": giver.account} if giver.account else {}),
            timeout=30,
        )
        paid.raise_for_status()
    return 1


def wait_until_counted(web: str, gifts: int, patience_seconds: float = 300) -> None:
    """Until the public figures count every gift."""
    until = time.monotonic() + patience_seconds
    counted = 0
    while time.monotonic() < until:
        figures = (
            requests.get(f"{web}/d/{drive}/progress.json", timeout=30).json()
            for drive in ("legal-fund", "130-before-midnight")
        )
        counted = sum(each["gifts"] for each in figures)
        if counted >= gifts:
            return
        time.sleep(0.3)
    raise TimeoutError(f"{counted} of {gifts} gifts are counted after {patience_seconds:.0f} s")
