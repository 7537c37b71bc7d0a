"""Imports by API and by command."""

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from donors.gifts.gift import Gift
from tests.donors.api.conftest import Of, of
from tests.donors.importing.conftest import SAMPLES

__all__ = ["of"]
pytestmark = pytest.mark.usefixtures("no_files_left")


@pytest.fixture
def software(of: Of):  # noqa: F811, ANN201 (a fixture)
    return of("alice", "gifts.view", "funds.edit", "campaigns.view")


def test_software_imports_and_takes_back(software, drive: Drive, session: Session) -> None:  # noqa: ANN001
    answer = software.client.post(
        f"/api/v1/gift-imports?drive_id={drive.id}",
        data={"file": (io.BytesIO((SAMPLES / "paypal.csv").read_bytes()), "p.csv")},
        headers=software.headers,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 201, answer.text
    here = f"/gift-imports/{answer.json['id']}"
    assert answer.json["source"] == "paypal"
    assert software.put(f"{here}/mapping", {"columns": {"amount": "Nowhere"}}).status_code == 422
    assert software.put(f"{here}/mapping", {"order": "mdy"}).json["mapping"]["order"] == "mdy"
    assert software.post(f"{here}/checks", {}).status_code == 202
    told = software.get(here).json
    assert (told["state"], told["counts"]) == ("checked", {"ok": 2, "bad": 1, "skipped": 3})
    assert told["amounts_minor"]["ok"] == 126500
    assert software.post(f"{here}/starts", {}).status_code == 202
    assert software.get(here).json["state"] == "imported"
    assert software.post(f"{here}/starts", {}).json["code"] == "illegal_transition"
    rows = software.get(f"{here}/rows", status="imported").json
    assert [row["external_id"] for row in rows["items"]] == ["PAY0000001", "PAY0000002"]
    assert "not an address" in software.get(f"{here}/bad-rows").text
    assert software.get("/gift-imports").json["items"][0]["id"] == answer.json["id"]
    assert software.post(f"{here}/undos", {"reason": "Wrong file"}).status_code == 202
    assert {gift.state for gift in session.scalars(select(Gift))} == {"voided"}


def test_a_dry_run_at_the_command_line_imports_nothing(
    app: Flask, drive: Drive, session: Session, tmp_path: Path
) -> None:
    file, bad = SAMPLES / "donorbox.csv", tmp_path / "bad.csv"
    options = ["gifts", "import", str(file), "--drive", drive.id, "--preset", "donorbox"]
    runner = app.test_cli_runner()
    looked = runner.invoke(args=[*options, "--dry-run", "--bad-rows", str(bad)])
    assert looked.exit_code == 0, looked.output
    assert "ok: 2 rows, 90.00 USD" in looked.output
    assert "Amount: This is no amount in this currency." in bad.read_text(encoding="utf-8")
    assert session.scalars(select(Gift)).all() == []
    assert "imported: 2 rows, 90.00 USD" in runner.invoke(args=options).output
    assert "duplicate: 2 rows" in runner.invoke(args=options).output
    assert runner.invoke(args=["gifts", "import", str(file), "--drive", "drive_none"]).exit_code == 1
