"""A bot for Switchboard in the standard library: BOT_SECRET=whsec_... python3 bot.py [port]"""
import base64, hashlib, hmac, json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["BOT_SECRET"].removeprefix("whsec_"))

def is_ours(headers, body):
    """Did Switchboard sign exactly these bytes, within the last five minutes?"""
    turn, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not at.isdecimal() or abs(time.time() - int(at)) > 300:
        return False
    mac = hmac.new(KEY, f"{turn}.{at}.".encode() + body, hashlib.sha256).digest()
    wanted = "v1," + base64.b64encode(mac).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given)

def answer(turn):
    """One customer's message in, a list of actions out."""
    text = turn["message"]["text"].lower()
    if "human" in text or "person" in text:
        return [{"type": "message", "text": "I will get somebody for you."},
                {"type": "handoff", "reason": "customer_request", "summary": "Asked for a person"}]
    if "order" in text:
        return [{"type": "message", "text": "What is your order number?", "quick_replies": ["I lost it"]}]
    return [{"type": "message", "text": f"You said: {turn['message']['text']}", "quick_replies": ["Talk to a human"]}]

class Bot(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_ours(self.headers, body):
            return self.send_error(401)
        event = json.loads(body)
        actions = answer(event["data"]) if event["type"] == "bot.message" else []
        reply = json.dumps({"actions": actions}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8090), Bot).serve_forever()
