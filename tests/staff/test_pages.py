"""Every staff page stands, for who may see it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from staff.member import Member
from tests.conftest import Cast

PAGES = (
    "/staff/",
    "/staff/people",
    "/staff/audit",
    "/staff/audit.csv",
    "/staff/tokens",
    "/staff/organisation",
    "/staff/account",
    "/change-password",
    "/tf-setup",
    "/wan-register",
    "/mf-recovery-codes",
)


def test_an_owner_sees_every_page(
    cast: Cast,
    sign_in: Callable[[Member], FlaskClient],
    subtests: pytest.Subtests,
) -> None:
    for address in PAGES:
        for language in ["en", "es"]:
            with subtests.test(address=address, language=language):
                answer = sign_in(cast.alice).get(f"{address}?lang={language}")
                assert answer.status_code == 200
                assert "<script>" not in answer.text


@pytest.mark.parametrize("address", ["/login", "/reset", "/wan-signin"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_anybody_sees_the_sign_in_pages(client: FlaskClient, address: str, language: str) -> None:
    answer = client.get(f"{address}?lang={language}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


@pytest.mark.parametrize("address", ["/staff/", "/staff/people?page=2", "/staff/audit", "/staff/account"])
def test_a_stranger_is_sent_to_sign_in_and_back(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=")
