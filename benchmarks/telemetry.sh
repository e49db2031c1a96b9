#!/bin/sh
# What tracing costs a pass-through request: wrk against two Fairlead processes in turns within one run, both in front of the same
# instant upstream; one without a collector, one that samples 10 % of the traces, keeps those of failed requests ready, and sends
# by OTLP over gRPC to a sink on this machine. Metrics and logs are on in both: there is no switch for them.
#
#   mvn -pl benchmarks -am package -DskipTests && benchmarks/telemetry.sh [rounds] [seconds a turn]
#
# Needs nginx, wrk, curl and a JDK 25 (JAVA_HOME, or `java` on the path). Everything is on 127.0.0.1 and in a temporary folder.
set -eu

rounds=${1:-11}
seconds=${2:-4}
connections=${CONNECTIONS:-32}
upstream_port=${UPSTREAM_PORT:-18080}
sink_port=${SINK_PORT:-18084}
off_port=${OFF_PORT:-18082}
on_port=${ON_PORT:-18083}
ratio=${RATIO:-0.1}
heap=${HEAP:-400m}
errors=${ERROR_TRACES:-20}

. "$(dirname "$0")/load.sh"

start_nginx upstream "$upstream_port" 1 "return 200 '$answer';"
start_java sink 64m dev.fairlead.benchmarks.TraceSink "$sink_port"
ledger="ledger: { enabled: ${LEDGER:-false} }"
start_fairlead off "$off_port" "$ledger"
off=$started
start_fairlead on "$on_port" "$ledger
telemetry: { otlp_endpoint: 'http://127.0.0.1:$sink_port', sampling_ratio: $ratio, error_traces_per_second: $errors }"
on=$started
for port in $off_port $on_port; do
  wait_for "http://127.0.0.1:$port/readyz"
  wait_for_chat "$port"
done

warm_up "$off_port" "$off"
warm_up "$on_port" "$on"

echo "$connections connections: requests/s, p50 us, p99 us, processor us a request"
turns "$rounds" "$connections" "$seconds" "$work/pairs" off "$off_port" "$off" on "$on_port" "$on"
echo "1 connection"
turns "$rounds" 1 "$seconds" "$work/single" off "$off_port" "$off" on "$on_port" "$on"
echo "median throughput on/off: $(awk '{ printf "%.3f\n", $6 / $1 }' "$work/pairs" | median)"
echo "median p50 added at 1 connection, us: $(awk '{ print $7 - $2 }' "$work/single" | median)"
echo "median processor time on/off: $(awk '{ printf "%.3f\n", $10 / $5 }' "$work/pairs" | median)"
spans=$(awk '{ n += $1 } END { print n + 0 }' "$work/sink.log")
echo "bytes of spans received: $spans"
[ "$spans" -gt 0 ] || { cat "$work/sink.log" >&2; echo "no span arrived: nothing was measured" >&2; exit 1; }
none_failed "$work/pairs" "$work/single"
