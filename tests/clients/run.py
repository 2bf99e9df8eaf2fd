"""Official clients of the platforms against our server and our fakes: what we sign and answer they take, and the other way round.

    tests/clients/run.py FOLDER

FOLDER holds what is installed: a virtual environment and node_modules, made when missing or older than what is asked for. Server
and fakes are the debug builds, each on a free port. Prints `# pass N` for each language; the status is not 0 when a test failed.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")) / "debug"
STARTS_WITHIN = 30


def main():
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    python = installed_python(folder)
    modules = installed_modules(folder)
    with tempfile.TemporaryDirectory(prefix="switchboard-clients-") as data:
        started = []
        try:
            place = start(started, data)
            failed = run([python, str(HERE / "suite.py")], place, str(HERE))
            tests = [str(modules / path.name) for path in sorted(HERE.glob("*.test.mjs"))]
            failed |= run(["node", "--test", "--test-concurrency=1", "--test-reporter=tap", *tests], place, str(modules))
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()
    sys.exit(failed)


def installed_python(folder):
    """The interpreter of an environment that has what requirements.txt asks for."""
    python, mark = folder / "venv/bin/python", folder / "venv/installed"
    wanted = (HERE / "requirements.txt").read_text()
    if not (mark.exists() and mark.read_text() == wanted):
        shutil.rmtree(folder / "venv", ignore_errors=True)
        venv.create(folder / "venv", with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "--requirement", str(HERE / "requirements.txt")], check=True)
        mark.write_text(wanted)
    return str(python)


def installed_modules(folder):
    """A folder with the tests in JavaScript and the modules that package-lock.json asks for beside them."""
    modules = folder / "node"
    mark = modules / "node_modules/.installed"
    wanted = (HERE / "package-lock.json").read_text()
    modules.mkdir(exist_ok=True)
    for path in [*HERE.glob("*.mjs"), HERE / "package.json", HERE / "package-lock.json"]:
        shutil.copy(path, modules)
    if not (mark.exists() and mark.read_text() == wanted):
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=modules, check=True)
        mark.write_text(wanted)
    return modules


def run(command, place, folder):
    """Runs the tests of one language; 1 when they failed."""
    environment = {**os.environ, **place, "PYTHONDONTWRITEBYTECODE": "1"}
    return int(subprocess.run(command, cwd=folder, env=environment).returncode != 0)


def start(started, data):
    """Starts fakes and server, and sets the server up; answers what the tests need to know."""
    fakes = subprocess.Popen(
        [str(BUILT / "examples/platforms"), "127.0.0.1:0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    started.append(fakes)
    sim = re.search(r"http://[0-9.:]+", fakes.stdout.readline())[0]
    server_port, listener_port = free_port(), free_port()
    base = f"http://127.0.0.1:{server_port}"
    allowed = [sim.removeprefix("http://"), f"127.0.0.1:{listener_port}"]
    settings = {
        "LISTEN": f"127.0.0.1:{server_port}",
        "DATA_DIR": data,
        "DATABASE_URL": f"sqlite://{data}/switchboard.db",
        "DEMO": "false",
        "LOG": "warn",
        "LIMITS__ENABLED": "false",
        "OUTGOING__ALLOW": ",".join(allowed),
    }
    environment = {"PATH": os.environ["PATH"], **{f"SWITCHBOARD_{key}": value for key, value in settings.items()}}
    server = subprocess.Popen(
        [str(BUILT / "switchboard")], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    started.append(server)
    token = None
    begun = time.monotonic()
    while token is None:
        line = server.stdout.readline()
        if not line or time.monotonic() - begun > STARTS_WITHIN:
            raise SystemExit("the server printed no set-up link")
        token = re.search(r"/setup#(\S+)", line)
    key, scope = set_up(base, token[1])
    return {
        "CLIENTS_SIM": sim,
        "CLIENTS_SERVER": base,
        "CLIENTS_KEY": key,
        "CLIENTS_SCOPE": scope,
        "CLIENTS_LISTEN": str(listener_port),
    }


def set_up(base, token):
    """Makes the owner; answers an API key of theirs and their scope."""
    body = {"token": token, "name": "Olga Owner", "email": "olga@shop.example", "password": "correct horse"}
    answer = post(f"{base}/api/v1/invitations/accept", body, {"Origin": base})
    session = json.load(answer)
    mine = {
        "Origin": base,
        "Cookie": answer.headers["Set-Cookie"].split(";")[0],
        "X-CSRF-Token": session["csrf_token"],
    }
    scope = session["scopes"][0]["id"]
    key = json.load(post(f"{base}/api/v1/scopes/{scope}/keys", {"name": "clients", "role": "admin"}, mine))
    return key["key"], scope


def post(url, body, headers):
    headers = {"Content-Type": "application/json", **headers}
    return urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
