"""Where the tests of this folder are: server, fakes, and a listener in the platforms' place."""

import json
import os
import queue
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIM = os.environ["CLIENTS_SIM"]
SERVER = os.environ["CLIENTS_SERVER"]
SCOPE = os.environ["CLIENTS_SCOPE"]
PATIENCE = 20


def request(method, url, body=None, headers=None):
    """Status and body of any answer."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


def ours(method, path, body=None):
    """What our server answers to an admin."""
    key = {"Authorization": f"Bearer {os.environ['CLIENTS_KEY']}"}
    status, text = request(method, f"{SERVER}/api/v1{path}", body, key)
    assert 200 <= status < 300, f"{method} {path}: {status} {text}"
    return json.loads(text) if text else None


def sim(method, path, body=None):
    """What the fakes answer at their own addresses."""
    status, text = request(method, f"{SIM}/_sim/{path}", body)
    assert status == 200, f"{path}: {status} {text}"
    return json.loads(text)


def channel(kind, settings, secrets):
    """A new channel: its address for events and what was made for it."""
    made = ours("POST", f"/scopes/{SCOPE}/channels", {
        "kind": kind, "name": kind, "settings": {"platform": settings}, "secrets": secrets,
    })
    return made["id"], made["hook"], made.get("made_secrets", {})


def conversation_with(text):
    """Waits for the conversation that begins with this text; answers its id."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        rows = ours("GET", f"/scopes/{SCOPE}/conversations?state=all&limit=200")["items"]
        for row in rows:
            if row["first_text"] == text:
                return row["id"]
        time.sleep(0.02)
    raise AssertionError(f"no conversation begins with {text!r}")


class Listener:
    """Takes requests in a platform's or a program's place, one test at a time."""

    def __enter__(self):
        seen = self.seen = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen.put((self.headers, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        port = int(os.environ["CLIENTS_LISTEN"])
        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def next(self):
        """Headers and body of the next request."""
        return self.seen.get(timeout=PATIENCE)
