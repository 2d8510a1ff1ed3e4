#!/usr/bin/env python3
"""How soon facts sent over HTTP are in the figures: visible.py URL TOKEN FILE [PER_SECOND [SECONDS]]

Sends the file's facts ten times a second, so many a second in all, each batch acknowledged when it
is durable, and asks for the position until the figures are as of it. Prints percentiles, in
milliseconds, from the first byte sent: until acknowledged, and until visible. The user of the token
must own the sources of the facts (tonghop source add)."""

import http.client
import itertools
import json
import sys
import time
from urllib.parse import urlsplit


def main():
    url, token, path = sys.argv[1:4]
    per_second = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
    seconds = int(sys.argv[5]) if len(sys.argv) > 5 else 20
    host = urlsplit(url).netloc
    sending, asking = http.client.HTTPConnection(host), http.client.HTTPConnection(host)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    step, batch = 0.1, per_second // 10
    acknowledged, visible = [], []
    with open(path, "rb") as lines:
        start = time.perf_counter()
        for nth in range(seconds * 10):
            facts = b"".join(itertools.islice(lines, batch))
            if not facts:
                break
            time.sleep(max(0, start + nth * step - time.perf_counter()))
            sent = time.perf_counter()
            sending.request("POST", "/v1/facts", facts, headers)
            answer = sending.getresponse()
            outcomes = [json.loads(line) for line in answer.read().splitlines()]
            assert answer.status == 200, outcomes[:3]
            acknowledged.append(time.perf_counter() - sent)
            last = max((one.get("position") or 0) for one in outcomes)
            while position(asking) < last:
                pass
            visible.append(time.perf_counter() - sent)
    for name, times in ("acknowledged", acknowledged), ("visible", visible):
        times.sort()
        at = lambda share: 1000 * times[min(len(times) - 1, int(share * len(times)))]
        print(f"{name}: p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, most {1000 * times[-1]:.1f} ms "
              f"({per_second} facts a second, {len(times)} batches)")


def position(asking):
    asking.request("GET", "/v1/position")
    return json.loads(asking.getresponse().read())["position"]


if __name__ == "__main__":
    main()
