#!/bin/sh
# Writes coturn's configuration to stdout, from turnserver.conf beside it and the environment. Used by the launcher and
# by docker-compose.yml. Ends with 1 and names the setting when one is missing or could break out of its line.
#   TURN_SECRET          shared with the server                                    required
#   TURN_ALLOWED_PEERS   addresses of the media nodes, comma separated             required
#   TURN_PORT            UDP and TCP port for clients                              3478
#   TURN_MIN_PORT, TURN_MAX_PORT   UDP ports that carry media to the nodes         49152, 49551
#   TURN_REALM           any name                                                  peerlearn
#   TURN_TOTAL_QUOTA     allocations at once                                       as many as there are ports
#   TURN_EXTERNAL_IP     the public address when the machine has another one       -
#   TURN_TLS_CERT, TURN_TLS_KEY, TURN_TLS_PORT   a certificate opens TLS           -, -, 5349
#   TURN_DIR             a folder it may write                                     /tmp
set -eu
LC_ALL=C

: "${TURN_PORT:=3478}" "${TURN_MIN_PORT:=49152}" "${TURN_MAX_PORT:=49551}" "${TURN_REALM:=peerlearn}" "${TURN_DIR:=/tmp}"
: "${TURN_TLS_PORT:=5349}" "${TURN_TOTAL_QUOTA:=$((TURN_MAX_PORT - TURN_MIN_PORT + 1))}"
: "${TURN_SECRET:=}" "${TURN_ALLOWED_PEERS:=}" "${TURN_EXTERNAL_IP:=}" "${TURN_TLS_CERT:=}" "${TURN_TLS_KEY:=}"

refuse() {
  echo "$1" >&2
  exit 1
}

# require NAME VALUE CHARACTERS: not empty, and of these characters alone.
require() {
  case $2 in
    '') refuse "$1 is missing." ;;
    *[!$3]*) refuse "$1 has characters that it may not have: use only $3" ;;
  esac
}

require TURN_SECRET "$TURN_SECRET" 'A-Za-z0-9_.+/=-'
require TURN_ALLOWED_PEERS "$TURN_ALLOWED_PEERS" '0-9a-fA-F.:,-'
require TURN_REALM "$TURN_REALM" 'A-Za-z0-9.-'
require TURN_DIR "$TURN_DIR" 'A-Za-z0-9_./@+-'
for port in "$TURN_PORT" "$TURN_MIN_PORT" "$TURN_MAX_PORT" "$TURN_TLS_PORT" "$TURN_TOTAL_QUOTA"; do
  require 'A port or quota' "$port" '0-9'
done

sed -e "s|@TURN_PORT@|$TURN_PORT|" -e "s|@TURN_MIN_PORT@|$TURN_MIN_PORT|" -e "s|@TURN_MAX_PORT@|$TURN_MAX_PORT|" \
  -e "s|@TURN_REALM@|$TURN_REALM|" -e "s|@TURN_SECRET@|$TURN_SECRET|" -e "s|@TURN_TOTAL_QUOTA@|$TURN_TOTAL_QUOTA|" \
  -e "s|@TURN_DIR@|$TURN_DIR|" "$(dirname "$0")/turnserver.conf"

echo
for address in $(echo "$TURN_ALLOWED_PEERS" | tr ',' ' '); do
  echo "allowed-peer-ip=$address"
done
if [ -n "$TURN_EXTERNAL_IP" ]; then
  require TURN_EXTERNAL_IP "$TURN_EXTERNAL_IP" '0-9a-fA-F.:/'
  echo "external-ip=$TURN_EXTERNAL_IP"
fi
if [ -n "$TURN_TLS_CERT" ]; then
  require TURN_TLS_CERT "$TURN_TLS_CERT" 'A-Za-z0-9_./@+-'
  require TURN_TLS_KEY "$TURN_TLS_KEY" 'A-Za-z0-9_./@+-'
  printf 'tls-listening-port=%s\ncert=%s\npkey=%s\nno-tlsv1\nno-tlsv1_1\nno-dtls\n' \
    "$TURN_TLS_PORT" "$TURN_TLS_CERT" "$TURN_TLS_KEY"
else
  printf 'no-tls\nno-dtls\n'
fi
