"""Serve a small installation and let schemathesis send to it what the description allows and what it does not.

No answer may be a failure of ours (5xx), and none may be one that the description does not know: status, media
type and shape.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from werkzeug.serving import make_server

from app import create_app
from core import schema
from core.db import db, transaction
from core.settings import Settings
from demo import cause, people
from staff.access import ALL_PERMISSIONS
from staff.account import User
from staff.api_token import ApiToken, digest_of, new_secret
from staff.member import Member

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    "response_schema_conformance",
)


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """Yields the address and a token of a running installation in `folder`."""
    app = create_app(
        Settings(
            environment="testing",
            data_dir=folder,
            database_url=f"sqlite:///{folder / 'fuzzed.sqlite'}",
            queue_url="memory:",
            page_cache_seconds=0,
            log_level="ERROR",
        )
    )
    with app.app_context():
        schema.upgrade(db.engine)
        for step in (people.settle_in, cause.open_the_campaign):
            with transaction():
                step()
        secret = _token("elena@refugio.example")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", secret
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


def fuzz(address: str, secret: str, folder: Path, *, seconds: int, options: tuple[str, ...] = ()) -> int:
    """Returns schemathesis' exit code: 0 when nothing was found. What it keeps goes to `folder`."""
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json"),
        *("--header", f"Authorization: Bearer {secret}", "--checks", ",".join(CHECKS)),
        *("--max-time", str(seconds), "--request-timeout", "30", "--generation-database", "none"),
        *("--warnings", "off", "--suppress-health-check", "all", "--no-color", *options),
    ]
    return subprocess.run(command, check=False, cwd=folder).returncode


def _token(email: str) -> str:
    """A token with every scope, of that person."""
    maker = db.session.scalars(
        select(Member).join(User, User.id == Member.account_id).where(User.email == email)
    )
    member, secret = maker.one(), new_secret()
    values = {"name": "Fuzzing", "ending": secret[-4:], "digest": digest_of(secret)}
    with transaction() as session:
        session.add(
            ApiToken(
                organisation_id=member.organisation_id,
                scopes=sorted(ALL_PERMISSIONS),
                created_by_id=member.id,
                **values,
            )
        )
    return secret
