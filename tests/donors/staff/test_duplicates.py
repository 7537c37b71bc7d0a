"""Staff finds two donors who are one, compares and merges them, takes it back; and software does the same."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.db import transaction
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from staff.access import actor_for
from staff.issuing import issue
from tests.conftest import Cast
from tests.donors.api.conftest import Software

Paid = Callable[..., Gift]


@pytest.fixture
def pair(session: Session, paid: Paid) -> tuple[str, str]:
    gifts = [
        paid("50", email="ana.lopez@example.org"),
        paid("20", email="analopez@example.org", rhythm="month"),
    ]
    return gifts[0].donor_id, gifts[1].donor_id


def seen_on(page: str) -> str:
    return re.findall(r'name="seen" value="([0-9a-f]+)"', page)[0]


def test_from_the_suggestion_to_the_merge_and_back(
    session: Session, frida: FlaskClient, pair: tuple[str, str]
) -> None:
    kept, absorbed = pair
    listed = frida.get("/staff/duplicates").text
    assert "analopez@example.org" in listed
    compared = frida.get(f"/staff/donors/{kept}/merge?with={absorbed}").text
    assert "2 → 1" in compared
    assert "1 → " not in compared.split("New monthly donors")[-1]
    body = {"absorbed_id": absorbed, "seen": seen_on(compared), "reason": "She wrote to us."}
    answer = frida.post(f"/staff/donors/{kept}/merges", data=body)
    assert answer.status_code == 303, answer.text

    assert frida.get(f"/staff/donors/{absorbed}").headers["Location"].endswith(kept)
    page = frida.get(f"/staff/donors/{kept}").text
    assert "analopez@example.org" in page
    assert "$70" in page
    assert ">analopez@example.org</td>" not in frida.get("/staff/donors").text
    assert kept in frida.get("/staff/donors?q=analopez").text
    merge_page = re.findall(r"/staff/merges/\w+", page)[0]
    assert "One gift goes back to analopez@example.org" in frida.get(merge_page).text
    assert frida.post(f"{merge_page}/undos", data={"reason": ""}).status_code == 422
    assert frida.post(f"{merge_page}/undos", data={"reason": "Two sisters."}).status_code == 303
    assert "analopez@example.org" in frida.get(f"/staff/donors/{absorbed}").text
    assert "undone" in frida.get("/staff/duplicates?show=merged").text


def test_what_changed_since_it_was_looked_at_is_shown_again(
    session: Session, frida: FlaskClient, pair: tuple[str, str], paid: Paid
) -> None:
    kept, absorbed = pair
    seen = seen_on(frida.get(f"/staff/donors/{kept}/merge?with={absorbed}").text)
    paid("30", email="analopez@example.org")
    body = {"absorbed_id": absorbed, "seen": seen, "reason": "She wrote to us."}
    answer = frida.post(f"/staff/donors/{kept}/merges", data=body)
    assert answer.status_code == 422
    assert "Something changed since you looked" in answer.text
    session.expire_all()
    assert session.get_one(Donor, absorbed).merged_into_id is None
    body["seen"] = seen_on(answer.text)
    assert frida.post(f"/staff/donors/{kept}/merges", data=body).status_code == 303


def test_two_people_are_not_suggested_again(frida: FlaskClient, pair: tuple[str, str]) -> None:
    kept, absorbed = pair
    answer = frida.post("/staff/duplicates/refusals", data={"one": kept, "other": absorbed})
    assert answer.status_code == 303
    assert "Nobody looks like a duplicate" in frida.get("/staff/duplicates").text
    assert "looks like the same person" not in frida.get(f"/staff/donors/{kept}").text


def test_any_other_donor_is_found_by_address(frida: FlaskClient, pair: tuple[str, str], paid: Paid) -> None:
    kept, _absorbed = pair
    paid("10", email="treasurer@example.net", name="Ana L")
    assert "Are they one person?" in frida.get(f"/staff/donors/{kept}/merge?with=treasurer@").text
    nobody = frida.get(f"/staff/donors/{kept}/merge?with=nobody@")
    assert nobody.status_code == 422
    assert "No other donor fits" in nobody.text
    assert "Several donors fit" in frida.get(f"/staff/donors/{kept}/merge?with=example").text


def test_a_campaigner_looks_and_does_not_merge(carla: FlaskClient, pair: tuple[str, str]) -> None:
    kept, absorbed = pair
    page = carla.get(f"/staff/donors/{kept}/merge?with={absorbed}").text
    assert "Finance and owners can merge donors." in page
    body = {"absorbed_id": absorbed, "seen": "", "reason": "She wrote to us."}
    assert carla.post(f"/staff/donors/{kept}/merges", data=body).status_code == 403


def test_another_organisation_sees_none_of_it(charlie: FlaskClient, pair: tuple[str, str]) -> None:
    kept, absorbed = pair
    assert "example.org" not in charlie.get("/staff/duplicates").text
    assert charlie.get(f"/staff/donors/{kept}/merge?with={absorbed}").status_code == 404
    assert charlie.get("/staff/merges/merge_nothing").status_code == 404


def test_the_page_of_a_recurring_gift_says_why_it_counts(frida: FlaskClient, paid: Paid) -> None:
    gift = paid("20", rhythm="month")
    why = "Counted as a new monthly donor because this is their first payment"
    assert why in frida.get(f"/staff/gifts/{gift.id}").text
    assert why in frida.get(f"/staff/recurring/{gift.recurring_gift_id}").text


def test_software_merges_and_undoes(
    session: Session, cast: Cast, client: FlaskClient, pair: tuple[str, str]
) -> None:
    kept, absorbed = pair
    session.commit()
    with transaction():
        _token, secret = issue(actor_for(cast.alice), name="Test", scopes=["gifts.view", "gifts.refund"])
    software = Software(client, secret)
    assert {"first_id": kept, "second_id": absorbed, "why": "same_address"} in software.get(
        "/donor-duplicates"
    ).get_json()["items"]
    foreseen = software.get(f"/donors/{kept}/merge-preview", absorbed_id=absorbed).get_json()
    assert foreseen["figures"][0]["donors"] == [2, 1]
    assert foreseen["absorbed"] == {"id": absorbed, "gifts": 1, "receipts": 1, "recurring_gifts": 1}
    answer = software.post(f"/donors/{kept}/merges", {"absorbed_id": absorbed, "reason": "She wrote."})
    assert answer.status_code == 201, answer.text
    merged = answer.get_json()
    again = software.post(f"/donors/{kept}/merges", {"absorbed_id": absorbed, "reason": "She wrote."})
    assert again.status_code == 422
    assert "absorbed_id" in again.get_json()["errors"]
    assert software.get(f"/donors/{absorbed}").get_json()["id"] == kept
    assert [each["id"] for each in software.get("/donor-merges").get_json()["items"]] == [merged["id"]]
    undone = software.post(f"/donor-merges/{merged['id']}/undos", {"reason": "Two sisters."})
    assert undone.get_json()["state"] == "undone"
    twice = software.post(f"/donor-merges/{merged['id']}/undos", {"reason": "Two sisters."})
    assert (twice.status_code, twice.get_json()["code"]) == (409, "undone_already")
    refused = software.post("/donor-duplicates/refusals", {"one_id": kept, "other_id": absorbed})
    assert refused.status_code == 204
    assert software.get("/donor-duplicates").get_json()["items"] == []
