"""A real SMTP server that delivers nowhere, and a page on which its mails are read.

`python -m demo.mailbox --smtp-port 5002 --port 5003 --folder data/mail`
"""

import argparse
import signal
import threading
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

STYLE = """
body{margin:0 auto;max-width:44rem;padding:1.5rem;font:16px/1.5 system-ui,sans-serif;color:#221d15;background:#f8f5ee}
h1{font:600 1.6rem/1.2 'Iowan Old Style',Palatino,Georgia,serif} li{margin:.4rem 0} a{color:#0b5c5c}
iframe{width:100%;height:70vh;border:1px solid #b5ab98;border-radius:10px;background:#fff} pre{white-space:pre-wrap}
"""
MOST_LISTED = 500


class Keeper:
    """Keeps each mail as a file named by the order of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        body = envelope.content
        with self._lock:
            number = len(list(self.folder.glob("*.eml"))) + 1
            raw = body if isinstance(body, bytes) else str(body).encode()
            (self.folder / f"{number:06d}.eml").write_bytes(raw)
        return "250 Kept"


class Reader(BaseHTTPRequestHandler):
    """`/` lists the newest mails, `/<name>` shows one, `/<name>/html` its HTML alone."""

    folder: Path

    def do_GET(self) -> None:  # noqa: N802
        name, _, part = unquote(self.path.partition("?")[0]).strip("/").partition("/")
        found = self.folder / name if name else None
        if found is None:
            self._send(self._list())
        elif found.suffix != ".eml" or not found.is_file() or found.parent != self.folder:
            self._send("<p>There is no such mail.</p>", status=404)
        else:
            self._send(_html(found) if part == "html" else _shown(found), is_page=part != "html")

    def _list(self) -> str:
        files = sorted(self.folder.glob("*.eml"), reverse=True)[:MOST_LISTED]
        rows = "".join(
            f'<li><a href="/{each.name}">{escape(mail["Subject"])}</a> to {escape(mail["To"])}</li>'
            for each, mail in ((each, _read(each)) for each in files)
        )
        return (
            f"<h1>Mails of the demo</h1><ul>{rows or '<li>None yet. Give, and a receipt arrives.</li>'}</ul>"
        )

    def _send(self, body: str, *, status: int = 200, is_page: bool = True) -> None:
        page = f"<!doctype html><meta charset=utf-8><title>Mails</title><style>{STYLE}</style>{body}"
        raw = (page if is_page else body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the demo's console is for what matters."""


def _read(path: Path) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(path.read_bytes())  # pyright: ignore[reportReturnType]


def _shown(path: Path) -> str:
    mail = _read(path)
    text = mail.get_body(("plain",))
    return (
        f'<p><a href="/">All mails</a></p><h1>{escape(mail["Subject"])}</h1>'
        f"<p>From {escape(mail['From'])}<br>To {escape(mail['To'])}</p>"
        f'<iframe sandbox="allow-popups allow-top-navigation-by-user-activation" src="/{path.name}/html"'
        f' title="The mail"></iframe><h2>As text</h2><pre>{escape(text.get_content() if text else "")}</pre>'
    )


def _html(path: Path) -> str:
    body = _read(path).get_body(("html", "plain"))
    return body.get_content().replace("<head>", '<head><base target="_top">', 1) if body else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(Keeper(chosen.folder), hostname="127.0.0.1", port=chosen.smtp_port)
    controller.start()
    Reader.folder = chosen.folder
    server = ThreadingHTTPServer(("127.0.0.1", chosen.port), Reader)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
