#!/bin/bash
# Is this replica well? The engine asks every few seconds (HEALTHCHECK in the Dockerfile).
#
# Until it was ready once it must be ready (/readyz). So a replica is given no work, and none of the version before
# leaves, until it can do that work: a rollout whose replicas never can, because of a wrong password, say, is rolled
# back instead of replacing those that could. From then on it must only be alive (/healthz): an election of the
# database must not restart every replica.
#
# The operations port is asked: it tells which part is not ready and why, and visitors who hold all connections of the
# public one must not get a replica restarted. Where it is follows the rules of the services themselves.
#
# In bash alone, because to start a Node for each look would cost more than the looking.
mark=${TMPDIR:-/tmp}/was_ready
path=/healthz
[ -e "$mark" ] || path=/readyz

if [ "${OPS_PORT:-$PORT}" = 0 ]; then
  echo 'OPS_PORT (or PORT) is 0, so nobody knows which port to ask: give OPS_PORT a number'
  exit 1
fi
port=${OPS_PORT:-$((PORT + 200))}
host=${OPS_HOST:-127.0.0.1}
# Listening on every address is listening on loopback too.
case $host in 0.0.0.0 | ::) host=127.0.0.1 ;; esac

if ! { exec 3<>"/dev/tcp/$host/$port"; } 2>/dev/null; then
  echo "nothing listens on the operations port ($host, $port)"
  exit 1
fi
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3
read -r _ status _ <&3
if [ "$status" != 200 ]; then
  # Kept by the engine: docker inspect --format '{{json .State.Health}}' CONTAINER
  printf '%s answered %s\n' "$path" "${status:-nothing}"
  tail --lines=1 <&3
  exit 1
fi
# Without a place for the mark it is asked for readiness for ever, which is stricter and does no harm.
{ : >"$mark"; } 2>/dev/null
exit 0
