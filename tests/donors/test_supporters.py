"""Supporters' pages: confirmed by mail, read by staff, public as long as the drive is, and counted once."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.clients.client import Client
from campaigns.clients.identity import ClientIdentity
from campaigns.disclosure import standing_words
from campaigns.drives.drive import Drive
from core import clock
from core.db import transaction
from core.errors import Conflict
from core.mail import OutgoingMail
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.privacy import erasing, exporting, retention
from donors.supporters.supporter_page import PUBLIC, STATES, TRANSITIONS, SupporterPage, read_raised
from staff.access import actor_for
from staff.member import Member
from tests.conftest import Cast
from tests.donors.conftest import Stripe, usd
from tests.donors.leading import lead

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture(autouse=True)
def led(session: Session, drive: Drive) -> None:
    lead(session, drive)


@pytest.fixture
def carla(cast: Cast, sign_in: SignIn) -> FlaskClient:
    """A campaigner, who reads what supporters write."""
    return sign_in(cast.carla)


def typed(**changed: str) -> dict[str, str]:
    plain = {
        "title": "Ten miles for Carlos",
        "name": "Lena O.",
        "words": "I run on Sunday.\n\nGive a dollar a mile.",
        "goal": "500",
        "email": "Lena@example.org",
        "form_token": form_token.new_token(),
    }
    return plain | changed


def begin(client: FlaskClient, **changed: str):
    return client.post("/d/monthly/raise", data=typed(**changed))


def mails(session: Session) -> list[OutgoingMail]:
    session.commit()
    session.expire_all()
    query = select(OutgoingMail).where(OutgoingMail.to == "lena@example.org")
    return list(session.scalars(query.order_by(OutgoingMail.queued_at, OutgoingMail.id)))


def own_link(session: Session) -> str:
    return re.findall(r"http://localhost(/my-page/\S+)", mails(session)[0].text)[0]


def the_page(session: Session) -> SupporterPage:
    session.expire_all()
    return session.query(SupporterPage).one()


@pytest.fixture
def waiting(client: FlaskClient, session: Session) -> str:
    """A page whose address is confirmed; its id."""
    assert begin(client).status_code == 200
    assert client.post(f"{own_link(session)}/confirmation").status_code == 200
    found = the_page(session).id
    session.commit()
    return found


@pytest.fixture
def public(carla: FlaskClient, session: Session, waiting: str) -> str:
    assert carla.post(f"/staff/supporter-pages/{waiting}/approvals").status_code == 303
    return waiting


@pytest.mark.pure
@pytest.mark.parametrize(("before", "after"), list(product(STATES, STATES)))
def test_each_pair_of_states(before: str, after: str) -> None:
    page = SupporterPage(state=before)
    if after in TRANSITIONS[before]:
        page.move_to(after)
        assert page.state == after
    else:
        with pytest.raises(Conflict):
            page.move_to(after)
        assert page.state == before


def test_from_the_form_to_the_public(
    client: FlaskClient, session: Session, carla: FlaskClient, drive: Drive
) -> None:
    assert "Start a page of your own" in client.get("/d/monthly").text
    answer = begin(client)
    assert "A mail is on its way" in answer.text
    page = the_page(session)
    address = f"/d/monthly/supporters/{page.id}"
    assert page.state == "draft"
    assert client.get(address).status_code == 404
    assert page.id not in carla.get("/staff/supporter-pages").text

    link = own_link(session)
    shown = client.get(link)
    assert shown.headers["X-Robots-Tag"] == "noindex"
    assert the_page(session).state == "draft"  # looking confirms nothing
    assert client.post(f"{link}/confirmation").status_code == 200
    assert client.get(address).status_code == 404
    assert "One supporter's page waits for a look".replace("'", "&#39;") in carla.get("/staff/").text
    assert "Ten miles for Carlos" in carla.get("/staff/supporter-pages?state=waiting").text
    assert "Give a dollar a mile." in carla.get(f"/staff/supporter-pages/{page.id}").text

    assert carla.post(f"/staff/supporter-pages/{page.id}/approvals").status_code == 303
    told = client.get(address)
    assert told.status_code == 200
    assert "X-Robots-Tag" not in told.headers
    for text in ("Ten miles for Carlos", "Lena O.", "$500", 'name="supporter_page"'):
        assert text in told.text
    assert "lena@example.org" not in told.text.lower()
    assert "Ten miles for Carlos" in client.get("/d/monthly").text
    assert "Ten miles for Carlos" in client.get("/d/monthly/supporters").text
    assert mails(session)[-1].subject == "Your page is public"


def test_a_gift_through_the_page_counts_once_and_is_shown_there(
    client: FlaskClient, session: Session, public: str, give: Callable[..., Gift], stripe: Stripe
) -> None:
    gift = give("50", supporter_page=public, message="Run!")
    stripe.pay(gift)
    stripe.pay(give("20", email="ben@example.org"))
    stripe.deliver_all()
    session.expire_all()
    assert gift.supporter_page_id == public
    page = client.get(f"/d/monthly/supporters/{public}").text
    assert "Run!" in page
    assert "$50" in page
    assert client.get("/d/monthly/progress.json").get_json()["raised_minor"] == 7000
    assert "$50" in client.get("/d/monthly/supporters").text


def test_instalments_go_on_counting_for_the_page(
    session: Session, public: str, give: Callable[..., Gift], stripe: Stripe
) -> None:
    stripe.pay(give("15", rhythm="month", supporter_page=public))
    stripe.control("clock/advance", by_days=32)
    stripe.deliver_all()
    session.expire_all()
    assert {each.supporter_page_id for each in session.query(Gift)} == {public}
    assert read_raised(the_page(session), "USD") == usd(3000)


@pytest.mark.parametrize("page", ["page_of_nobody", "hidden", "x" * 41])
def test_a_gift_is_never_refused_for_its_page(
    session: Session, carla: FlaskClient, public: str, give: Callable[..., Gift], page: str
) -> None:
    if page == "hidden":
        carla.post(f"/staff/supporter-pages/{public}/hidings", data={"reason": "Not so."})
        page = public
    assert give("50", supporter_page=page[:40]).supporter_page_id is None


def test_other_words_wait_again_and_a_goal_does_not(
    client: FlaskClient, session: Session, public: str
) -> None:
    link = own_link(session)
    goal = {
        "title": "Ten miles for Carlos",
        "name": "Lena O.",
        "words": the_page(session).words,
        "goal": "600",
    }
    assert client.post(link, data=goal).status_code == 200
    assert (the_page(session).state, the_page(session).goal_minor) == ("public", 60000)
    assert client.post(link, data=goal | {"words": "I swim instead."}).status_code == 200
    assert the_page(session).state == "waiting"
    assert client.get(f"/d/monthly/supporters/{public}").status_code == 404
    assert "Ten miles" not in client.get("/d/monthly").text


def test_hidden_with_a_reason_and_back_with_other_words(
    client: FlaskClient, session: Session, carla: FlaskClient, public: str
) -> None:
    assert carla.post(f"/staff/supporter-pages/{public}/hidings", data={"reason": ""}).status_code == 422
    answer = carla.post(f"/staff/supporter-pages/{public}/hidings", data={"reason": "It names a town."})
    assert answer.status_code == 303
    assert client.get(f"/d/monthly/supporters/{public}").status_code == 410
    assert "Ten miles" not in client.get("/d/monthly/supporters").text
    assert "It names a town." in mails(session)[-1].text
    link = own_link(session)
    assert "It names a town." in client.get(link).text
    client.post(
        link, data={k: v for k, v in typed(words="I run.").items() if k not in ("email", "form_token")}
    )
    assert the_page(session).state == "waiting"
    assert carla.post(f"/staff/supporter-pages/{public}/approvals").status_code == 303
    assert client.get(f"/d/monthly/supporters/{public}").status_code == 200


def test_when_the_campaign_is_withdrawn_every_page_of_it_is_gone(
    client: FlaskClient, session: Session, drive: Drive, public: str
) -> None:
    session.get_one(Campaign, drive.campaign_id).withdrawn_at = clock.now()
    session.commit()
    for address in (f"/d/monthly/supporters/{public}", "/d/monthly/supporters", "/d/monthly/raise"):
        assert client.get(address).status_code == 410, address
    assert begin(client).status_code == 410


def test_its_owner_ends_it_and_nothing_of_them_stays(
    client: FlaskClient, session: Session, public: str
) -> None:
    link = own_link(session)
    assert client.post(f"{link}/end").status_code == 200
    page = the_page(session)
    assert (page.title, page.name, page.words, page.email) == ("", "", "", "")
    assert client.get(f"/d/monthly/supporters/{public}").status_code == 410
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("field", ["title", "name", "words"])
def test_no_word_names_the_client(client: FlaskClient, session: Session, drive: Drive, field: str) -> None:
    campaign = session.get_one(Campaign, drive.campaign_id)
    assert campaign.client_id
    found = session.get_one(Client, campaign.client_id)
    session.add(ClientIdentity(client_id=found.id, full_name="Zebulón Quetzalito", never_publish=""))
    session.commit()
    for words in ("zebulon quetzalito", "Ze**bul**ón Quetz*ali*to", "Zebu\u200blón Quetza\u00adlito"):
        refused = begin(client, **{field: words})
        assert refused.status_code == 422, words
    assert session.query(SupporterPage).count() == 0
    assert begin(client).status_code == 200
    link = own_link(session)
    plain = {k: v for k, v in typed().items() if k not in ("email", "form_token")}
    assert client.post(link, data=plain | {field: "Zebulon Quetzalito"}).status_code == 422


def test_public_words_are_looked_through_when_a_name_is_written_down(
    session: Session, drive: Drive, public: str
) -> None:
    campaign = session.get_one(Campaign, drive.campaign_id)
    assert campaign.client_id
    session.add(ClientIdentity(client_id=campaign.client_id, full_name="Lena Orozco", never_publish="Sunday"))
    session.commit()
    assert standing_words(campaign.client_id) == [("supporter_page", public)]


def test_machines_and_the_impatient_are_stopped(client: FlaskClient, session: Session) -> None:
    assert begin(client, website="http://spam.example").status_code == 422
    assert begin(client, form_token="forged").status_code == 422
    for wrong in ({"goal": "0"}, {"goal": "many"}, {"words": " "}, {"email": "lena"}, {"title": "x" * 81}):
        assert begin(client, **wrong).status_code == 422, wrong
    assert session.query(SupporterPage).count() == 0
    assert client.get("/my-page/forged").status_code == 404
    assert client.post("/my-page/forged/end").status_code == 404


def test_one_address_has_three_pages_at_most(client: FlaskClient, session: Session, public: str) -> None:
    for number in range(3):
        begin(client, title=f"Page {number}")
    links = [re.findall(r"http://localhost(/my-page/\S+)", each.text) for each in mails(session)]
    fresh = {link[0] for link in links if link} - {own_link(session)}
    codes = sorted(client.post(f"{link}/confirmation").status_code for link in fresh)
    assert codes == [200, 200, 409]


def test_a_closed_drive_takes_no_new_page_and_keeps_the_old_ones(
    client: FlaskClient, session: Session, drive: Drive, public: str
) -> None:
    drive.closes_at = clock.now() - timedelta(hours=1)
    session.commit()
    assert begin(client).status_code == 409
    page = client.get(f"/d/monthly/supporters/{public}").text
    assert "This drive is closed" in page
    assert 'name="supporter_page"' not in page


def test_the_link_is_mailed_again_and_strangers_learn_nothing(
    client: FlaskClient, session: Session, public: str
) -> None:
    before = len(mails(session))
    known = client.post("/d/monthly/raise/link", data={"email": "LENA@example.org"})
    unknown = client.post("/d/monthly/raise/link", data={"email": "ben@example.org"})
    assert known.text == unknown.text
    assert len(mails(session)) == before + 1
    assert own_link(session) in mails(session)[-1].text


def test_erasing_a_donor_ends_their_pages_and_the_export_tells_of_them(
    session: Session, cast: Cast, public: str, give: Callable[..., Gift], stripe: Stripe
) -> None:
    gift = give("50", email="lena@example.org", name="Lena")
    stripe.pay(gift)
    stripe.deliver_all()
    session.commit()
    finance = actor_for(cast.frida)
    with transaction():
        told = exporting.export_donor(finance, gift.donor_id)
    assert [each["id"] for each in told["supporter_pages"]] == [public]
    with transaction():
        erasing.erase_donor(finance, gift.donor_id, reason="Asked for by phone")
    page = the_page(session)
    assert (page.state, page.email, page.words) == ("ended", "", "")


def test_a_public_page_has_a_code_for_posters(client: FlaskClient, public: str) -> None:
    code = client.get(f"/d/monthly/supporters/{public}/qr.svg")
    assert (code.status_code, code.content_type) == (200, "image/svg+xml")
    assert client.get("/d/monthly/supporters/page_of_nobody/qr.svg").status_code == 404


def test_what_nobody_confirms_goes_after_a_month(client: FlaskClient, session: Session) -> None:
    begin(client)
    page = the_page(session)
    page.begun_at = clock.now() - timedelta(days=31)
    session.commit()
    rule = next(each for each in retention.RULES if each.name == "pages")
    assert rule.count() == 1
    rule.apply([page.id])
    session.expire_all()
    assert session.query(SupporterPage).count() == 0


def test_another_organisation_sees_none_and_a_viewer_decides_nothing(
    cast: Cast, sign_in: SignIn, session: Session, waiting: str
) -> None:
    charlie, vera = sign_in(cast.charlie), sign_in(cast.vera)
    assert charlie.get(f"/staff/supporter-pages/{waiting}").status_code == 404
    assert charlie.post(f"/staff/supporter-pages/{waiting}/approvals").status_code == 404
    assert "Ten miles" in vera.get("/staff/supporter-pages").text
    assert vera.post(f"/staff/supporter-pages/{waiting}/approvals").status_code == 403
    assert the_page(session).state == "waiting"


def test_a_page_that_is_public_stays_so_when_it_is_approved_again(
    carla: FlaskClient, session: Session, public: str
) -> None:
    carla.post(f"/staff/supporter-pages/{public}/approvals")
    assert the_page(session).state == PUBLIC
