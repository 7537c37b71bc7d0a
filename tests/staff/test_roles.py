"""Who may do what: the whole table, written out, so that a change of it is seen."""

import pytest

from core.errors import Forbidden, NotFound
from staff.access import ALL_PERMISSIONS, PERMISSIONS, Actor
from staff.member import ROLES
from staff.words import PERMISSION_NAMES, ROLE_MEANINGS, ROLE_NAMES
from tests.conftest import Cast

#                      owner campaigner finance legal viewer
TABLE = """
audit.view               x       .        x      .      .
campaigns.edit           x       x        .      .      .
campaigns.view           x       x        x      x      x
clients.edit             x       .        .      x      .
clients.identity         x       .        .      x      .
costs.approve            x       .        x      .      .
costs.claim              x       .        x      x      .
costs.pay                x       .        x      .      .
costs.view               x       .        x      x      .
funds.edit               x       .        x      .      .
funds.view               x       x        x      .      x
gifts.refund             x       .        x      .      .
gifts.start              x       x        .      .      .
gifts.record             x       .        x      .      .
gifts.view               x       x        x      .      .
hours.approve            x       .        .      x      .
hours.enter              x       .        .      x      .
hours.view               x       .        .      x      .
matters.edit             x       .        .      x      .
organisation.edit        x       .        .      .      .
people.manage            x       .        .      .      .
people.view              x       x        x      x      .
reports.publish          x       x        .      .      .
texts.approve            x       .        .      x      .
tokens.manage            x       .        .      .      .
"""
CASES = [
    (line.split()[0], role, mark == "x")
    for line in TABLE.strip().splitlines()
    for role, mark in zip(ROLES, line.split()[1:], strict=True)
]


def actor(role: str, scopes: frozenset[str] | None = None) -> Actor:
    return Actor("member:mem_x", "org_x", "Refugio", "Someone", role, "mem_x", scopes)


@pytest.mark.pure
def test_the_table_of_roles(
    subtests: pytest.Subtests,
) -> None:
    for permission, role, allowed in CASES:
        with subtests.test(permission=permission, role=role, allowed=allowed):
            assert actor(role).can(permission) is allowed


@pytest.mark.pure
def test_the_table_is_complete() -> None:
    assert {permission for permission, _role, _allowed in CASES} == ALL_PERMISSIONS
    assert set(PERMISSIONS) == set(ROLES) == set(ROLE_NAMES) == set(ROLE_MEANINGS)
    assert set(PERMISSION_NAMES) == ALL_PERMISSIONS


@pytest.mark.pure
def test_a_scope_narrows_and_never_widens() -> None:
    assert not actor("owner", frozenset({"gifts.view"})).can("gifts.refund")
    assert not actor("viewer", frozenset({"gifts.view"})).can("gifts.view")


@pytest.mark.pure
def test_a_permission_that_does_not_exist_is_a_mistake_in_the_code() -> None:
    with pytest.raises(KeyError):
        actor("owner").can("gifts.veiw")


def test_what_one_may_not_see_is_not_found_and_what_one_may_not_do_is_forbidden(cast: Cast) -> None:
    with pytest.raises(NotFound):
        cast.actor("vera").require("gifts.view")
    with pytest.raises(Forbidden):
        cast.actor("carla").require("gifts.refund")
