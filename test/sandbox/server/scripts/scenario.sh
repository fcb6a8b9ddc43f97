#!/bin/sh
# Drives a scenario over /_sandbox with curl, and no other tool to read JSON.
set -eu

fail() {
  echo "$1" >&2
  exit 1
}

# The text of a field that occurs once.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# Prints the status of a request: status METHOD PATH [curl options].
status() {
  method=$1 path=$2
  shift 2
  curl --silent --output /dev/null --write-out '%{http_code}' --request "$method" "$@" "$LAG_BASE_URL$path"
}

expect() { [ "$2" = "$3" ] || fail "$1: expected $3, not $2"; }

info=$(curl --silent --fail --request POST "$LAG_BASE_URL/_sandbox/reset")
# The tokens come first, ada's before the others.
ada=$(echo "$info" | grep -o 'lag_pat_sandbox_[A-Za-z0-9]*' | head -n 1)
server=$(echo "$info" | field server)
quiet=$(echo "$info" | field quiet)
room="/servers/$server/rooms/$quiet/messages"

# `-d` sends a content type of its own, which is no matter.
expect fault "$(status POST /_sandbox/faults -d '{"match":{"operation":"getMe"},"status":418}')" 201
expect 'getMe with a fault' "$(status GET /users/me -H "Authorization: Bearer $ada")" 418
expect getMe "$(status GET /users/me -H "Authorization: Bearer $ada")" 200
expect 'an unknown operation' "$(status POST /_sandbox/faults -d '{"match":{"operation":"getMee"}}')" 400

# A robot that reads its events from a stream, which ends when the robot is disconnected.
robot=$(curl --silent --fail "$LAG_BASE_URL/_sandbox/robots" -d '{"delivery":"sse"}')
key=$(echo "$robot" | field token)
id=$(echo "$robot" | sed -n 's/^{"id":"\([^"]*\)".*/\1/p')
events=$(mktemp)
trap 'rm -f "$events"' EXIT
curl --silent --no-buffer "$LAG_BASE_URL/robots/@me/events/sse" -H "Authorization: Robot $key" >"$events" &
stream=$!
# The stream is open once its first line is there.
while ! grep -q connected "$events"; do sleep 0.05; done
expect send "$(status POST "$room" -H "Authorization: Bearer $ada" -d '{"content":"hello robot"}')" 201
while ! grep -q 'hello robot' "$events"; do sleep 0.05; done
expect disconnect "$(status POST "/_sandbox/robots/$id/disconnect")" 200
wait "$stream"
grep -q '^event: room.message$' "$events" || fail 'the stream has no event of the message'

# A key that polls, and a clock that moves: the hold of 30 s is over at once.
poller=$(curl --silent --fail "$LAG_BASE_URL/_sandbox/robots" -d '{"delivery":"poll","events":["room.created"]}' | field token)
curl --silent "$LAG_BASE_URL/robots/@me/events/poll" -H "Authorization: Robot $poller" >"$events" &
poll=$!
while [ "$(curl --silent "$LAG_BASE_URL/_sandbox/requests" | grep -c '"operation":"pollRobotEvents","path":"/robots/@me/events/poll"')" = 0 ]; do
  sleep 0.05
done
expect clock "$(status POST /_sandbox/clock -d '{"advanceMs":30000}')" 200
wait "$poll"
expect 'an empty poll' "$(cat "$events")" '[]'

echo 'the scenario works'
