"""Suggestions of duplicates in pages: each pair once, searched, counted, in as many statements for two as for hundreds;
and what people decided about a pair stands until they take it back."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import clock
from core.db import transaction
from donors.merging import suggesting
from donors.merging.suggesting import MOST_IN_GROUP
from donors.people import sameness
from donors.people.donor import Donor
from staff.access import actor_for
from staff.issuing import issue
from tests.conftest import Cast
from tests.donors.api.conftest import Software
from tests.statements import statements

PAIRS = 130


@pytest.fixture
def many(session: Session, cast: Cast) -> list[tuple[str, str]]:
    """Pairs of one address but for a dot, each of another name; and as many donors who resemble nobody."""
    rows = [
        _row(
            cast.refugio.id,
            f"donor_{number:03}{half}",
            f"Person {number:03}",
            f"p{dot}erson{number:03}@a.example",
        )
        for number in range(PAIRS)
        for half, dot in (("a", ""), ("b", "."))
    ]
    rows += [_row(cast.refugio.id, f"donor_s{n:03}", "", f"x{n:03}@b.example") for n in range(PAIRS)]
    session.execute(insert(Donor), rows)
    session.commit()
    return [(f"donor_{number:03}a", f"donor_{number:03}b") for number in range(PAIRS)]


def _row(organisation_id: str, donor_id: str, name: str, email: str) -> dict[str, object]:
    return {
        "id": donor_id,
        "organisation_id": organisation_id,
        "name": name,
        "email": email,
        "first_seen_at": clock.now(),
        "address_key": sameness.address_key(email),
        "name_key": sameness.name_key(name),
    }


def addresses_on(page: str) -> list[str]:
    return re.findall(r">(p\.?erson\d{3}@a\.example)</span>", page)


def test_every_pair_is_on_one_page_and_counted(frida: FlaskClient, many: list[tuple[str, str]]) -> None:
    seen: list[str] = []
    for number in (1, 2, 3):
        page = frida.get(f"/staff/duplicates?page={number}").text
        assert f"{PAIRS} in all" in page
        assert f"page {number} of 3" in page
        seen += addresses_on(page)
    assert len(seen) == len(set(seen)) == 2 * PAIRS


def test_a_search_finds_by_either_s_name_or_address(frida: FlaskClient, many: list[tuple[str, str]]) -> None:
    for typed in ("p.erson077@", "PERSON 077"):
        page = frida.get("/staff/duplicates", query_string={"q": typed}).text
        assert addresses_on(page) == ["person077@a.example", "p.erson077@a.example"]
        assert "One in all" in page
    assert "No pair fits “nobody at all”" in frida.get("/staff/duplicates?q=nobody at all").text


def test_a_page_takes_no_more_statements_for_more_pairs(
    frida: FlaskClient, many: list[tuple[str, str]]
) -> None:
    frida.get("/staff/duplicates")
    with statements() as few:
        frida.get("/staff/duplicates?q=person077")
    with statements() as all_of_them:
        frida.get("/staff/duplicates")
    assert len(few) == len(all_of_them)


def test_what_people_decided_stands_and_is_taken_back(
    frida: FlaskClient,
    carla: FlaskClient,
    charlie: FlaskClient,
    many: list[tuple[str, str]],
    session: Session,
) -> None:
    one, other = many[77]
    body = {"one": other, "other": one}
    answer = frida.post("/staff/duplicates/refusals?q=person077&page=1", data=body)
    assert answer.headers["Location"] == "/staff/duplicates?q=person077&page=1"
    assert f"{PAIRS - 1} in all" in frida.get("/staff/duplicates").text
    decided = frida.get("/staff/duplicates?show=two_people").text
    assert "Suggest again" in decided
    assert "p.erson077@a.example" in decided
    assert "Suggest again" not in carla.get("/staff/duplicates?show=two_people").text
    assert carla.post("/staff/duplicates/refusals/undoing", data=body).status_code == 403
    assert "erson077@a.example" not in charlie.get("/staff/duplicates?show=two_people").text
    session.commit()
    assert frida.post("/staff/duplicates/refusals/undoing", data=body).status_code == 303
    assert f"{PAIRS} in all" in frida.get("/staff/duplicates").text
    assert frida.post("/staff/duplicates/refusals/undoing", data=body).status_code == 404


def test_software_reads_all_of_them_in_pieces(
    session: Session, cast: Cast, client: FlaskClient, many: list[tuple[str, str]]
) -> None:
    with transaction():
        _token, secret = issue(actor_for(cast.alice), name="Test", scopes=["gifts.view"])
    software = Software(client, secret)
    found: list[tuple[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        piece = software.get("/donor-duplicates", **cursor).get_json()
        assert len(piece["items"]) <= 50
        found += [tuple(sorted((each["first_id"], each["second_id"]))) for each in piece["items"]]
        if piece["next_cursor"] is None:
            break
        cursor = {"cursor": piece["next_cursor"]}
    assert sorted(found) == many
    assert len(software.get("/donor-duplicates", q="person077").get_json()["items"]) == 1
    bad = software.get("/donor-duplicates", cursor="nonsense")
    assert (bad.status_code, list(bad.get_json()["errors"])) == (422, ["cursor"])


def test_a_name_that_very_many_have_costs_no_more_than_its_bound(session: Session, cast: Cast) -> None:
    rows = [
        _row(cast.refugio.id, f"donor_{n:03}", "Ana Lopez", f"ana.lopez{n:03}@house{n}.example")
        for n in range(200)
    ]
    session.execute(insert(Donor), rows)
    session.commit()
    found = len(suggesting.find_pairs(cast.actor("frida")))
    assert 0 < found <= MOST_IN_GROUP * (MOST_IN_GROUP - 1) // 2
