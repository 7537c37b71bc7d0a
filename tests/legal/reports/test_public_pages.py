"""One report, four ways to read it: page, JSON, CSV and document say the same numbers."""

import csv
import hashlib
import io
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock, i18n
from legal.reports.report import TransparencyReport
from tests.legal.conftest import usd
from tests.legal.reports.conftest import Desk
from tests.legal.test_bond_following import posted
from tests.statements import statements


@pytest.fixture
def report(busy: Desk) -> TransparencyReport:
    return busy.publish(k=5, note="Everyone here gave time.")


class Figures(HTMLParser):
    """The `data` elements of a page: what software reads and what people read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: list[str] = []
        self.texts: list[str] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            self.values.append(dict(attrs).get("value") or "")
            self.texts.append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "data"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[-1] += data


def numbers(content: dict[str, Any]) -> list[int]:
    """Every public number of a report in the order of the page: tiles, hours, costs, bonds."""
    hours = content["hours"]
    pairs = [*hours["by_month"], {"tenths": hours["total_tenths"], "value_minor": hours["value_minor"]}]
    pairs += [*hours["by_phase"], *hours["by_class"], *(row for row in hours["rows"] if not row["reason"])]
    found = list(content["tiles"].values())
    found = [
        content["tiles"][f"{name}_minor"] for name in ("cash_spent", "bond_held", "in_kind", "trust_held")
    ]
    for each in pairs:
        found += [each["tenths"], each["value_minor"]]
    bonds = content["bonds"]
    return [*found, *(bonds[f"{name}_minor"] for name in ("posted", "held", "returned", "forfeited"))]


def test_page_json_csv_and_document_say_the_same_numbers(
    client: FlaskClient, report: TransparencyReport
) -> None:
    address = f"/r/{report.id}"
    content = client.get(f"{address}/report.json").get_json()
    wanted = numbers(content)
    assert None in [row["tenths"] for row in content["hours"]["rows"]]

    page = Figures(client.get(f"{address}?lang=en").text)
    assert [int(value) for value in page.values if value] == wanted

    table = list(csv.DictReader(io.StringIO(client.get(f"{address}/report.csv").text.lstrip("\ufeff"))))
    listed: list[int] = []
    order = ("tile", "hours_by_month", "hours_total", "hours_by_phase", "hours_by_class", "hours", "bond")
    tiles = {row["item"]: int(row["amount_minor"]) for row in table if row["figure"] == "tile"}
    listed += [tiles[name] for name in ("cash_spent", "bond_held", "in_kind", "trust_held")]
    for figure in order[1:]:
        for row in table:
            if row["figure"] == figure and row["amount_minor"]:
                listed += [int(row[name]) for name in ("tenths_of_hours", "amount_minor") if row[name]]
    assert listed == wanted
    suppressed = [row for row in table if row["reason"] == "suppressed"]
    assert len(suppressed) == len([row for row in content["hours"]["rows"] if row["reason"]])
    assert {(row["tenths_of_hours"], row["amount_minor"]) for row in suppressed} == {("", "")}

    document = PdfReader(io.BytesIO(client.get(f"{address}/report.pdf?lang=en").data))
    printed = re.sub(r"\s+", " ", " ".join(each.extract_text() for each in document.pages))
    for text in page.texts:
        assert text in printed, text
    assert printed.count("not shown") == 2 * len(suppressed) + 1  # the method says it once


def test_the_json_is_the_published_bytes(client: FlaskClient, report: TransparencyReport) -> None:
    body = client.get(f"/r/{report.id}/report.json").data
    assert hashlib.sha256(body).hexdigest() == report.sha256
    assert report.sha256 in client.get(f"/r/{report.id}").text


def test_the_page_says_what_stands_behind_the_figures(
    client: FlaskClient, report: TransparencyReport
) -> None:
    page = client.get(f"/r/{report.id}").text
    for said in (
        "Transparency report",
        "September 2025 to November 2025",
        "As of",
        "Everyone here gave time.",
        "No money was raised or spent for them.",
        "Figures of fewer than 5 entries",
        "up to the next tenth of an hour",
        f"http://localhost/r/{report.id}",
        "never added",
    ):
        assert said in page
    assert "What was done stays" not in page
    assert "<svg" in page
    assert 'role="img"' in page


def test_the_document_is_tagged_and_the_same_twice(client: FlaskClient, report: TransparencyReport) -> None:
    first = client.get(f"/r/{report.id}/report.pdf?lang=es").data
    root = PdfReader(io.BytesIO(first)).root_object
    assert cast(DictionaryObject, root["/MarkInfo"])["/Marked"]
    assert root["/Lang"] == "es"
    assert client.get(f"/r/{report.id}/report.pdf?lang=es").data == first


def test_spanish_readers_read_spanish(client: FlaskClient, report: TransparencyReport) -> None:
    page = client.get(f"/r/{report.id}?lang=es").text
    assert "Informe de transparencia" in page
    assert "septiembre de 2025" in page


def test_a_replaced_report_stays_and_leads_on(client: FlaskClient, busy: Desk, in_december: Any) -> None:
    first = busy.publish()
    second = busy.publish(supersedes_id=first.id, reason="A cost was booked twice")
    page = client.get(f"/r/{first.id}").text
    assert "A newer report replaces this one" in page
    assert f'href="/r/{second.id}"' in page
    assert "A cost was booked twice" in client.get(f"/r/{second.id}").text


def test_the_page_asks_for_the_snapshot_alone(client: FlaskClient, report: TransparencyReport) -> None:
    with statements() as asked:
        client.get(f"/r/{report.id}")
    assert len(asked) == 4, asked
    assert not [each for each in asked if "time_entry" in each or "ledger" in each]


def test_a_withdrawn_campaign_takes_its_reports_with_it(
    session: Session, client: FlaskClient, busy: Desk, report: TransparencyReport
) -> None:
    busy.case.campaign.withdrawn_at = clock.now()
    session.commit()
    for name in ("", "/report.json", "/report.csv", "/report.pdf"):
        assert client.get(f"/r/{report.id}{name}").status_code == 410
    assert client.get("/r/report_nothing").status_code == 404


@pytest.fixture
def drive(session: Session, busy: Desk) -> Drive:
    """An open drive of the campaign, paid into its fund."""
    campaign = busy.case.campaign
    made = Drive(
        campaign_id=campaign.id,
        organisation_id=campaign.organisation_id,
        fund_id=busy.case.fund.id,
        slug="bond",
        title="A bond for Carlos",
        summary="",
        story="He waits.",
        currency="USD",
        opens_at=clock.now() - timedelta(days=30),
        zone="UTC",
        published_at=clock.now() - timedelta(days=30),
    )
    session.add(made)
    session.commit()
    return made


def test_a_report_that_tells_a_bond_ends_with_that_consent(
    session: Session, client: FlaskClient, busy: Desk, in_december: Any, drive: Drive
) -> None:
    """The campaign stays, without the amount; a report without a bond stays too."""
    plain = busy.publish(date(2025, 10, 1))
    in_december.move_to("2025-11-20")
    busy.case.give(usd("20000"))
    posted(busy.case)
    in_december.move_to("2025-12-04")
    telling = busy.publish()
    for page in (f"/r/{telling.id}", f"/d/{drive.slug}", "/c/carlos"):
        assert "8,000" in client.get(page).text, page
    assert telling.id in client.get(f"/d/{drive.slug}").text
    told = client.get(f"/d/{drive.slug}/progress.json").get_json()["legal"]
    named = ("held", "posted", "returned", "forfeited")
    assert [told[f"bond_{name}_minor"] for name in named] == [800_000, 800_000, 0, 0]
    assert told["bond_times_recycled"] == "0.40"
    busy.case.campaign.tells_bond_amount = False
    session.commit()
    for name in ("", "/report.json", "/report.csv", "/report.pdf"):
        assert client.get(f"/r/{telling.id}{name}").status_code == 410
        assert client.get(f"/r/{plain.id}{name}").status_code == 200
    for page in (client.get("/c/carlos"), client.get(f"/d/{drive.slug}")):
        assert telling.id not in page.text
        assert "8,000" not in page.text
    assert plain.id in client.get("/c/carlos").text
    told = client.get(f"/d/{drive.slug}/progress.json").get_json()["legal"]
    assert told["bond_held_minor"] is None
    assert not [name for name, value in told.items() if value == 800_000]
    in_december.move_to("2026-01-05")
    silent = busy.publish(supersedes_id=telling.id, reason="Without the bond")
    whole = client.get(f"/r/{silent.id}?lang=en")
    assert "The client has not agreed to the amount of the bond" in whole.text
    document = PdfReader(io.BytesIO(client.get(f"/r/{silent.id}/report.pdf?lang=en").data))
    printed = " ".join(each.extract_text() for each in document.pages)
    table = client.get(f"/r/{silent.id}/report.csv").text
    for said in (whole.text, printed, table, client.get(f"/r/{silent.id}/report.json").text):
        assert "8,000" not in said
        assert "800000" not in said
    assert printed.count("not told") == whole.text.count("not told") == 6  # once in the method
    assert table.count("no_consent") == 5


def test_campaign_and_drive_lead_to_the_report(client: FlaskClient, report: TransparencyReport) -> None:
    page = client.get("/c/carlos").text
    assert f'href="/r/{report.id}"' in page
    assert i18n.month(report.last_month) in page


def test_many_cells_have_a_page_for_each_year_and_none_is_left_out(
    client: FlaskClient, report: TransparencyReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Figures(client.get(f"/r/{report.id}?lang=en").text)
    monkeypatch.setattr("legal.pages.public_reports.MOST_CELLS", 3)
    led = client.get(f"/r/{report.id}?lang=en").text
    assert f'href="/r/{report.id}/years/2025"' in led
    year = client.get(f"/r/{report.id}/years/2025?lang=en")
    assert "September 2025" in year.text
    pieces = Figures(led).values + Figures(year.text).values
    assert sorted(pieces) == sorted(whole.values)
    assert year.text.count("not shown") == 2 * str(report.figures["hours"]["rows"]).count("suppressed")
    assert client.get(f"/r/{report.id}/years/2024").status_code == 404
    assert client.get("/r/report_nothing/years/2025").status_code == 404
