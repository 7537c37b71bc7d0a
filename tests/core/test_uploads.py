"""Files are what their first bytes say; too large, empty or foreign ones are refused, and a failure keeps none."""

import stat
from io import BytesIO

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from PIL import Image

from core import sealed, uploads
from core.errors import Invalid, NotFound
from core.uploads import Shelf

SHELF = Shelf("tests", ("application/pdf", "image/png"), 64 * 1024)
OPEN_SHELF = Shelf("tests-open", ("image/png", "image/jpeg"), 64 * 1024, is_sealed=False)
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\nstartxref 9\n%%EOF\n"


def picture(kind: str = "PNG") -> bytes:
    made = BytesIO()
    Image.new("RGB", (4, 3), "teal").save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(("data", "media_type"), [(PDF, "application/pdf"), (picture(), "image/png")])
def test_the_content_decides_what_a_file_is(app: Flask, data: bytes, media_type: str) -> None:
    assert uploads.check(SHELF, data) == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7 and no end",
        b"<html><script>alert(1)</script>",
        b"MZ\x90\x00 a program",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        picture()[:40],
        picture("JPEG"),
        picture("GIF"),
        PDF + b"\x00" * 64 * 1024,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
    ids=["empty", "cut", "page", "program", "fake", "half", "jpeg", "gif", "large", "svg"],
)
def test_anything_else_is_refused_by_its_field(app: Flask, data: bytes) -> None:
    with (
        pytest.raises(Invalid) as caught,
        uploads.keeping(SHELF, [PDF, data], field="receipt"),
    ):
        pass
    assert list(caught.value.errors) == ["receipt"]
    assert SHELF.names() == []


def test_what_is_kept_is_sealed_private_and_comes_back(app: Flask) -> None:
    with uploads.keeping(SHELF, [PDF]) as (kept,):
        pass
    lying = SHELF.path(kept.name)
    assert stat.S_IMODE(lying.stat().st_mode) == 0o600
    assert b"PDF" not in lying.read_bytes()
    assert uploads.read(SHELF, kept.name) == PDF
    assert (kept.size_bytes, kept.media_type) == (len(PDF), "application/pdf")
    uploads.discard(SHELF, kept.name)
    with pytest.raises(NotFound):
        uploads.read(SHELF, kept.name)


def test_a_failure_afterwards_keeps_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), uploads.keeping(SHELF, [PDF, PDF]):
        assert len(SHELF.names()) == 2
        raise ZeroDivisionError
    assert SHELF.names() == []


@pytest.mark.parametrize(
    "name", ["../../amparo.sqlite", "file_x", "/etc/passwd", "gift_188a2667pjrnfdy4ss4f2ydz"]
)
def test_a_name_that_is_none_of_ours_is_not_found(app: Flask, name: str) -> None:
    with pytest.raises(NotFound):
        uploads.read(SHELF, name)


def test_files_are_sealed_again_with_a_new_key(app: Flask) -> None:
    before = app.extensions["sealing"]
    old = app.config["SETTINGS"].sealing_keys[0]
    new = Fernet.generate_key().decode()
    with uploads.keeping(SHELF, [PDF]) as (kept,), uploads.keeping(OPEN_SHELF, [picture()]) as (plain,):
        pass
    try:
        sealed.init_app(app, (new, old))
        assert dict(uploads.reseal_all())["tests"] == 1
        assert dict(uploads.reseal_all())["tests"] == 0
        sealed.init_app(app, (new,))
        assert uploads.read(SHELF, kept.name) == PDF
    finally:
        app.extensions["sealing"] = before
        uploads.discard(SHELF, kept.name)
        uploads.discard(OPEN_SHELF, plain.name)


def test_an_answer_is_an_attachment_that_no_browser_runs_or_keeps(app: Flask) -> None:
    with uploads.keeping(SHELF, [PDF]) as (kept,):
        answer = uploads.answer(SHELF, kept.name, kept.media_type, called="receipt")
    uploads.discard(SHELF, kept.name)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt.pdf"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.data == PDF
