"""slack_sdk, Slack's own client, both ways."""

import json
import time
import unittest
from uuid import uuid4

from place import SIM, Listener, channel, conversation_with, ours, request, sim
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

SECRET = "5ec2e75ec2e75ec2e75ec2e75ec2e7ab"
TOKEN = "xoxb-111-222-of-the-simulator"
PATIENCE = 20


def client(token=TOKEN):
    return WebClient(token=token, base_url=f"{SIM}/api/")


def made():
    """A channel of ours at the fake; its address for events."""
    return channel("slack", {"api_base": f"{SIM}/api"}, {"bot_token": TOKEN, "signing_secret": SECRET})[1]


def signed(body, secret=SECRET, at=None):
    at = str(int(at or time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=body)
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}


def posted(text):
    """Waits until the fake has taken a message with this text; answers its body."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for call in sim("GET", "calls")["taken"]:
            if call["path"] == "/api/chat.postMessage" and json.loads(call["body"]).get("text") == text:
                return json.loads(call["body"])
        time.sleep(0.02)
    raise AssertionError(f"nobody said {text!r}")


class SlackTest(unittest.TestCase):
    def test_the_fake_signs_as_slack_does(self):
        with Listener() as listener:
            sim("POST", "say", {"platform": "slack", "hook": listener.url, "id": 1, "customer": 1, "text": "Hällo 👋 <you>"})
            headers, body = listener.next()
        headers = dict(headers.items())
        self.assertTrue(SignatureVerifier(SECRET).is_valid_request(body, headers))
        self.assertFalse(SignatureVerifier("another").is_valid_request(body, headers))
        self.assertFalse(SignatureVerifier(SECRET).is_valid_request(body + b" ", headers))
        self.assertEqual(json.loads(body)["event"]["user"], "U00000001")

    def test_we_believe_what_slacks_verifier_signs(self):
        hook = made()
        text = "Signed by slack_sdk: é & 👋"
        ts = f"{int(time.time())}.{uuid4().int % 1_000_000:06}"
        event = {
            "type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": f"Ev{uuid4().hex}", "event_time": 1,
            "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
            "event": {
                "type": "message", "channel": "D0000SDK", "channel_type": "im", "user": "U0000SDK",
                "text": text.replace("&", "&amp;"), "ts": ts, "event_ts": ts,
            },
        }
        body = json.dumps(event, ensure_ascii=False).encode()
        self.assertEqual(request("POST", hook, body, signed(body, "another"))[0], 401)
        self.assertEqual(request("POST", hook, body, signed(body + b" "))[0], 401)
        self.assertEqual(request("POST", hook, body, signed(body, at=time.time() - 301))[0], 401)
        self.assertEqual(request("POST", hook, body, signed(body))[0], 200)
        conversation_with(text)
        check = json.dumps({"token": "legacy", "challenge": "chal-7Yk2", "type": "url_verification"}).encode()
        self.assertEqual(request("POST", hook, check, signed(check)), (200, "chal-7Yk2"))

    def test_the_fake_answers_as_slack_does(self):
        self.assertEqual(client().auth_test()["team"], "Flower shop")
        self.assertEqual(client().users_info(user="U1")["user"]["profile"]["display_name"], "Zoë")
        said = client().chat_postMessage(channel="D1", text="Hällo 👋")
        self.assertEqual((said["ok"], said["channel"], said["message"]["text"]), (True, "D1", "Hällo 👋"))
        for error, ask in (
            ("invalid_auth", lambda: client("xoxb-another").auth_test()),
            ("channel_not_found", lambda: client().chat_postMessage(channel="CDEAD", text="Hello")),
            ("msg_too_long", lambda: client().chat_postMessage(channel="D1", text="x" * 40_001)),
        ):
            with self.assertRaises(SlackApiError) as refused:
                ask()
            self.assertEqual(refused.exception.response["error"], error)

    def test_the_fake_takes_files_as_slack_does(self):
        sent = client().files_upload_v2(
            channel="C1", filename="bill.pdf", content=b"%PDF-1.4 bill", title="bill.pdf", initial_comment="The bill"
        )
        self.assertEqual((sent["ok"], sent["files"][0]["title"]), (True, "bill.pdf"))
        with self.assertRaises(SlackApiError) as refused:
            client().files_completeUploadExternal(files=[{"id": "F0UNKNOWN", "title": "x"}], channel_id="C1")
        self.assertEqual(refused.exception.response["error"], "file_not_found")

    def test_what_we_say_is_what_the_client_says(self):
        hook = made()
        first = f"Hello from Slack {uuid4().hex}"
        sim("POST", "say", {"platform": "slack", "hook": hook, "id": 77, "customer": 77, "text": first})
        chat = conversation_with(first)
        text = f"On its way {uuid4().hex} <3"
        ours("POST", f"/conversations/{chat}/send", {"client_id": str(uuid4()), "text": text})
        body = posted(text.replace("<", "&lt;"))
        self.assertEqual(body["channel"], "D00000077")
        again = {**body, "text": f"{body['text']} again"}
        self.assertTrue(client().chat_postMessage(**again)["ok"])
        self.assertEqual(posted(again["text"]), again)


if __name__ == "__main__":
    unittest.main()
