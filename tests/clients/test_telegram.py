"""python-telegram-bot against the fake of Telegram, and its updates against our server."""

import asyncio
import json
import unittest
from datetime import datetime, timezone

from place import SIM, Listener, channel, conversation_with, request, sim
from telegram import Bot, Chat, Message, Update, User
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def ask(call, token=TOKEN):
    """The answer of the fake to what a bot asks."""

    async def asked():
        async with Bot(token, base_url=f"{SIM}/bot") as bot:
            return await call(bot)

    return asyncio.run(asked())


class TelegramTest(unittest.TestCase):
    def test_the_fake_answers_as_telegram_does(self):
        me = ask(lambda bot: bot.get_me())
        self.assertTrue(me.is_bot)
        self.assertEqual(me.username, "flower_shop_bot")
        said = ask(lambda bot: bot.send_message(55501, "Hällo 👋"))
        self.assertEqual((said.text, said.chat.id, said.chat.type), ("Hällo 👋", 55501, Chat.PRIVATE))
        for send in (
            lambda bot: bot.send_photo(55501, "https://shop.example/a.png"),
            lambda bot: bot.send_document(55501, "https://shop.example/a.pdf"),
        ):
            self.assertGreater(ask(send).message_id, said.message_id)

    def test_the_fake_refuses_what_telegram_refuses(self):
        for token in ("1:wrong", "110201543:wrong"):
            with self.assertRaises(InvalidToken):
                ask(lambda bot: bot.get_me(), token)
        for text in (" ", "x" * 4097):
            with self.assertRaises(BadRequest):
                ask(lambda bot, text=text: bot.send_message(55501, text))
        with self.assertRaises(BadRequest):
            ask(lambda bot: bot.set_webhook("https://shop.example", secret_token="not allowed!"))

    def test_faults_are_what_the_client_expects_of_telegram(self):
        slow = '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}'
        blocked = '{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'
        for status, body, error in ((429, slow, RetryAfter), (403, blocked, Forbidden)):

            async def asked(bot):
                sim("POST", "fail", {"status": status, "body": body})
                await bot.send_message(55501, "Hello")

            with self.assertRaises(error):
                asyncio.run(self.one_call(asked))

    @staticmethod
    async def one_call(call):
        """Without the `getMe` of a bot that is entered."""
        await call(Bot(TOKEN, base_url=f"{SIM}/bot"))

    def test_updates_of_the_fake_are_updates(self):
        with Listener() as listener:
            secret = "a-secret_token"
            self.assertTrue(ask(lambda bot: bot.set_webhook(listener.url, secret_token=secret)))
            sim("POST", "say", {
                "platform": "telegram", "hook": listener.url, "secret": secret, "id": 1, "customer": 1, "text": "Hällo",
            })
            headers, body = listener.next()
        self.assertEqual(headers[HEADER], secret)
        update = Update.de_json(json.loads(body), None)
        self.assertEqual((update.message.text, update.effective_user.first_name), ("Hällo", "Zoë"))

    def test_we_take_updates_of_the_client(self):
        _, hook, made = channel("telegram", {"api_base": SIM}, {"bot_token": TOKEN})
        user = User(55777, "Zoë", False, last_name="Meyer", language_code="en")
        text = "An update that python-telegram-bot wrote"
        message = Message(9, datetime.now(timezone.utc), Chat(55777, Chat.PRIVATE), from_user=user, text=text)
        update = Update(9, message=message).to_json().encode()
        self.assertEqual(request("POST", hook, update, {HEADER: "wrong"})[0], 401)
        self.assertEqual(request("POST", hook, update, {HEADER: made["webhook_secret"]})[0], 200)
        conversation_with(text)
