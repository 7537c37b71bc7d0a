"""The woven band that stands for a cause without a portrait."""

import pytest

from core.drawing.pattern import CELL, THREADS, weave

pytestmark = pytest.mark.pure


def test_the_same_text_weaves_the_same_cloth() -> None:
    assert weave("camp_abc") == weave("camp_abc")


def test_the_cloth_of_a_text_never_changes_between_versions() -> None:
    cloth = weave("camp_abc")
    assert cloth.key == "wbf5fd40a"
    assert [band.thread for band in cloth.bands] == ["t1", "t5", "t3", "t1", "t3", "t5", "t1"]


def test_different_causes_get_different_cloths() -> None:
    cloths = {tuple((b.path, b.ground, b.thread) for b in weave(f"camp_{n}").bands) for n in range(300)}
    assert len(cloths) > 200


def test_bands_lie_edge_to_edge_and_mirror_each_other() -> None:
    cloth = weave("camp_abc")
    y = 0
    for band in cloth.bands:
        assert band.y == y
        y += band.height
    assert y == cloth.height
    assert [band.height for band in cloth.bands] == [band.height for band in reversed(cloth.bands)]
    assert [band.thread for band in cloth.bands] == [band.thread for band in reversed(cloth.bands)]


def test_every_cloth_has_one_height_so_that_pages_do_not_shift() -> None:
    assert {weave(str(n)).height for n in range(50)} == {24 * CELL}


def test_a_motif_is_never_drawn_in_the_colour_of_its_ground() -> None:
    for n in range(300):
        for band in weave(str(n)).bands:
            assert band.thread != band.ground
            assert band.thread in THREADS
