"""Twilio's own validator and client, both ways."""

import unittest
from urllib.parse import parse_qsl, urlencode

from place import SIM, Listener, channel, conversation_with, request, sim
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

SID = "AC00000000000000000000000000000001"
TOKEN = "0123456789abcdef0123456789abcdef"


class ToTheFake(TwilioHttpClient):
    """Calls our fake in place of Twilio."""

    def request(self, method, uri, *args, **more):
        return super().request(method, uri.replace("https://api.twilio.com", SIM), *args, **more)


class TwilioTest(unittest.TestCase):
    def test_the_fake_signs_as_twilio_does(self):
        with Listener() as listener:
            hook = f"{listener.url}?tenant=7"
            sim("POST", "say", {
                "platform": "twilio", "hook": hook, "id": 1, "customer": 1, "text": "Hi + café & tea",
            })
            headers, body = listener.next()
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        signature = headers["X-Twilio-Signature"]
        self.assertTrue(RequestValidator(TOKEN).validate(hook, fields, signature))
        self.assertFalse(RequestValidator("another").validate(hook, fields, signature))
        self.assertFalse(RequestValidator(TOKEN).validate(hook, {**fields, "Body": "Hi"}, signature))

    def test_we_believe_what_twilio_signs(self):
        _, hook, _ = channel("twilio", {"api_base": SIM, "account_sid": SID}, {"auth_token": TOKEN})
        text = "Signed by Twilio's validator: é + & 👋"
        fields = {
            "MessageSid": "SM" + "7" * 32, "AccountSid": SID, "From": "+15552223333", "To": "+15550001111",
            "Body": text, "NumMedia": "0", "FromCity": "",
        }
        signature = RequestValidator(TOKEN).compute_signature(hook, fields)
        form = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        altered = urlencode({**fields, "Body": "Other words"}).encode()
        self.assertEqual(request("POST", hook, altered, form)[0], 401)
        foreign = {**form, "X-Twilio-Signature": RequestValidator("another").compute_signature(hook, fields)}
        self.assertEqual(request("POST", hook, urlencode(fields).encode(), foreign)[0], 401)
        self.assertEqual(request("POST", hook, urlencode(fields).encode(), form), (200, "<Response/>"))
        conversation_with(text)

    def test_the_fake_answers_as_twilio_does(self):
        client = Client(SID, TOKEN, http_client=ToTheFake())
        sent = client.messages.create(to="+15552223333", from_="+15550001111", body="Hello")
        self.assertEqual((sent.sid[:2], sent.status), ("SM", "queued"))
        with self.assertRaises(TwilioRestException) as refused:
            client.messages.create(to="+15552223333", from_="+15550001111", body="x" * 1601)
        self.assertEqual((refused.exception.status, refused.exception.code), (400, 21617))
        with self.assertRaises(TwilioRestException) as refused:
            stranger = Client(SID, "another", http_client=ToTheFake())
            stranger.messages.create(to="+15552223333", from_="+15550001111", body="Hello")
        self.assertEqual((refused.exception.status, refused.exception.code), (401, 20003))
