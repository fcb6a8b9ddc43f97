"""Drives a scenario over /_sandbox with nothing but Python's standard library."""

import json
import os
import sys
import urllib.error
import urllib.request

BASE_URL = os.environ["LAG_BASE_URL"]


def send(method, path, body=None, authorization=None):
    """Status and parsed body of a response. urllib sets a content type of its own for bodies."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE_URL + path, data=data, method=method)
    if authorization:
        request.add_header("Authorization", authorization)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def expect(actual, expected, what):
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}, not {actual!r}")


status, info = send("POST", "/_sandbox/reset")
expect(status, 200, "reset")
ada = f"Bearer {info['tokens']['ada']}"
room = f"/servers/{info['ids']['server']}/rooms/{info['ids']['rooms']['quiet']}/messages"

# A fault for one operation, then the operation works.
status, _ = send("POST", "/_sandbox/faults", {"match": {"operation": "sendRoomMessage"}, "status": 503})
expect(status, 201, "fault")
expect(send("POST", room, {"content": "lost"}, ada)[0], 503, "send with a fault")
expect(send("POST", room, {"content": "first"}, ada)[0], 201, "send")

# A robot with an event stream sees what comes next.
status, robot = send("POST", "/_sandbox/robots", {"delivery": "sse", "permissions": ["read_messages"]})
expect(status, 201, "robot")
stream = urllib.request.urlopen(
    urllib.request.Request(
        BASE_URL + "/robots/@me/events/sse", headers={"Authorization": f"Robot {robot['token']}"}
    ),
    timeout=30,
)
expect(stream.readline(), b": connected\n", "first line of the stream")
expect(send("POST", room, {"content": "hello robot"}, ada)[0], 201, "send to the robot")
for line in stream:
    if line.startswith(b"data: "):
        expect(json.loads(line[len(b"data: "):])["data"]["content"], "hello robot", "event")
        break

# A mute ends when the clock says so.
member = f"/servers/{info['ids']['server']}/mutes/{info['ids']['users']['ben']}"
ben = f"Bearer {info['tokens']['ben']}"
expect(send("POST", member, {"duration": 10}, ada)[0], 201, "mute")
expect(send("POST", room, {"content": "muted"}, ben)[0], 403, "send while muted")
before = send("GET", "/_sandbox/clock")[1]["now"]
status, clock = send("POST", "/_sandbox/clock", {"advanceMs": 600_000})
expect(status, 200, "clock")
expect(clock["now"] > before, True, "the clock has moved")
expect(send("POST", room, {"content": "heard"}, ben)[0], 201, "send after the mute")

_, requests = send("GET", "/_sandbox/requests")
sent = [(entry["status"], entry["faulty"]) for entry in requests if entry["operation"] == "sendRoomMessage"]
expect(sent, [(503, True), (201, False), (201, False), (403, False), (201, False)], "requests")
_, state = send("GET", "/_sandbox/state?lists=messages")
contents = [message["content"] for message in state["messages"] if message["roomId"] == info["ids"]["rooms"]["quiet"]]
expect(contents, ["first", "hello robot", "heard"], "messages")

print("the scenario works")
