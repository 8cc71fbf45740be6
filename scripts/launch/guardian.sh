#!/bin/sh
# Ends the launcher's children when the launcher is gone, however it went (kill -9 included): it holds the other end of
# a pipe, and the pipe's end is the launcher's. Lines on stdin: "PID SIGNAL" for a child (leader of its own process
# group) that is to be stopped by SIGNAL, "PID gone" for one that has ended. In sh, to cost nothing and need nothing.
trap '' INT TERM HUP
children=

without() {
  rest=
  for child in $children; do
    [ "${child%%:*}" = "$1" ] || rest="$rest $child"
  done
  children=$rest
}

still_running() {
  for child in $children; do
    kill -0 -- "-${child%%:*}" 2>/dev/null && return 0
  done
  return 1
}

while read -r pid signal; do
  without "$pid"
  [ "$signal" = gone ] || children="$children $pid:$signal"
done

for child in $children; do
  kill -s "${child##*:}" -- "-${child%%:*}" 2>/dev/null
done
tries=0
while [ $tries -lt 30 ] && still_running; do
  sleep 0.1
  tries=$((tries + 1))
done
for child in $children; do
  kill -s KILL -- "-${child%%:*}" 2>/dev/null
done
