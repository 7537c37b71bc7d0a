"""In which rhythms one may give is the drive's choice."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.recurring.recurring_gift import RecurringGift
from tests.conftest import Cast
from tests.donors.leading import lead


def send(client: FlaskClient, rhythm: str) -> object:
    typed = {
        "form_token": form_token.new_token(),
        "amount_choice": "other",
        "amount_other": "20",
        "rhythm": rhythm,
        "email": "ana@example.org",
    }
    return client.post("/d/monthly/gifts", data=typed)


def test_a_drive_offers_monthly_unless_told_otherwise(client: FlaskClient, drive: Drive) -> None:
    text = client.get("/d/monthly").text
    assert 'value="month"' in text
    assert 'value="week"' not in text
    answer = send(client, "week")
    assert answer.status_code == 422  # pyright: ignore[reportAttributeAccessIssue]
    assert 'id="f-rhythm-error"' in answer.text  # pyright: ignore[reportAttributeAccessIssue]


def test_what_a_drive_offers_can_be_given(
    session: Session, cast: Cast, client: FlaskClient, drive: Drive, stripe: object, sign_in: object
) -> None:
    lead(session, drive)
    carla = sign_in(cast.carla)  # pyright: ignore[reportCallIssue]
    words = {"title": drive.title, "summary": drive.summary, "story": drive.story, "presets": "25, 50"}
    typed = {**words, "version": str(drive.version), "rhythms": "week,month,quarter,year"}
    assert carla.post(f"/staff/drives/{drive.id}/edit", data=typed).status_code == 302
    text = client.get("/d/monthly").text
    for name in ("Weekly", "Monthly", "Quarterly", "Yearly"):
        assert name in text
    assert send(client, "week").status_code == 303  # pyright: ignore[reportAttributeAccessIssue]
    session.expire_all()
    assert session.query(RecurringGift).one().rhythm == "week"
    assert session.query(Gift).one().recurring_gift_id is not None
    wrong = carla.post(f"/staff/drives/{drive.id}/edit", data={**typed, "rhythms": "hourly"})
    assert wrong.status_code == 422
