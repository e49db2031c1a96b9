#!/bin/sh
# What tracing costs a pass-through request: wrk against two Fairlead processes in turns within one run, both in front of the same
# instant upstream; one without a collector, one that samples 10 % of the traces, keeps those of failed requests ready, and sends
# by OTLP over gRPC to a sink on this machine. Metrics and logs are on in both: there is no switch for them.
#
#   mvn -pl benchmarks -am package -DskipTests && benchmarks/telemetry.sh [rounds] [seconds a run]
#
# Needs nginx, wrk, curl and a JDK 25 (JAVA_HOME, or `java` on the path). Everything is on 127.0.0.1 and in a temporary folder.
set -eu

rounds=${1:-5}
seconds=${2:-8}
warm_up=${WARM_UP:-8}
connections=${CONNECTIONS:-32}
upstream_port=${UPSTREAM_PORT:-18080}
sink_port=${SINK_PORT:-18084}
off_port=${OFF_PORT:-18082}
on_port=${ON_PORT:-18083}
ratio=${RATIO:-0.1}
heap=${HEAP:-400m}
errors=${ERROR_TRACES:-20}

here=$(cd "$(dirname "$0")" && pwd)
classpath_file=${CLASSPATH_FILE:-$here/target/classpath}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
for tool in nginx wrk curl "$java"; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 2; }
done
[ -f "$classpath_file" ] || { echo "run first: mvn -pl benchmarks -am package -DskipTests" >&2; exit 2; }

work=$(mktemp -d)
pids=""
stop_all() {
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  for pid in $pids; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

# The answer of a small chat model, 440 bytes.
answer='{"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"instant","choices":[{"index":0,"message":{"role":"assistant","content":"A fairlead guides a line where it should go, with as little friction as can be. It is bolted to the deck or to the mast and has no moving parts."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":24,"completion_tokens":38,"total_tokens":62}}'

# nginx_conf <name> <port> <workers> <location body>
nginx_conf() {
  mkdir -p "$work/$1"
  cat > "$work/$1/nginx.conf" <<CONF
daemon off;
worker_processes $3;
pid $work/$1/nginx.pid;
error_log $work/$1/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  default_type application/json;
  keepalive_requests 100000000;
  client_body_temp_path $work/$1; proxy_temp_path $work/$1; fastcgi_temp_path $work/$1;
  uwsgi_temp_path $work/$1; scgi_temp_path $work/$1;
  upstream instant { server 127.0.0.1:$upstream_port; keepalive 64; keepalive_requests 100000000; }
  server { listen 127.0.0.1:$2 backlog=1024; location / { $4 } }
}
CONF
}

start_nginx() {
  nginx -e "$work/$1/error.log" -p "$work/$1" -c "$work/$1/nginx.conf" &
  pids="$pids $!"
}

wait_for() {
  tries=0
  until curl -fs -o /dev/null "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "not ready: $*" >&2; tail -n 30 "$work"/*.log "$work"/*/error.log >&2; exit 1; }
    sleep 0.1
  done
}

nginx_conf upstream "$upstream_port" 1 "return 200 '$answer';"
start_nginx upstream

start_java() { # <log> <class> <argument>
  "$java" -Xms"$heap" -Xmx"$heap" \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseCompactObjectHeaders \
    -Dio.netty.allocator.type=pooled -Dio.netty.leakDetection.level=disabled \
    -cp "$here/target/classes:$(cat "$classpath_file")" "$2" ${3:-} > "$work/$1.log" 2>&1 &
  pids="$pids $!"
}

# fairlead <name> <port> <telemetry section>
fairlead() {
  cat > "$work/$1.yaml" <<YAML
server: { port: $2, grpc_port: -1, data_dir: "$work/$1" }
ledger: { enabled: ${LEDGER:-false} }
telemetry: $3
providers:
  instant: { kind: openai, base_url: "http://127.0.0.1:$upstream_port/v1", api_key: none }
models:
  - { id: instant, provider: instant, upstream: instant, tier: cheap, price: { input: 0.1, output: 0.4 }, context_window: 128000 }
YAML
  FAIRLEAD_CONFIG="$work/$1.yaml" start_java "$1" dev.fairlead.standalone.Main
}

heap_kept=$heap; heap=64m
start_java sink dev.fairlead.benchmarks.TraceSink "$sink_port"
heap=$heap_kept
fairlead off "$off_port" "{ log_level: WARN }"
off_pid=${pids##* }
fairlead on "$on_port" "{ log_level: WARN, otlp_endpoint: 'http://127.0.0.1:$sink_port', sampling_ratio: $ratio, error_traces_per_second: $errors }"
on_pid=${pids##* }

# The body names its model, and the cache is told to keep out: what is measured is the way through.
cat > "$work/post.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Cache-Control"] = "no-store"
wrk.body = '{"model":"instant","messages":[{"role":"system","content":"You are a terse assistant."},' ..
  '{"role":"user","content":"What does a fairlead do on a sailing boat?"}],"temperature":0.2}'
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %.0f %.0f %.0f %d\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50), latency:percentile(99), bad))
end
LUA

probe='{"model":"instant","messages":[{"role":"user","content":"ready?"}]}'
for port in $off_port $on_port; do
  wait_for "http://127.0.0.1:$port/readyz"
  wait_for -X POST -H 'content-type: application/json' -d "$probe" "http://127.0.0.1:$port/v1/chat/completions"
done

# Processor time of a process so far, in ticks of 10 ms.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# run <port> <connections> <seconds> -> requests/s, p50 us, p99 us, failed, processor us a request
run() {
  threads=2; [ "$2" -ge 2 ] || threads=1
  pid=$off_pid; [ "$1" = "$off_port" ] || pid=$on_pid
  before=$(ticks "$pid")
  result=$(wrk -t$threads -c"$2" -d"$3"s --timeout 10s -s "$work/post.lua" "http://127.0.0.1:$1/v1/chat/completions" |
    awk '/^RESULT/ { print $2, $3, $4, $5 }')
  echo "$result $(($(ticks "$pid") - before))" |
    awk -v s="$3" '{ printf "%s %s %s %s %.1f\n", $1, $2, $3, $4, $5 * 10000 / ($1 * s) }'
}

# The process with spans is warm later: on a busy machine it took 300,000 requests until its processor time a request no longer
# fell, the other one 200,000.
echo "warming up ($((2 * warm_up)) x $seconds s)"
again=0
while [ "$again" -lt "$warm_up" ]; do
  again=$((again + 1))
  run "$off_port" "$connections" "$seconds" >/dev/null
  run "$on_port" "$connections" "$seconds" >/dev/null
done

# side_by_side <connections> <file>
side_by_side() {
  : > "$2"
  round=1
  while [ "$round" -le "$rounds" ]; do
    # Each round begins with the other one, so that neither always follows.
    if [ $((round % 2)) -eq 1 ]; then
      a=$(run "$off_port" "$1" "$seconds"); b=$(run "$on_port" "$1" "$seconds")
    else
      b=$(run "$on_port" "$1" "$seconds"); a=$(run "$off_port" "$1" "$seconds")
    fi
    echo "$a $b" >> "$2"
    echo "$a $b" | awk -v r="$round" '{ printf "round %d  off %s %s %s   on %s %s %s   ratio %.3f  p50 %+d us  processor %.1f %.1f us\n",
      r, $1, $2, $3, $6, $7, $8, $6 / $1, $7 - $2, $5, $10 }'
    round=$((round + 1))
  done
}

median() { sort -n | awk '{ v[NR] = $1 } END { printf "%s (lowest %s, highest %s)", v[int((NR + 1) / 2)], v[1], v[NR] }'; }

echo "$connections connections: requests/s, p50 us, p99 us"
side_by_side "$connections" "$work/pairs"
echo "1 connection"
side_by_side 1 "$work/single"
echo "median throughput on/off: $(awk '{ printf "%.3f\n", $6 / $1 }' "$work/pairs" | median)"
echo "median added p50 at 1 connection, us: $(awk '{ print $7 - $2 }' "$work/single" | median)"
echo "median processor time on/off: $(awk '{ printf "%.3f\n", $10 / $5 }' "$work/pairs" | median)"
spans=$(awk '{ n += $1 } END { print n + 0 }' "$work/sink.log")
echo "bytes of spans received: $spans"
[ "$spans" -gt 0 ] || { cat "$work/sink.log" >&2; echo "no span arrived: nothing was measured" >&2; exit 1; }

failed=$(awk '{ n += $4 + $9 } END { print n }' "$work/pairs" "$work/single")
[ "$failed" -eq 0 ] || { echo "$failed requests failed" >&2; exit 1; }
