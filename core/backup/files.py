"""The files that people sent, beside the rows that name them: a part each, sealed or plain as they lie.

They are read after the database: a file is kept before the row that names it is committed, so whatever a row of
the backup names is there. A file that no row names does no harm.
"""

import os
import re
from pathlib import Path

from core.backup.archive import Part, Unreadable, Writer, chunks_of, private

#: What `core.uploads` calls a file: its shelf, and a random name.
_NAME = re.compile(r"files/(?P<shelf>[a-z0-9_-]+)/(?P<name>file_[a-z0-9]+)")


def dump(folder: Path, writer: Writer) -> int:
    """Write every file under the folder; says how many."""
    paths = sorted(path for path in folder.glob("*/file_*") if path.is_file())
    for path in paths:
        writer.part(f"files/{path.parent.name}/{path.name}", [], chunks_of(path), dict)
    return len(paths)


def is_file(part: Part) -> bool:
    return part.name.startswith("files/")


def read_through(part: Part) -> None:
    """Raises Unreadable where a byte is wrong, or the name is none of ours."""
    _place(Path(), part)
    for _chunk in part.chunks:
        pass


def put_back(folder: Path, part: Part) -> None:
    """Write one file to its place, whole or not at all; what lies beside it stays."""
    path = _place(folder, part)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"unfinished_{path.name}")
    with open(unfinished, "wb", opener=private) as file:
        for chunk in part.chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _place(folder: Path, part: Part) -> Path:
    named = _NAME.fullmatch(part.name)
    if named is None:
        raise Unreadable(f"{part.name} is no file of ours")
    return folder / named["shelf"] / named["name"]
