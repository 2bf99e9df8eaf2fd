"""The library of Standard Webhooks against the generic channel and against event webhooks, both ways."""

import json
import unittest
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from place import SCOPE, Listener, channel, conversation_with, ours, request
from standardwebhooks import Webhook, WebhookVerificationError


def signed(secret, identity, body, at=None):
    """What the library's sender would send."""
    at = at or datetime.now(timezone.utc)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(identity, at, body),
    }


class WebhooksTest(unittest.TestCase):
    def test_the_channel_speaks_standard_webhooks_both_ways(self):
        with Listener() as listener:
            _, hook, made = channel("webhook", {"url": listener.url}, {})
            text = "Signed by the library: Hällo 👋"
            body = json.dumps({"type": "message.inbound", "timestamp": "2026-01-01T00:00:00Z", "data": {
                "message_id": str(uuid4()), "conversation_key": "cust-42", "text": text,
            }}, ensure_ascii=False)
            headers = signed(made["inbound_secret"], "msg_1", body)
            self.assertEqual(request("POST", hook, body.encode() + b" ", headers)[0], 401)
            late = datetime.now(timezone.utc) - timedelta(minutes=6)
            self.assertEqual(request("POST", hook, body.encode(), signed(made["inbound_secret"], "msg_1", body, late))[0], 401)
            foreign = signed(made["outbound_secret"], "msg_1", body)
            self.assertEqual(request("POST", hook, body.encode(), foreign)[0], 401)
            status, answer = request("POST", hook, body.encode(), headers)
            self.assertEqual((status, json.loads(answer)["status"]), (200, "accepted"))
            self.assertEqual(json.loads(request("POST", hook, body.encode(), headers)[1])["status"], "duplicate")

            chat = conversation_with(text)
            ours("POST", f"/conversations/{chat}/send", {"client_id": str(uuid4()), "text": "On its way 👋"})
            headers, body = listener.next()
        told = Webhook(made["outbound_secret"]).verify(body, headers)
        self.assertEqual((told["type"], told["data"]["text"]), ("message.outbound", "On its way 👋"))
        with self.assertRaises(WebhookVerificationError):
            Webhook(made["outbound_secret"]).verify(body + b" ", headers)
        with self.assertRaises(WebhookVerificationError):
            Webhook(made["inbound_secret"]).verify(body, headers)

    def test_events_are_standard_webhooks_also_while_the_secret_changes(self):
        with Listener() as listener:
            made = ours("POST", f"/scopes/{SCOPE}/webhooks", {"url": listener.url, "events": ["contact.changed"]})
            path = f"/scopes/{SCOPE}/webhooks/{made['id']}"
            ours("POST", f"{path}/test", {})
            headers, body = listener.next()
            self.assertEqual(Webhook(made["secret"]).verify(body, headers)["type"], "webhook.test")
            rotated = ours("POST", f"{path}/rotate_secret", {})
            ours("POST", f"{path}/test", {})
            headers, body = listener.next()
            for secret in (made["secret"], rotated["secret"]):
                self.assertEqual(Webhook(secret).verify(body, headers)["type"], "webhook.test")
            with self.assertRaises(WebhookVerificationError):
                Webhook(rotated["secret"]).verify(body.replace(b"webhook.test", b"webhook.tent"), headers)
            ours("DELETE", path)
