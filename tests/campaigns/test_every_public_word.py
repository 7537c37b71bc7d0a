"""Every public column of tests/architecture/test_public_words.py refuses a sealed name, asked through HTTP."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from donors.gifts import form_token
from tests.architecture.test_public_words import PUBLIC
from tests.campaigns.conftest import Api, Work

#: The sealed name as people write it past a filter: accents, markup, look-alikes, zero width, leet, reversed.
DISGUISES = (
    "zebulon quetzalito",
    "Ze**bul**ón Quetz*ali*to",
    "Zеbulоn Quеtzаlitо",
    "Zebu\u200blón Quetza\u00adlito",
    "Z3bu10n Qu3tz4l1t0",
    "Quetzalito, Zebulón",
)
#: What is sent to make or change the row, besides the field that names somebody.
REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "campaign": ("PATCH", "/campaigns/{campaign}", {}),
    "persona": ("PATCH", "/clients/{client}", {}),
    "drive": ("PATCH", "/drives/{drive}", {}),
    "campaign_update": ("POST", "/campaigns/{campaign}/updates", {"title": "News", "body": "News."}),
    "timeline_entry": (
        "POST",
        "/campaigns/{campaign}/timeline",
        {"what": "filed", "happened_on": "2025-06-12"},
    ),
    "fund": ("PATCH", "/funds/{fund}", {}),
    "match_fund": ("POST", "/drives/{drive}/match-funds", {"cap": {"minor": 100_000, "currency": "USD"}}),
    "budget_stage": (
        "POST",
        "/drives/{drive}/budget/stages",
        {"estimate": {"minor": 40_500, "currency": "USD"}},
    ),
}
#: Fields of the giving form by the column that they become.
GIVING = {"gift.message": "message", "gift.public_name": "alias"}
#: Written beside a report, a file or a deadline, where tests/legal/reports/ and tests/campaigns/test_picturing.py and
#: test_extending.py, test_petitions.py and tests/donors/test_supporters.py see them refused.
ELSEWHERE = {
    "report_note.body",
    "campaign.picture_alt",
    "drive_extension.note",
    "signature.name",
    "signature.town",
    *("supporter_page.title", "supporter_page.name", "supporter_page.words"),
}


def test_no_disguise_is_stored(
    work: Work,
    api: Api,
    session: Session,
    subtests: pytest.Subtests,
) -> None:
    for column in sorted(PUBLIC.keys() - GIVING.keys() - ELSEWHERE):
        with subtests.test(column=column):
            table, field = column.split(".")
            method, path, body = REQUESTS[table]
            ids = {
                "campaign": work.campaign.id,
                "client": work.client.id,
                "drive": work.drive.id,
                "fund": work.fund.id,
            }
            for words in DISGUISES:
                if field == "slug":
                    words = "zebulon-quetzalito" if words.isascii() else "quetzalito-zebulon"
                refused = api.send(method, path.format(**ids), 422, json=body | {field: words})
                assert list(refused["errors"]) == [field], words
                assert "uetz" not in str(refused).lower()
            stored = session.execute(text(f"SELECT {field} FROM {table}")).scalars()  # noqa: S608
            assert [each for each in stored if each and "tz" in each.lower()] == []


@pytest.mark.parametrize("field", sorted(GIVING.values()))
def test_a_donor_stores_none_either(work: Work, client: FlaskClient, session: Session, field: str) -> None:
    work.publish()
    session.commit()
    for words in DISGUISES:
        typed = {
            "form_token": form_token.new_token(),
            "amount_choice": "other",
            "amount_other": "50",
            "rhythm": "once",
            "email": "ana@example.org",
            "name": "Ana",
            "name_display": "alias",
            "alias": "A friend",
            field: words,
        }
        refused = client.post(f"/d/{work.drive.slug}/gifts", data=typed)
        assert refused.status_code == 422, words
    assert session.execute(text("SELECT count(*) FROM gift")).scalar() == 0
