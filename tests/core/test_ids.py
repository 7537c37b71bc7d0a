"""Ids are prefixed, random, and made of letters that survive being read aloud."""

import pytest

from core import ids

pytestmark = pytest.mark.pure


def test_ids_do_not_repeat_and_have_their_shape() -> None:
    made = {ids.new_id("gift") for _each in range(2000)}
    assert len(made) == 2000
    assert all(ids.is_id(each, "gift") for each in made)
    assert not set("".join(made).replace("gift_", "")) & set("ilou")


@pytest.mark.parametrize(
    "wrong", ["", "gift_", "gift_" + "0" * 23, "drive_" + "0" * 24, "gift_" + "i" * 24, "gift_ab'--"]
)
def test_what_is_no_id_is_told_apart(wrong: str) -> None:
    assert not ids.is_id(wrong, "gift")


def test_an_id_can_come_from_a_digest() -> None:
    assert ids.encode(bytes(15)) == "0" * 24
    assert ids.encode(b"\xff" * 15) == "z" * 24
