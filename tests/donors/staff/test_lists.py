"""Lists of gifts, recurring gifts and donors: found by words, narrowed, sorted, taken along as CSV."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import clock
from donors.gifts.gift import Gift
from donors.receipts.receipt import Receipt

Paid = Callable[..., Gift]
Give = Callable[..., Gift]


def shown(page: str) -> list[str]:
    """The names in the first column, from top to bottom."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)


@pytest.fixture
def three(session: Session, give: Give) -> list[Gift]:
    """Ana gives 50 once, Ben 20 every month, Cem 30 once; none has paid."""
    return [
        give("50", email="ana@example.org", name="Ana Lopez"),
        give("20", rhythm="month", email="ben@example.org", name="Ben Ito"),
        give("30", email="cem@example.net", name="Cem Kaya", name_display="alias", alias="A neighbour"),
    ]


def test_an_empty_list_says_what_will_be_here(frida: FlaskClient) -> None:
    assert "No gift yet" in frida.get("/staff/gifts").text
    assert "No recurring gift yet" in frida.get("/staff/recurring").text
    assert "No donor yet" in frida.get("/staff/donors").text
    assert "No message yet" in frida.get("/staff/events").text


def test_gifts_are_found_narrowed_and_sorted(
    three: list[Gift],
    frida: FlaskClient,
    subtests: pytest.Subtests,
) -> None:
    for query, names in [
        ("", ["Cem Kaya", "Ben Ito", "Ana Lopez"]),
        ("?q=LOPEZ", ["Ana Lopez"]),
        ("?q=example.org", ["Ben Ito", "Ana Lopez"]),
        ("?q=neighbour", ["Cem Kaya"]),
        ("?q=%25", []),
        ("?kind=once", ["Cem Kaya", "Ana Lopez"]),
        ("?kind=recurring", ["Ben Ito"]),
        ("?state=settled", []),
        ("?state=pending&kind=once", ["Cem Kaya", "Ana Lopez"]),
        ("?period=today", ["Cem Kaya", "Ben Ito", "Ana Lopez"]),
        ("?sort=amount", ["Ben Ito", "Cem Kaya", "Ana Lopez"]),
        ("?sort=-amount", ["Ana Lopez", "Cem Kaya", "Ben Ito"]),
        ("?sort=donor", ["Ana Lopez", "Ben Ito", "Cem Kaya"]),
        ("?sort=nonsense&page=99", ["Cem Kaya", "Ben Ito", "Ana Lopez"]),
    ]:
        with subtests.test(query=query, names=names):
            assert shown(frida.get(f"/staff/gifts{query}").text) == names


def test_a_period_begins_with_a_day_of_the_organisation(
    session: Session, three: list[Gift], frida: FlaskClient
) -> None:
    midnight = clock.opens_at(clock.today("America/Chicago"), "America/Chicago")
    three[0].started_at = midnight - timedelta(microseconds=1)
    three[1].started_at = midnight
    session.commit()
    assert shown(frida.get("/staff/gifts?period=today").text) == ["Cem Kaya", "Ben Ito"]
    assert len(shown(frida.get("/staff/gifts?period=week").text)) == 3


def test_a_gift_is_found_by_its_id_and_its_receipt(
    session: Session, paid: Paid, three: list[Gift], frida: FlaskClient
) -> None:
    gift = paid("75", email="dee@example.org", name="Dee Moss")
    receipt = session.query(Receipt).filter_by(gift_id=gift.id).one()
    for words in (gift.id, receipt.label):
        assert shown(frida.get(f"/staff/gifts?q={words}").text) == ["Dee Moss"]


def test_the_csv_holds_what_the_list_shows(session: Session, three: list[Gift], frida: FlaskClient) -> None:
    answer = frida.get("/staff/gifts.csv?kind=once&sort=amount")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["donor"], row["amount"], row["currency"], row["rhythm"]) for row in rows] == [
        ("Cem Kaya", "30.00", "USD", "once"),
        ("Ana Lopez", "50.00", "USD", "once"),
    ]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="gifts-')
    assert "ben@example.org" in frida.get("/staff/recurring.csv").text


def test_a_formula_in_a_name_is_text_in_the_csv(give: Give, frida: FlaskClient) -> None:
    give("50", name='=HYPERLINK("http://evil.example","x")', name_display="anonymous")
    text = frida.get("/staff/gifts.csv").text
    assert "'=HYPERLINK" in text
    assert ",=HYPERLINK" not in text


def test_donors_and_recurring_gifts_are_found_by_words(three: list[Gift], frida: FlaskClient) -> None:
    assert shown(frida.get("/staff/donors?q=cem").text) == ["Cem Kaya"]
    assert shown(frida.get("/staff/donors?sort=name").text) == ["Ana Lopez", "Ben Ito", "Cem Kaya"]
    assert shown(frida.get("/staff/recurring?q=ben@").text) == ["Ben Ito"]
    assert shown(frida.get("/staff/recurring?state=active").text) == []


def test_a_donor_shows_gifts_and_consents(
    session: Session, give: Give, paid: Paid, frida: FlaskClient
) -> None:
    gift = paid("50", consent_0="true", message="Courage")
    page = frida.get(f"/staff/donors/{gift.donor_id}").text
    assert "Refugio Legal Project may send me news by e-mail." in page
    assert "$50, one gift" in page
    assert "agreed" in frida.get(f"/staff/gifts/{gift.id}").text


def test_a_gift_tells_its_life(session: Session, paid: Paid, frida: FlaskClient) -> None:
    gift = paid("50")
    page = frida.get(f"/staff/gifts/{gift.id}").text
    steps = ("The donor sent the form.", "$50 was paid.", "was issued.", "The receipt was mailed.")
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert str(gift.payment_intent_id) in page
    assert "$1.75" in page


def test_a_list_bears_any_question(
    three: list[Gift],
    frida: FlaskClient,
    subtests: pytest.Subtests,
) -> None:
    for page in ["gifts", "gifts.csv", "recurring", "donors", "events"]:
        for name in ["q", "state", "drive", "kind", "period", "sort"]:
            with subtests.test(page=page, name=name):
                for value in ("%00", "%27", "%F0%9F%95%8A", "x" * 500):
                    assert frida.get(f"/staff/{page}?{name}={value}").status_code == 200
