#!/bin/sh
# What a pass-through request costs: wrk against nginx as a plain proxy and against Fairlead standalone, both in front of the
# same instant upstream (nginx that answers with one fixed JSON body), in turns within one run, so that both meet the same machine.
#
#   mvn -pl benchmarks -am package -DskipTests && benchmarks/passthrough.sh [rounds] [seconds a turn]
#
# Needs nginx, wrk, curl and a JDK 25 (JAVA_HOME, or `java` on the path). Everything is on 127.0.0.1 and in a temporary folder.
set -eu

rounds=${1:-11}
seconds=${2:-4}
connections=${CONNECTIONS:-32}
upstream_port=${UPSTREAM_PORT:-18080}
nginx_port=${NGINX_PORT:-18081}
fairlead_port=${FAIRLEAD_PORT:-18082}
heap=${HEAP:-512m}

. "$(dirname "$0")/load.sh"

start_nginx upstream "$upstream_port" 1 "return 200 '$answer';"
start_nginx proxy "$nginx_port" auto 'proxy_pass http://instant; proxy_http_version 1.1; proxy_set_header Connection "";'
proxy=${pids##* }
start_fairlead fairlead "$fairlead_port" "ledger: { enabled: ${LEDGER:-true} }"
wait_for_chat "$nginx_port"
wait_for "http://127.0.0.1:$fairlead_port/readyz"
wait_for_chat "$fairlead_port"

warm_up "$fairlead_port" "$started"
run "$nginx_port" "$connections" 2 "$proxy" >/dev/null

echo "$connections connections: requests/s, p50 us, p99 us, processor us a request"
turns "$rounds" "$connections" "$seconds" "$work/pairs" nginx "$nginx_port" "$proxy" fairlead "$fairlead_port" "$started"
echo "1 connection"
turns "$rounds" 1 2 "$work/single" nginx "$nginx_port" "$proxy" fairlead "$fairlead_port" "$started"
echo "median ratio fairlead/nginx: $(awk '{ printf "%.3f\n", $6 / $1 }' "$work/pairs" | median)"
echo "median p50 added at 1 connection, us: $(awk '{ print $7 - $2 }' "$work/single" | median)"
echo "median processor time of Fairlead, us a request: $(awk '{ print $10 }' "$work/pairs" | median)"
none_failed "$work/pairs" "$work/single"
