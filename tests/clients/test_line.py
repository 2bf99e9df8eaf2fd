"""LINE's own validator and client, both ways."""

import base64
import hashlib
import hmac
import json
import unittest
from uuid import uuid4

from linebot.v3 import SignatureValidator, WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi, PushMessageRequest, TextMessage
from linebot.v3.webhooks import MessageEvent
from place import SIM, Listener, channel, conversation_with, request, sim

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "line-channel-access-token/1+2="
USER = "U0123456789abcdef0123456789abcdef"


def api(token=TOKEN):
    return MessagingApi(ApiClient(Configuration(host=SIM, access_token=token)))


class LineTest(unittest.TestCase):
    def test_the_fake_signs_as_line_does(self):
        with Listener() as listener:
            sim("POST", "say", {"platform": "line", "hook": listener.url, "id": 1, "customer": 1, "text": "こんにちは 👋"})
            headers, body = listener.next()
        signature = headers["X-Line-Signature"]
        events = WebhookParser(SECRET).parse(body.decode(), signature)
        self.assertIsInstance(events[0], MessageEvent)
        self.assertEqual(events[0].message.text, "こんにちは 👋")
        self.assertTrue(SignatureValidator(SECRET).validate(body.decode(), signature))
        self.assertFalse(SignatureValidator("another").validate(body.decode(), signature))
        with self.assertRaises(InvalidSignatureError):
            WebhookParser(SECRET).parse(body.decode() + " ", signature)

    def test_we_believe_what_lines_validator_believes(self):
        secrets = {"channel_secret": SECRET, "channel_access_token": TOKEN}
        _, hook, _ = channel("line", {"api_base": SIM}, secrets)
        text = "Believed by LINE's validator 👋"
        event = {
            "type": "message", "mode": "active", "timestamp": 1767225600100, "webhookEventId": str(uuid4()),
            "deliveryContext": {"isRedelivery": False}, "replyToken": "rt1", "source": {"type": "user", "userId": USER},
            "message": {"type": "text", "id": "5001", "quoteToken": "q1", "text": text},
        }
        body = json.dumps({"destination": USER, "events": [event]}, ensure_ascii=False)
        signature = base64.b64encode(hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()).decode()
        for text_of, status in ((body, 200), (body + " ", 401)):
            self.assertEqual(SignatureValidator(SECRET).validate(text_of, signature), status == 200)
            self.assertEqual(request("POST", hook, text_of.encode(), {"X-Line-Signature": signature})[0], status)
        conversation_with(text)

    def test_the_fake_answers_as_line_does(self):
        self.assertEqual(api().get_bot_info().display_name, "Flower shop")
        self.assertEqual(api().get_profile(USER).display_name, "Zoë")
        push = PushMessageRequest(to=USER, messages=[TextMessage(text="Hello")])
        key = str(uuid4())
        sent = api().push_message(push, x_line_retry_key=key)
        self.assertEqual(len(sent.sent_messages), 1)
        with self.assertRaises(ApiException) as again:
            api().push_message(push, x_line_retry_key=key)
        self.assertEqual(again.exception.status, 409)
        with self.assertRaises(ApiException) as refused:
            api("another").push_message(push)
        self.assertEqual(refused.exception.status, 401)
