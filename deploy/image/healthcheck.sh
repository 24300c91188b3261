#!/bin/bash
# Checks whether this replica is healthy. The engine runs it every few seconds (HEALTHCHECK in the Dockerfile).
#
# At first the replica must be ready (/readyz). Until it is, it gets no requests, and no replica of the version before
# is stopped. A rollout whose replicas never get ready, for example because of a wrong password, is rolled back.
# After it was ready once, the replica must only be alive (/healthz): an election in the database must not restart
# every replica.
#
# The check uses the operations port: it reports which part is not ready and why, and clients that hold all
# connections of the public port must not cause a restart. Host and port are found by the rules of the services.
#
# In bash alone: starting Node for each check would cost more than the check.
mark=${TMPDIR:-/tmp}/was_ready
path=/healthz
[ -e "$mark" ] || path=/readyz

if [ "${OPS_PORT:-$PORT}" = 0 ]; then
  echo 'OPS_PORT (or PORT) is 0, so the health check does not know its port: give OPS_PORT a number'
  exit 1
fi
port=${OPS_PORT:-$((PORT + 200))}
host=${OPS_HOST:-127.0.0.1}
# A service that listens on every address listens on loopback, too.
case $host in 0.0.0.0 | ::) host=127.0.0.1 ;; esac

if ! { exec 3<>"/dev/tcp/$host/$port"; } 2>/dev/null; then
  echo "nothing listens on the operations port ($host, $port)"
  exit 1
fi
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3
read -r _ status _ <&3
if [ "$status" != 200 ]; then
  # The engine stores this output: docker inspect --format '{{json .State.Health}}' CONTAINER
  printf '%s answered %s\n' "$path" "${status:-nothing}"
  tail --lines=1 <&3
  exit 1
fi
# If the mark cannot be written, readiness is checked for ever, which is stricter and harmless.
{ : >"$mark"; } 2>/dev/null
exit 0
