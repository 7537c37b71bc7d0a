"""Files under /static/: their addresses carry a hash of their content, so they stay in caches for a year."""

import hashlib
from pathlib import Path

from flask import Flask, url_for
from whitenoise import WhiteNoise

_YEAR_SECONDS = 31_536_000


def init_app(app: Flask) -> None:
    """Answer them before Flask is entered; templates write `asset("amparo.css")`."""
    root = Path(app.static_folder or "static")
    hashes = {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in root.rglob("*")
        if path.is_file()
    }
    app.jinja_env.globals["asset"] = lambda name: url_for("static", filename=name, v=hashes.get(name, ""))
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=root, prefix="static/", max_age=_YEAR_SECONDS)
