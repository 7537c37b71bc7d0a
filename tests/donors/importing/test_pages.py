"""Finance imports a file at the pages: columns, dry run, import, rows that were left out, and back."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import uploads
from donors.gifts.gift import Gift
from donors.importing.gift_import import FILES, GiftImport
from donors.importing.mapping import ImportSource
from donors.jobs import advance_import
from tests.conftest import Cast
from tests.donors.importing.conftest import SAMPLES, Importing, csv_of
from tests.donors.staff.conftest import SignIn

DANGEROUS = csv_of(
    ["Ref", "Day", "Sum", "Who"],
    [
        ["=1+1", "2025-03-01", "10.00", "Ana Invented"],
        ["r2", "2025-03-02", "ten", "=HYPERLINK(1)"],
        ["r3", "2025-03-03", "12.00", "Ben Invented"],
    ],
)


pytestmark = pytest.mark.usefixtures("no_files_left")


@pytest.fixture
def browser(cast: Cast, sign_in: SignIn) -> FlaskClient:
    return sign_in(cast.frida)


def send(browser: FlaskClient, drive: Drive, data: bytes, **about: Any) -> Any:
    form = {"drive_id": drive.id, "file": (io.BytesIO(data), "old gifts.csv"), **about}
    return browser.post("/staff/gift-imports", data=form, content_type="multipart/form-data")


def only(session: Session) -> GiftImport:
    session.expire_all()
    return session.scalars(select(GiftImport)).one()


def columns_of(found: GiftImport, **changed: str) -> dict[str, str]:
    mapping = found.columns
    return {
        **{f"column_{name}": column for name, column in mapping.columns.items()},
        "currency": mapping.currency,
        "zone": mapping.zone,
        "decimal": mapping.decimal,
        "order": mapping.order,
        **changed,
    }


def test_from_the_empty_list_to_gifts_and_back(browser: FlaskClient, drive: Drive, session: Session) -> None:
    assert "No file yet" in browser.get("/staff/gift-imports").text
    assert drive.title in browser.get("/staff/gift-imports/new").text
    answer = send(browser, drive, (SAMPLES / "donorbox.csv").read_bytes())
    found = only(session)
    assert answer.headers["Location"] == f"/staff/gift-imports/{found.id}/columns"
    page = browser.get(answer.headers["Location"]).text
    assert "Donorbox: donations" in page
    assert "Elio Invented" in page
    here = f"/staff/gift-imports/{found.id}"
    assert browser.post(f"{here}/columns", data=columns_of(found)).status_code == 302
    checked = browser.get(here).text
    assert "2 gifts will be recorded." in checked
    assert "This is no amount in this currency." in checked
    assert session.scalars(select(Gift)).all() == []
    assert browser.post(f"{here}/starts").status_code == 302
    assert only(session).state == "imported"
    assert len(session.scalars(select(Gift)).all()) == 2
    assert "Gift of row 2" in browser.get(f"{here}/rows?status=imported").text
    gift = session.scalars(select(Gift)).first()
    assert gift is not None
    assert browser.get(f"/staff/gifts/{gift.id}").status_code == 200
    assert browser.post(f"{here}/undos", data={"reason": ""}).status_code == 422
    assert browser.post(f"{here}/undos", data={"reason": "Wrong drive"}).status_code == 302
    assert only(session).state == "undone"
    assert "Wrong drive" in browser.get(here).text
    assert FILES.names() == []


def test_bad_rows_come_back_with_their_reason_and_run_nothing(
    browser: FlaskClient, drive: Drive, session: Session
) -> None:
    send(browser, drive, DANGEROUS, preset="other", system="Old Box")
    found = only(session)
    here = f"/staff/gift-imports/{found.id}"
    missing = browser.post(f"{here}/columns", data=columns_of(found))
    assert missing.status_code == 422
    assert "Choose the column that says it." in missing.text
    data = columns_of(
        found, column_paid_on="Day", column_amount="Sum", column_name="Who", column_external_id="Ref"
    )
    assert browser.post(f"{here}/columns", data=data).status_code == 302
    answer = browser.get(f"{here}/rows.csv")
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert lines == [
        ["Row", "Reason", "Ref", "Day", "Sum", "Who"],
        ["3", "Sum: This is no amount in this currency.", "r2", "2025-03-02", "ten", "'=HYPERLINK(1)"],
    ]
    kept = session.scalars(select(ImportSource)).one()
    assert (kept.key, kept.mapping["columns"]["amount"]) == ("old box", "Sum")


def test_columns_are_kept_for_the_next_file(browser: FlaskClient, drive: Drive, session: Session) -> None:
    test_bad_rows_come_back_with_their_reason_and_run_nothing(browser, drive, session)
    send(
        browser, drive, DANGEROUS + b"r4,2025-03-04,13.00,Cem Invented\r\n", preset="other", system="old  BOX"
    )
    session.expire_all()
    second = session.scalars(select(GiftImport).order_by(GiftImport.uploaded_at.desc())).first()
    assert second is not None
    assert second.columns.columns["name"] == "Who"


def test_what_is_no_table_keeps_nothing(browser: FlaskClient, drive: Drive, session: Session) -> None:
    for data, rule in (
        (b"", "This file is empty."),
        (b"PK\x03\x04 and more", "This is a spreadsheet."),
        (b"only one column\n1\n", "There is only one column."),
        (b"a,b\n", "There are no rows below the column names."),
        (b'a,b\n1,"2\n', "is not CSV"),
        (b"a,b\n1,2\n", "These columns are not known."),
    ):
        answer = send(browser, drive, data)
        assert answer.status_code == 422
        assert rule in answer.text
    assert session.scalars(select(GiftImport)).all() == []
    assert FILES.names() == []


def test_it_can_be_called_off_and_its_file_goes(
    importing: Importing, browser: FlaskClient, session: Session
) -> None:
    found = importing.upload((SAMPLES / "paypal.csv").read_bytes())
    assert browser.post(f"/staff/gift-imports/{found.id}/cancellations").status_code == 302
    assert only(session).state == "cancelled"
    assert FILES.names() == []
    again = browser.post(f"/staff/gift-imports/{found.id}/starts", follow_redirects=True)
    assert "not in a state for that" in again.text


def test_the_same_file_is_remarked_on(importing: Importing, browser: FlaskClient) -> None:
    data = (SAMPLES / "stripe.csv").read_bytes()
    importing.whole(data)
    second = importing.upload(data)
    assert "This very file was uploaded before" in browser.get(f"/staff/gift-imports/{second.id}").text


def test_campaigners_look_and_strangers_find_nothing(
    importing: Importing, cast: Cast, sign_in: SignIn
) -> None:
    found = importing.upload((SAMPLES / "paypal.csv").read_bytes())
    carla = sign_in(cast.carla)
    page = carla.get(f"/staff/gift-imports/{found.id}")
    assert page.status_code == 200
    assert "/columns" not in page.text
    assert carla.post(f"/staff/gift-imports/{found.id}/starts").status_code == 403
    charlie = sign_in(cast.charlie)
    for path in ("", "/columns", "/rows", "/rows.csv"):
        assert charlie.get(f"/staff/gift-imports/{found.id}{path}").status_code == 404
    assert charlie.post(f"/staff/gift-imports/{found.id}/undos", data={"reason": "Mine"}).status_code == 404


def test_a_piece_that_is_gone_stops_the_work_and_says_so(
    importing: Importing, browser: FlaskClient, session: Session
) -> None:
    found = importing.upload((SAMPLES / "stripe.csv").read_bytes())
    for name in FILES.names():
        uploads.discard(FILES, name)
    here = f"/staff/gift-imports/{found.id}"
    browser.post(f"{here}/columns", data=columns_of(found))
    for _try in range(4):
        assert only(session).state == "checking"
        browser.post(f"{here}/retries")
        advance_import.run(found.id)
    assert only(session).state == "failed"
    assert "It stopped by an error" in browser.get(here).text
    browser.post(f"{here}/cancellations")
    assert only(session).state == "cancelled"
