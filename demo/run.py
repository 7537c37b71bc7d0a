"""Everything at once: `python -m demo.run --port 5000 --data data`. Ctrl-C ends all of it.

Web (Granian), worker, the Stripe sandbox and a mailbox listen on `port` and the three ports above it. The
first start fills the demo in and takes a minute; later starts find it there.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests
from honcho.manager import Manager

from demo import people

PYTHON = shlex.quote(sys.executable)


def addresses(port: int) -> dict[str, str]:
    base = "http://127.0.0.1:{}"
    return {
        "web": base.format(port),
        "stripe": base.format(port + 1),
        "smtp": f"127.0.0.1:{port + 2}",
        "mail": base.format(port + 3),
    }


def environment(port: int, data: Path) -> dict[str, str]:
    """The settings of the demo, over those that are set already."""
    where = addresses(port)
    metrics = data / "metrics"
    metrics.mkdir(parents=True, exist_ok=True)
    for stale in metrics.glob("*.db"):
        stale.unlink()
    given = {
        "AMPARO_DATA_DIR": str(data),
        "AMPARO_BASE_URL": where["web"],
        "AMPARO_STRIPE_API_BASE": where["stripe"],
        "AMPARO_MAIL_URL": f"smtp://{where['smtp']}",
        "AMPARO_LOG_LEVEL": "WARNING",
        "AMPARO_METRICS_DIR": str(metrics),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **given}


def commands(port: int, data: Path) -> dict[str, str]:
    where = addresses(port)
    folder = shlex.quote(str(data))
    return {
        "stripe": f"{PYTHON} -m sandbox --port {port + 1} --state {folder}/stripe.sqlite"
        f" --webhook {where['web']}/stripe/events --webhook-secret whsec_sandbox",
        "mail": f"{PYTHON} -m demo.mailbox --smtp-port {port + 2} --port {port + 3} --folder {folder}/mail",
        "web": f"{PYTHON} -m granian --interface wsgi --factory app:create_app --host 127.0.0.1 --port {port}"
        " --workers 2 --blocking-threads 1 --no-ws --log-level warning",
        "worker": f"{PYTHON} -m flask --app app worker",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--data", type=Path, default=Path("data"))
    chosen = parser.parse_args()
    data = chosen.data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    (data / "ready.json").unlink(missing_ok=True)
    env = environment(chosen.port, data)
    subprocess.run([sys.executable, "-m", "flask", "--app", "app", "migrate"], env=env, check=True)
    manager = Manager()
    for name, command in commands(chosen.port, data).items():
        manager.add_process(name, command, env=env)
    threading.Thread(target=_announce, args=(chosen.port, data, env, manager), daemon=True).start()
    manager.loop()
    return manager.returncode or 0


def _announce(port: int, data: Path, env: dict[str, str], manager: Manager) -> None:
    """Wait for the web, fill the demo in, then say where everything is."""
    where = addresses(port)
    try:
        for name in ("web", "stripe"):
            _wait_for(where[name] + ("/readyz" if name == "web" else "/"))
        print(f"\n  Amparo answers at {where['web']}\n", flush=True)
        subprocess.run([sys.executable, "-m", "demo.seed"], env=env, check=True)
    except (TimeoutError, subprocess.CalledProcessError) as failure:
        print(f"The demo could not be filled in: {failure}", file=sys.stderr, flush=True)
        manager.terminate()
        return
    print(_summary(where), flush=True)
    ready = {"addresses": where, "logins": people.logins(), "drives": ["legal-fund", "130-before-midnight"]}
    (data / "ready.json").write_text(json.dumps(ready, indent=2))


def _wait_for(url: str, patience_seconds: float = 60) -> None:
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            pass  # it is still starting
        time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


def _summary(where: dict[str, str]) -> str:
    logins = "\n".join(f"    {each['email']:24} {each['role']:11} {each['who']}" for each in people.logins())
    return f"""
  A drive, for donors      {where["web"]}/d/130-before-midnight
  The legal fund           {where["web"]}/d/legal-fund
  The campaign             {where["web"]}/c/carlos
  Staff sign in at         {where["web"]}/staff/
  Mails of the demo        {where["mail"]}
  Payments of the sandbox  {where["stripe"]}   (card 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined)

  Everybody's password is  {people.PASSWORD}
{logins}

  Ctrl-C ends it all. No real money moves.
"""


if __name__ == "__main__":
    sys.exit(main())
