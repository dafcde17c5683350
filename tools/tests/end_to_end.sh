#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The real programs over loopback, in an own network namespace where that is allowed.
# usage: end_to_end.sh DIRECTORY-OF-PROGRAMS
set -eu

if [ -z "${VFPATH_E2E_NS:-}" ] && [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then
	VFPATH_E2E_NS=1 exec unshare -n "$0" "$@"
fi
[ -z "${VFPATH_E2E_NS:-}" ] || ip link set lo up

bin=$1
tmp=$(mktemp -d)
pids=
cleanup()
{
	for p in $pids; do
		kill "$p" 2>/dev/null || :
	done
	rm -rf "$tmp"
}
trap cleanup EXIT

fail()
{
	echo "FAIL: $*" >&2
	exit 1
}

# expect FILE PYTHON-EXPRESSION-OVER-j
expect()
{
	python3 -c 'import json,sys; j = json.load(open(sys.argv[1]))
sys.exit(0 if eval(sys.argv[2]) else 1)' "$1" "$2" || fail "$2: $(cat "$1")"
}

# until_ok COMMAND...: poll for up to 20 s
until_ok()
{
	n=0
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 400 ] || fail "timeout: $*"
		sleep 0.05
	done
}

expect_rc()
{
	want=$1
	shift
	rc=0
	"$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
	[ $rc -eq "$want" ] || fail "$*: exit $rc, not $want"
	[ -s "$tmp/err" ] || fail "$*: said nothing"
}

probe()
{
	to=$1
	"$bin/vfpath-probe" recv --bind "$to" --log "$tmp/log" --control "$tmp/ctl" \
		>"$tmp/recv.json" &
	recv=$!
	pids="$pids $recv"
	until_ok "$bin/vfpath-probe" stats --control "$tmp/ctl"
	"$bin/vfpath-probe" send --to "$to" --rate 2000 --size 300 --flows 3 --id 7 \
		>"$tmp/send.json" &
	send=$!
	pids="$pids $send"
	until_ok sh -c "'$bin/vfpath-probe' stats --control '$tmp/ctl' | grep -q '\"id\":7'"
	"$bin/vfpath-probe" mark --control "$tmp/ctl" begin >/dev/null
	sleep 1
	"$bin/vfpath-probe" mark --control "$tmp/ctl" stop >/dev/null
	kill -STOP "$send"
	sleep 0.4
	kill -CONT "$send"
	sleep 0.2
	"$bin/vfpath-probe" mark --control "$tmp/ctl" "the end" >/dev/null
	kill "$send"
	wait "$send" || fail "send"
	# While it still runs, the log must already be readable.
	"$bin/vfpath-probe" analyze "$tmp/log" --json >"$tmp/early.json"
	expect "$tmp/early.json" 'len(j["marks"]) == 3 and not j["complete"]'
	kill "$recv"
	wait "$recv" || fail "recv"

	"$bin/vfpath-probe" analyze "$tmp/log" --json --all-windows --flows --bins 100 \
		--sender "$tmp/send.json" >"$tmp/an.json"
	expect "$tmp/send.json" 'j["sent"] > 1500 and not j["errors"]'
	expect "$tmp/an.json" 'j["complete"] and not j["truncated"]'
	expect "$tmp/an.json" 'j["whole"]["lost"] == 0 and j["whole"]["duplicated"] == 0'
	expect "$tmp/an.json" 'j["whole"]["head_missing"] == 0'
	expect "$tmp/an.json" 'j["whole"]["tail_missing"] == 0'
	expect "$tmp/an.json" "j['whole']['received'] == $(
		python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["sent"])' \
			"$tmp/send.json")"
	expect "$tmp/an.json" '[w["to"] for w in j["windows"]] == ["begin", "stop", "the end", None]'
	expect "$tmp/an.json" 'j["windows"][2]["longest_gap_us"] > 350000'
	expect "$tmp/an.json" 'len(j["whole"]["streams"][0]["flows"]) == 3'
	expect "$tmp/an.json" 'sum(r[1] for r in j["bins"]["rows"]) == j["whole"]["received"]'
	"$bin/vfpath-probe" analyze "$tmp/log" --from begin --to stop | grep -q 'lost 0' ||
		fail "text"
	expect_rc 2 "$bin/vfpath-probe" analyze "$tmp/log" --from nothing
	# A log cut by a crash.
	head -c 1001 "$tmp/log" >"$tmp/cut"
	"$bin/vfpath-probe" analyze "$tmp/cut" --json >"$tmp/cut.json"
	expect "$tmp/cut.json" 'j["truncated"] and j["whole"]["received"] > 5'
}

# All that is due comes in one go at each tick; with too small a burst some of it is given up.
tick()
{
	for burst in 1000 3; do
		"$bin/vfpath-probe" send --to "$1" --rate 1000 --duration 1 --tick 50 --burst $burst \
			>"$tmp/tick.$burst.json" || fail "send --tick"
	done
	expect "$tmp/tick.1000.json" 'j["sent"] == 1000 and j["max_behind_us"] > 40000'
	expect "$tmp/tick.1000.json" 'j["ticks_skipped"] == 0'
	expect "$tmp/tick.3.json" 'j["ticks_skipped"] > 500 and j["sent"] < 500'
	expect_rc 2 "$bin/vfpath-probe" send --to "$1" --tick 1001
}

stream()
{
	"$bin/vfpath-stream" serve --bind "$1" --rate 80M --log "$tmp/bins" >"$tmp/serve.json" &
	serve=$!
	pids="$pids $serve"
	"$bin/vfpath-stream" connect --to "$1" --rate 40M --duration 2 >"$tmp/connect.json" ||
		fail "connect: $(cat "$tmp/connect.json")"
	wait "$serve" || fail "serve: $(cat "$tmp/serve.json")"
	for f in serve connect; do
		expect "$tmp/$f.json" 'j["survived"] and j["bad_bytes"] == 0 and not j["errors"]'
	done
	expect "$tmp/connect.json" '3e6 < j["bytes_sent"] < 11e6'
	expect "$tmp/serve.json" "j['bytes_received'] == $(
		python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["bytes_sent"])' \
			"$tmp/connect.json")"
	expect "$tmp/connect.json" "j['bytes_received'] == $(
		python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["bytes_sent"])' \
			"$tmp/serve.json")"
	python3 - "$tmp/bins" "$tmp/serve.json" <<-'PY' || fail "bins"
	import json, sys
	rows = [json.loads(l) for l in open(sys.argv[1])][1:]
	j = json.load(open(sys.argv[2]))
	assert sum(r["rx_bytes"] for r in rows) == j["bytes_received"], rows
	assert sum(r["tx_bytes"] for r in rows) == j["bytes_sent"], rows
	PY
}

# A peer that is killed in the middle, and one that sends rubbish, do not "survive".
broken_stream()
{
	"$bin/vfpath-stream" serve --bind 127.0.0.1:6009 >"$tmp/serve.json" &
	serve=$!
	pids="$pids $serve"
	python3 - <<-'PY' || fail "rubbish"
	import socket, time
	for _ in range(200):
	    try:
	        s = socket.create_connection(("127.0.0.1", 6009))
	        break
	    except ConnectionRefusedError:
	        time.sleep(0.05)
	s.sendall(b"x" * 10000)
	s.shutdown(socket.SHUT_WR)
	while s.recv(65536):
	    pass
	PY
	rc=0
	wait "$serve" || rc=$?
	[ $rc = 1 ] || fail "serve accepted rubbish"
	expect "$tmp/serve.json" 'not j["survived"] and j["bad_bytes"] > 9000 and j["first_bad_offset"] == 0'
}

probe 127.0.0.1:5007
probe '[::1]:5008'
stream 127.0.0.1:6007
stream '[::1]:6008'
broken_stream
tick 127.0.0.1:5010

expect_rc 2 "$bin/vfpath-probe"
expect_rc 2 "$bin/vfpath-probe" send --to nowhere:1
expect_rc 2 "$bin/vfpath-probe" send --to 127.0.0.1:1 --size 39
expect_rc 2 "$bin/vfpath-probe" send --to 127.0.0.1:1 --bind '[::1]'
expect_rc 2 "$bin/vfpath-probe" recv --bind 127.0.0.1:5009
expect_rc 2 "$bin/vfpath-probe" mark --control "$tmp/none" ' bad '
expect_rc 1 "$bin/vfpath-probe" mark --control "$tmp/none" good
expect_rc 1 "$bin/vfpath-probe" analyze "$bin/vfpath-probe"
expect_rc 2 "$bin/vfpath-probe" analyze "$tmp/none"
expect_rc 2 "$bin/vfpath-stream" serve --bind 127.0.0.1:1 --rate 1T
expect_rc 1 "$bin/vfpath-stream" connect --to 127.0.0.1:6010 --connect-timeout 0.2
echo '{"lanes": [3]}' >"$tmp/bad.json"
expect_rc 2 "$bin/vfpath-timeline" --in "$tmp/bad.json" --out "$tmp/x.svg"
[ ! -e "$tmp/x.svg" ] || fail "drew bad input"
echo 'ok'
