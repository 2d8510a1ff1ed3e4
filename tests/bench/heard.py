#!/usr/bin/env python3
"""How soon milestones are heard of: heard.py PROGRAM FILE [COUNT [NATS_SERVER|- [WEBHOOKS]]]

Starts the program in a folder of its own with one rule (a commune's first loan of a year), sends
loans of the file one by one, each of which tips one milestone, and listens as a webhook (or as many)
and, where a nats-server is given, on its subjects; without one, on the event stream. Prints
percentiles, in milliseconds, from the moment a fact is acknowledged as durable until the last has
heard of it, and the memory that the program took at most."""

import http.client
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

RULE = """
[[milestone]]
id = "first_loan"
vi = "Khoản vay đầu tiên"
en = "First loan"
indicator = "loan_instances"
counted_in = "household_time"
is = "at_least"
number = "1"
grain = "civil.year"
levels = ["commune"]
generations = ["legacy"]
on = "running"
"""
LOAN = '"type":"vn.tonghop.loan.disbursed.v1"'
PER_SECOND = 20
PATIENCE_S = 60
# So many webhooks one user may own.
OF_OWNER = 100


def main():
    if not 3 <= len(sys.argv) <= 6:
        sys.exit(__doc__)
    program, path = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 400
    server = sys.argv[4] if len(sys.argv) > 4 and sys.argv[4] != "-" else None
    webhooks = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    with tempfile.TemporaryDirectory() as folder:
        running = []
        try:
            measure(program, list(loans(path, count)), (server, webhooks), folder, running)
        finally:
            for one in reversed(running):
                one.terminate()
                one.wait(timeout=PATIENCE_S)


def loans(path, count):
    """The first loan of each commune and year, and what its milestone is called."""
    seen = set()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if LOAN not in line or '"subject"' not in line:
                continue
            fact = json.loads(line)
            tips = fact["data"]["unit"], fact["time"][:4]
            if tips[0].startswith("L-") and len(tips[0]) == 7 and tips not in seen:
                seen.add(tips)
                yield tips, line.strip().encode()
            if len(seen) == count:
                return


def measure(program, facts, listeners, folder, running):
    server, webhooks = listeners
    data, heard = os.path.join(folder, "data"), {"webhook": Heard(webhooks)}
    journal = []
    if server:
        port = free_port()
        options = ["-js", "-p", str(port), "-a", "127.0.0.1", "-sd", os.path.join(folder, "nats")]
        running.append(subprocess.Popen([server, *options], stderr=subprocess.DEVNULL))
        wait(lambda: socket.create_connection(("127.0.0.1", port)).close() or True)
        journal = ["--journal", f"nats://127.0.0.1:{port}", "--allow-unsynced"]
    rules = os.path.join(folder, "rules.toml")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(RULE)
    tool = lambda *args: subprocess.run([program, *args, "--data", data, "--lang", "en"],
                                        input="a long password\n", capture_output=True, text=True,
                                        check=True).stdout
    tool("user", "add", "bench", "--role", "officer", "--unit", "VN")
    for source in {json.loads(line)["source"] for _, line in facts}:
        tool("source", "add", source, "--user", "bench")
    token = tool("user", "token", "bench").strip()
    endpoint, allow = webhook(heard["webhook"]), ["--webhook-allow", "127.0.0.0/8"]
    for nth in range(webhooks):
        owner = f"owner{nth // OF_OWNER}"
        if nth % OF_OWNER == 0:
            tool("user", "add", owner, "--role", "auditor")
        name = ["--name", f"bench {nth}", "--owner", owner]
        tool("webhook", "add", *name, "--url", endpoint, *allow)
    listen = free_port()
    up = ["up", "--data", data, "--listen", f"127.0.0.1:{listen}", "--milestones", rules]
    running.append(subprocess.Popen([program, *up, *allow, *journal], stderr=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL))
    wait(lambda: ready(listen))
    other = "NATS subject" if server else "event stream"
    heard[other] = Heard(1)
    follow = (subjects, port) if server else (events, listen)
    threading.Thread(target=follow[0], args=(follow[1], heard[other]), daemon=True).start()
    time.sleep(1)
    acknowledged = send(listen, token, facts)
    wait(lambda: all(one.has(len(facts)) for one in heard.values()), webhooks)
    for name, one in heard.items():
        waited = sorted(1000 * (one.last[tips] - at) for tips, at in acknowledged.items())
        at = lambda share: waited[min(len(waited) - 1, int(share * len(waited)))]
        print(f"{name}: p50 {at(0.5):.1f} ms, p95 {at(0.95):.1f} ms, p99 {at(0.99):.1f} ms, "
              f"most {waited[-1]:.1f} ms ({len(waited)} milestones, {PER_SECOND} a second)")
    with open(f"/proc/{running[-1].pid}/status", encoding="utf-8") as status:
        print(*(line.strip() for line in status if line.startswith(("VmHWM", "VmRSS"))))


def send(listen, token, facts):
    """Sends facts one by one; when each was acknowledged."""
    connection, acknowledged = http.client.HTTPConnection("127.0.0.1", listen), {}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
    start = time.perf_counter()
    for nth, (tips, line) in enumerate(facts):
        time.sleep(max(0, start + nth / PER_SECOND - time.perf_counter()))
        connection.request("POST", "/v1/facts", line, headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status < 300, body
        acknowledged[tips] = time.perf_counter()
    return acknowledged


class Heard:
    """When each milestone was last heard of, by so many who listen."""

    def __init__(self, listeners):
        self.listeners, self.times, self.last = listeners, 0, {}
        self.lock = threading.Lock()

    def note(self, event):
        data = json.loads(event)["data"]
        with self.lock:
            self.times += 1
            self.last[data["unit"], data["period"][:4]] = time.perf_counter()

    def has(self, milestones):
        return self.times >= milestones * self.listeners


def webhook(heard):
    class Endpoint(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.note(body)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 1024

    server = Server(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def subjects(port, heard):
    """The protocol of NATS is lines; this is all of it that a listener needs."""
    stream = socket.create_connection(("127.0.0.1", port))
    stream.sendall(b'CONNECT {"verbose":false}\r\nSUB tonghop.milestones.> 1\r\n')
    lines = stream.makefile("rb")
    for line in lines:
        if line.startswith(b"PING"):
            stream.sendall(b"PONG\r\n")
        elif line.startswith((b"MSG", b"HMSG")):
            head, *_ = line.split()
            sizes = [int(one) for one in line.split()[-2 if head == b"HMSG" else -1:]]
            payload = lines.read(sizes[-1] + 2)
            heard.note(payload[sizes[0] if head == b"HMSG" else 0:-2])


def events(port, heard):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/v1/milestones", headers={"Accept": "text/event-stream"})
    for line in connection.getresponse():
        if line.startswith(b"data:") and b"vn.tonghop.milestone" in line:
            heard.note(line[5:])


def ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/readyz")
    return connection.getresponse().status == 200


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait(is_so, times=1):
    end = time.monotonic() + PATIENCE_S * (1 + times // 100)
    while time.monotonic() < end:
        try:
            if is_so():
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    sys.exit("it took too long")


if __name__ == "__main__":
    main()
