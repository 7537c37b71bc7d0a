"""Every route by every role of three organisations and by nobody, against the written matrix."""

import os
import re
from collections import defaultdict

import pytest
from flask import Flask
from sqlalchemy import Select, select

from core.mail import OutgoingMail
from donors.people.donor import Donor
from donors.webhooks_out.endpoint import WebhookMessage
from staff.account import User
from staff.member import Member
from staff.organisation import Organisation
from tests.safety.conftest import Town, look
from tests.safety.test_nobody_is_named import said
from tests.safety.walls import matrix
from tests.safety.walls.conftest import addresses_of, belongings, person
from tests.safety.walls.matrix import LETTERS, ORGANISATIONS

pytestmark = pytest.mark.once
#: Ids are looked for all at once: there are hundreds, in thousands of answers.
AN_ID = re.compile(r"[a-z]+_[0-9a-z]{24}")

#: In the everyday suite; `make torture` takes every role of every organisation.
FEW = {"refugio": ("owner", "legal", "viewer"), "llano": ("owner", "legal"), "elsewhere": ("owner",)}
EVERYONE = {slug: tuple(LETTERS) for slug in ORGANISATIONS}
WHO = EVERYONE if os.environ.get("AMPARO_WALLS") else FEW


def test_every_route_is_in_the_matrix_and_no_other(the_app: Flask) -> None:
    """A new route is written down before it lands: `AMPARO_WALLS=1 pytest tests/safety/walls` prints its line."""
    there = {(method, rule.rule) for method, rule in matrix.rules(the_app)}
    assert there == set(matrix.read())


def test_what_changes_something_has_the_guard_that_is_written_down(the_app: Flask) -> None:
    written = matrix.read()
    found = {
        (method, rule.rule): [matrix.guard_of(the_app, rule)]
        for method, rule in matrix.rules(the_app)
        if method != "GET"
    }
    assert {key: cells for key, cells in found.items() if written.get(key) != cells} == {}


def test_nobody_finds_what_the_matrix_does_not_list(staffed: Town) -> None:
    """And nothing of a stranger's in what is found."""
    written, wrong, seen = matrix.read(), [], defaultdict(lambda: defaultdict(set))
    looked_at = [
        rule
        for method, rule in matrix.rules(staffed.app)
        if method == "GET" and rule.rule.startswith(("/staff", "/api/"))
    ]
    places = {rule.rule: list(addresses_of(staffed, rule)) for rule in looked_at}
    guards = {rule.rule: matrix.guard_of(staffed.app, rule) for rule in looked_at}
    foreign = {slug: belongings(slug) for slug in ORGANISATIONS}
    for slug, roles in WHO.items():
        for role in roles:
            somebody = person(staffed, slug, role)
            for rule, paths in places.items():
                cells = written.get(("GET", rule), ["", "", ""])
                for path in paths:
                    answer = somebody.ask(path)
                    if answer.status_code == 200:
                        wrong += _strange(slug, foreign, said(answer) + path, (slug, role, path))
                    if slug == "elsewhere" and any(each in path for each in foreign[slug]):
                        continue  # its own; the matrix tells of the others' things
                    seen[rule][slug].add(LETTERS[role] if answer.status_code < 400 else "")
                    if answer.status_code not in matrix.statuses(cells, slug, guards[rule], role):
                        wrong.append((slug, role, path, answer.status_code))
    assert wrong == [], f"{wrong[:20]}\n" + "\n".join(
        matrix.line("GET", rule, [_cell(found[slug]) for slug in ORGANISATIONS])
        for rule, found in seen.items()
    )


def test_mails_and_webhooks_tell_of_their_own_organisation_alone(staffed: Town) -> None:
    """What leaves for a donor, a member or an endpoint of one names nothing of a stranger's."""
    foreign = {slug: belongings(slug) for slug in ORGANISATIONS}
    told: dict[str, list[str]] = {slug: [] for slug in ORGANISATIONS}
    for slug, (ours,) in {slug: look(_id_of(slug)) for slug in ORGANISATIONS}.items():
        payloads = look(select(WebhookMessage.payload).where(WebhookMessage.organisation_id == ours))
        donors = select(Donor.email).where(Donor.organisation_id == ours)
        accounts = select(Member.account_id).where(Member.organisation_id == ours)
        members = select(User.email).where(User.id.in_(accounts))
        mails = look(select(OutgoingMail).where(OutgoingMail.to.in_(donors.union(members))))
        told[slug] = [*map(str, payloads), *(f"{each.subject}{each.text}{each.html}" for each in mails)]
    assert told["refugio"]
    assert told["elsewhere"]
    assert [_strange(slug, foreign, "\n".join(words), (slug,)) for slug, words in told.items()] == [
        [],
        [],
        [],
    ]


def _id_of(slug: str) -> Select[str]:
    return select(Organisation.id).where(Organisation.slug == slug)


def _strange(slug: str, foreign: dict[str, set[str]], body: str, where: tuple[str, ...]) -> list[object]:
    """Between partners some things are shared; between strangers nothing is."""
    strangers = [each for each in ORGANISATIONS if "elsewhere" in {each, slug} and each != slug]
    named = set(AN_ID.findall(body))
    return [
        (where, each)
        for other in strangers
        for each in foreign[other]
        if each in named or (not AN_ID.fullmatch(each) and each in body)
    ]


def _cell(letters: set[str]) -> str:
    return "".join(letter if letter in letters else "-" for letter in LETTERS.values())


def test_nobody_in_particular_is_sent_to_sign_in_or_finds_nothing(staffed: Town) -> None:
    written, browser, wrong = matrix.read(), staffed.browser_of("nobody"), []
    expected = {"login": {302}, "401": {401}, "404": {404}, "public": set(range(200, 500)) - {401, 403}}
    for method, rule in matrix.rules(staffed.app):
        if method != "GET":
            continue
        cell = written.get((method, rule.rule), ["?"])[-1]
        for path in addresses_of(staffed, rule):
            answer = browser.get(path)
            if answer.status_code not in expected.get(cell, set()) or (
                cell == "login" and not answer.headers["Location"].startswith("/login?next=")
            ):
                wrong.append((path, cell, answer.status_code))
    assert wrong == []
