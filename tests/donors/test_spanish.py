"""Who reads Spanish gets the same page, form, thanks and mails, without a sentence of English."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from core.mail import OutgoingMail
from donors.gifts import form_token
from donors.gifts.gift import Gift
from staff.member import Member
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.visible import Visible, left_in_english

pytestmark = pytest.mark.once

#: What donors and organisations wrote or are called; it stays as it is.
DATA = {
    "Amparo", "English", "Español", "Stripe", "WhatsApp", "Markdown", "America/Chicago", "USD", "Firefox, Linux",
    "Refugio Legal Project", "Carlos", "Bring Carlos home", "130 new monthly donors", "By midnight.",
    "is a father.", "wants to", "come home", "Goes to the next case.", "Legal fund", "Costs of the case",
    "A father of two.", "Ana Lopez", "Ana L.", "ana@example.org", "Llano Defenders", "refugio",
    "Alice", "Bob", "Carla", "Frida", "Vera", "@example.org", "alice", "bob", "carla", "frida", "vera",
}  # fmt: skip
STAFF_PAGES = [
    "", "account", "audit", "bonds", "campaigns", "campaigns/new", "clients", "clients/new", "disputes", "donors",
    "drives", "drives/new", "events", "expenses", "expenses/new", "funds", "funds/new", "gifts", "hours",
    "hours/approvals", "matters", "matters/new", "organisation", "organisation/stripe", "people",
    "reconciliation", "recurring", "timekeepers", "tokens", "updates", "updates/new",
]  # fmt: skip


def _both(client: FlaskClient, path: str) -> tuple[str, str]:
    answers = [client.get(f"{path}?lang={language}") for language in ("en", "es")]
    assert [answer.status_code for answer in answers] == [200, 200]
    english, spanish = (answer.text for answer in answers)
    assert (Visible(english).language, Visible(spanish).language) == ("en", "es")
    return english, spanish


def test_the_page_of_a_drive_is_wholly_spanish(client: FlaskClient, drive: Drive) -> None:
    english, spanish = _both(client, f"/d/{drive.slug}")
    assert left_in_english(english, spanish, DATA) == set()
    for sentence in ("Cubrir la comisión", "nuevos donantes mensuales", "Fianza retenida"):
        assert sentence in spanish


def test_the_page_of_a_campaign_is_wholly_spanish(
    client: FlaskClient, session: Session, drive: Drive
) -> None:
    campaign = session.get_one(Campaign, drive.campaign_id)
    english, spanish = _both(client, f"/c/{campaign.slug}")
    assert left_in_english(english, spanish, DATA) == set()
    assert "Quién está detrás" in spanish


def test_a_refused_giving_form_says_why_in_spanish(client: FlaskClient, drive: Drive) -> None:
    typed = {"rhythm": "once", "amount_choice": "other", "amount_other": "abc", "email": "ana"}
    answers = [
        client.post(
            f"/d/{drive.slug}/gifts?lang={language}", data=typed | {"form_token": form_token.new_token()}
        )
        for language in ("en", "es")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert left_in_english(answers[0].text, answers[1].text, DATA) == set()
    assert "Esta no es una dirección de correo electrónico." in answers[1].text


def test_thanks_and_receipt_come_in_the_language_of_the_giver(
    client: FlaskClient, session: Session, give: Callable[..., Gift], stripe: Stripe
) -> None:
    mails: dict[str, OutgoingMail] = {}
    thanks: dict[str, str] = {}
    for language in ("en", "es"):
        client.set_cookie("lang", language)
        gift = give("15", rhythm="month", email=f"{language}@example.org")
        stripe.pay(gift)
        stripe.deliver_all()
        session.expire_all()
        mails[language] = session.query(OutgoingMail).filter_by(to=f"{language}@example.org").one()
        thanks[language] = client.get(f"/d/monthly/gifts/{gift.id}/thanks").text
    assert left_in_english(mails["en"].html or "", mails["es"].html or "", DATA) == set()
    assert Visible(mails["es"].html or "").language == "es"
    assert mails["es"].subject.startswith("Su recibo ")
    assert "Refugio Legal Project recibió su aporte. Gracias." in mails["es"].text
    assert "Llegó su primer aporte mensual de $15." in thanks["es"]
    assert "Con usted, ya son 2 de 130 nuevos donantes mensuales." in thanks["es"]
    assert left_in_english(thanks["en"], thanks["es"], DATA) == set()


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_a_page_of_the_staff_is_wholly_spanish(
    sign_in: Callable[[Member], FlaskClient], cast: Cast, drive: Drive, page: str
) -> None:
    browser = sign_in(cast.alice)
    english, spanish = _both(browser, f"/staff/{page}")
    assert left_in_english(english, spanish, DATA) == set()
