"""The command line: `python -m sandbox` and `python -m sandbox coverage`."""

import argparse
import signal
import sys
import threading
from decimal import Decimal
from pathlib import Path

from sandbox.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Runs until interrupted or terminated."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "coverage":
        from sandbox.coverage import report

        sys.stdout.write(report())
        return 0
    if len(chosen.webhook) != len(chosen.webhook_secret):
        sys.stderr.write("Every --webhook needs a --webhook-secret.\n")
        return 2
    return _serve(
        Settings(
            host=chosen.host,
            port=chosen.port,
            key=chosen.key,
            public_url=chosen.public_url,
            state=chosen.state,
            webhooks=tuple(zip(chosen.webhook, chosen.webhook_secret, strict=True)),
            fee_percent=chosen.fee_percent,
            fee_fixed=chosen.fee_fixed,
        )
    )


def _serve(settings: Settings) -> int:
    from sandbox.protocol.document import DocumentMissing
    from sandbox.server import Box

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    try:
        running = Box(settings)
    except (OSError, DocumentMissing) as error:
        sys.stderr.write(f"The sandbox cannot start on {settings.host}:{settings.port}: {error}\n")
        return 1
    with running as box:
        print(f"listening on {box.url}", flush=True)
        over.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Stripe that runs here.")
    parser.add_argument("command", nargs="?", choices=("serve", "coverage"), default="serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=12111, help="0 picks a free one (default 12111)")
    parser.add_argument("--key", default=Settings.key, help="the secret key that is accepted")
    parser.add_argument("--public-url", default="", help="where browsers reach the payment page")
    parser.add_argument("--state", type=Path, help="a file that keeps the state between starts")
    parser.add_argument("--webhook", action="append", default=[], help="where events are sent; repeatable")
    parser.add_argument("--webhook-secret", action="append", default=[], help="one for each --webhook")
    parser.add_argument("--fee-percent", type=Decimal, default=Settings.fee_percent)
    parser.add_argument("--fee-fixed", type=int, default=Settings.fee_fixed, help="in minor units")
    return parser


if __name__ == "__main__":
    sys.exit(main())
