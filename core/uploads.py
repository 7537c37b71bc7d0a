"""Files that people send: known by their content, limited in size, kept under random names outside the web root.

Neither the name of a file nor the type its sender states decides anything: the first bytes do, and a picture
must open as one. Files lie under DATA_DIR/files/SHELF, sealed unless the shelf says otherwise, and leave only
through `answer`, as an attachment that no browser runs. EXIF stays where it is: nobody is shown these files
but those who may read the row that names them; a shelf of public pictures makes new ones instead.

    with uploads.keeping(RECEIPTS, files) as kept, transaction():
        ...write rows that name what was kept...

keeps nothing when the transaction fails. A process that dies between the two leaves a file that no row names.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import marshmallow as ma
from flask import Flask, Response, current_app, request
from flask_babel import gettext as _
from marshmallow import fields
from PIL import Image, UnidentifiedImageError
from werkzeug.datastructures import FileStorage

from core import ids, sealed
from core.errors import Invalid, NotFound

MEDIA_TYPES = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/csv": "csv",
}
_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MOST_PIXELS = 80_000_000
#: What a form may hold besides its files.
_FORM_BYTES = 64 * 1024
View = TypeVar("View", bound=Callable[..., Any])
_shelves: dict[str, "Shelf"] = {}


def folder() -> Path:
    """Where all shelves stand."""
    return current_app.config["SETTINGS"].data_dir / "files"


@dataclass(frozen=True)
class Shelf:
    """A folder of one kind of file. `media_types` are keys of MEDIA_TYPES."""

    name: str
    media_types: tuple[str, ...]
    largest_bytes: int
    is_sealed: bool = True

    def __post_init__(self) -> None:
        _shelves[self.name] = self

    def path(self, name: str) -> Path:
        """Raises NotFound for what is no name of ours."""
        if not ids.is_id(name, "file"):
            raise NotFound
        return self._folder / name

    @property
    def _folder(self) -> Path:
        return folder() / self.name

    def make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def names(self) -> list[str]:
        """What lies on it, in order."""
        return sorted(path.name for path in self._folder.glob("file_*")) if self._folder.is_dir() else []


@dataclass(frozen=True)
class Kept:
    """One file on a shelf; the checksum is that of what was sent, before sealing."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


def check(shelf: Shelf, data: bytes, *, field: str = "file") -> str:
    """The media type that the content has. Raises Invalid on `field` for an empty or too large file, and for
    one that is none of the shelf's kinds."""
    if not data:
        raise Invalid({field: [_("This file is empty.")]})
    if len(data) > shelf.largest_bytes:
        message = _("This file is larger than %(megabytes)s MB.", megabytes=shelf.largest_bytes // 1024**2)
        raise Invalid({field: [message]})
    media_type = _sniff(data)
    if media_type not in shelf.media_types:
        kinds = ", ".join(MEDIA_TYPES[each].upper() for each in shelf.media_types)
        raise Invalid({field: [_("Choose a file of one of these kinds: %(kinds)s.", kinds=kinds)]})
    return media_type


def _sniff(data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        return "application/pdf" if b"%%EOF" in data[-2048:] else ""
    return _sniff_picture(data) or ("text/csv" if _is_text(data) else "")


def _is_text(data: bytes) -> bool:
    try:
        return "\x00" not in data.decode()
    except UnicodeDecodeError:
        return False


def _sniff_picture(data: bytes) -> str:
    try:
        with Image.open(BytesIO(data), formats=list(_PICTURES)) as picture:
            kind, pixels = str(picture.format), picture.width * picture.height
            if pixels > MOST_PIXELS:
                return ""
            picture.verify()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return ""
    return _PICTURES.get(kind, "")


@contextmanager
def keeping(shelf: Shelf, files: Iterable[bytes], *, field: str = "file") -> Iterator[list[Kept]]:
    """Put files on the shelf for as long as the block succeeds. Raises what `check` raises."""
    kept: list[Kept] = []
    try:
        for data in files:
            kept.append(_keep(shelf, data, check(shelf, data, field=field)))
        yield kept
    except BaseException:
        for each in kept:
            discard(shelf, each.name)
        raise


def _keep(shelf: Shelf, data: bytes, media_type: str) -> Kept:
    name = ids.new_id("file")
    shelf.make_folder()
    _write(shelf.path(name), sealed.seal(data) if shelf.is_sealed else data)
    return Kept(name, media_type, len(data), hashlib.sha256(data).hexdigest())


def _write(path: Path, data: bytes) -> None:
    """The whole file under its name, or none: readable by its owner alone, on the disk before it is named."""
    unfinished = path.with_name(f"unfinished_{path.name}")
    with open(unfinished, "wb", opener=lambda where, flags: os.open(where, flags, 0o600)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def read(shelf: Shelf, name: str) -> bytes:
    """What was sent. Raises NotFound."""
    try:
        data = shelf.path(name).read_bytes()
    except FileNotFoundError:
        raise NotFound from None
    return sealed.unseal(data) if shelf.is_sealed else data


def discard(shelf: Shelf, name: str) -> None:
    """Remove a file; one that is gone already stays gone. After the commit, where a row named it."""
    shelf.path(name).unlink(missing_ok=True)


def answer(shelf: Shelf, name: str, media_type: str, *, called: str) -> Response:
    """The file as an attachment `called` so (plain ASCII, without an ending): kept by no cache, run by nobody."""
    return Response(
        read(shelf, name),
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{called}.{MEDIA_TYPES[media_type]}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )


def reseal_all() -> Iterator[tuple[str, int]]:
    """Seal every file again with the newest key; yields each shelf and how many files were not before.

    May be broken off and started again. Raises CannotOpen.
    """
    for shelf in _shelves.values():
        if not shelf.is_sealed:
            continue
        count = 0
        for name in shelf.names():
            token = shelf.path(name).read_bytes()
            if (again := sealed.reseal(token)) != token:
                _write(shelf.path(name), again)
                count += 1
        yield shelf.name, count


class UploadField(fields.Raw):
    """A file of a form or of a multipart request, as its bytes; absent where none was chosen."""

    def __init__(self, shelf: Shelf, **kwargs: Any) -> None:
        about = {"kind": "file", "accept": ",".join(shelf.media_types), "type": "string", "format": "binary"}
        super().__init__(**{**kwargs, "metadata": {**about, **kwargs.get("metadata", {})}})
        self._shelf = shelf

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes | None:
        if not isinstance(value, FileStorage):
            raise ma.ValidationError(_("Send a file."))
        if not value.filename:
            if self.required:
                raise ma.ValidationError(_("Choose a file."))
            return None
        sent = value.stream.read(self._shelf.largest_bytes + 1)
        try:
            check(self._shelf, sent)
        except Invalid as refusal:
            raise ma.ValidationError(refusal.errors["file"]) from None
        return sent


def takes(shelf: Shelf, *, files: int = 1) -> Callable[[View], View]:
    """Let a view receive bodies as large as its files may be; all others keep the general limit."""

    def mark(view: View) -> View:
        view.largest_body = shelf.largest_bytes * files + _FORM_BYTES  # pyright: ignore[reportFunctionMemberAccess]
        return view

    return mark


def init_app(app: Flask) -> None:
    """Before anything reads a request's body."""

    def set_limit() -> None:
        view = app.view_functions.get(request.endpoint or "")
        largest = getattr(view, "largest_body", None)
        if largest is not None:
            request.max_content_length = largest

    app.before_request(set_limit)
