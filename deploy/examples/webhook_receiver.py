"""Receives milestones by webhook: checks the signature and handles each once, whatever is sent again.

    python webhook_receiver.py PORT SECRET_FILE DATABASE

DATABASE is an SQLite file: which milestones stand, and the ids of the events that were handled. Needs
`standardwebhooks` of PyPI. Put a TLS proxy in front of it.
"""

import http.server
import pathlib
import sqlite3
import sys

from standardwebhooks import Webhook, WebhookVerificationError

BODY_BYTES_MAX = 64 << 10


def handle(book, event):
    """What the receiver is for: here, a table of the milestones that stand."""
    of = event["data"]
    if of["act"] == "reached":  # for the first time, or again under the next revision
        row = [of["milestone"], of["rule"], of["unit"], of["period"], of["revision"]]
        book.execute("INSERT INTO standing VALUES (?, ?, ?, ?, ?)", row)
    else:
        book.execute("DELETE FROM standing WHERE milestone = ?", [of["milestone"]])
    print(of["act"], of["rule"], of["unit"], of["period"], of["revision"], flush=True)


class Receiver(http.server.BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        if not 0 < length <= BODY_BYTES_MAX:
            return self.answer(413)
        try:
            event = Webhook(secret.read_text().strip()).verify(self.rfile.read(length), dict(self.headers))
        except (WebhookVerificationError, ValueError):
            return self.answer(401)
        if event["type"].startswith("vn.tonghop.milestone."):
            # One transaction: if we crash in it, neither is remembered, and the event comes again.
            with sqlite3.connect(database) as book:
                if book.execute("INSERT OR IGNORE INTO handled VALUES (?)", [event["id"]]).rowcount:
                    handle(book, event)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()


port, secret, database = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
with sqlite3.connect(database) as tables:
    tables.execute("CREATE TABLE IF NOT EXISTS handled (id TEXT PRIMARY KEY)")
    tables.execute("CREATE TABLE IF NOT EXISTS standing (milestone TEXT PRIMARY KEY, rule, unit, period, revision)")
http.server.HTTPServer(("127.0.0.1", port), Receiver).serve_forever()
