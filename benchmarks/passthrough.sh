#!/bin/sh
# What a pass-through request costs: wrk against nginx as a plain proxy and against Fairlead standalone, both in front of the
# same instant upstream (nginx that answers with one fixed JSON body), in turns within one run, so that both meet the same machine.
#
#   mvn -pl benchmarks -am package -DskipTests && benchmarks/passthrough.sh [rounds] [seconds a run]
#
# Needs nginx, wrk, curl and a JDK 25 (JAVA_HOME, or `java` on the path). Everything is on 127.0.0.1 and in a temporary folder.
set -eu

rounds=${1:-5}
seconds=${2:-8}
connections=${CONNECTIONS:-32}
upstream_port=${UPSTREAM_PORT:-18080}
nginx_port=${NGINX_PORT:-18081}
fairlead_port=${FAIRLEAD_PORT:-18082}
heap=${HEAP:-512m}

here=$(cd "$(dirname "$0")" && pwd)
classpath_file=$here/target/classpath
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
nginx_conf proxy "$nginx_port" auto 'proxy_pass http://instant; proxy_http_version 1.1; proxy_set_header Connection "";'
start_nginx upstream
start_nginx proxy

cat > "$work/fairlead.yaml" <<YAML
server: { port: $fairlead_port, grpc_port: $((fairlead_port + 1000)), data_dir: "$work/data" }
providers:
  instant: { kind: openai, base_url: "http://127.0.0.1:$upstream_port/v1", api_key: none }
models:
  - { id: instant, provider: instant, upstream: instant, tier: cheap, price: { input: 0.1, output: 0.4 }, context_window: 128000 }
YAML
# The flags of ./fairlead.
pages=
if grep -qs '\[madvise\]' /sys/kernel/mm/transparent_hugepage/enabled; then pages=-XX:+UseTransparentHugePages; fi
FAIRLEAD_CONFIG="$work/fairlead.yaml" LOG_LEVEL=WARN "$java" $pages -Xms"$heap" -Xmx"$heap" \
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseCompactObjectHeaders \
  -Dio.netty.allocator.type=pooled -Dio.netty.leakDetection.level=disabled \
  -cp "$(cat "$classpath_file")" dev.fairlead.standalone.Main > "$work/fairlead.log" 2>&1 &
pids="$pids $!"

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
wait_for -X POST -H 'content-type: application/json' -d "$probe" "http://127.0.0.1:$nginx_port/v1/chat/completions"
wait_for "http://127.0.0.1:$fairlead_port/readyz"
wait_for -X POST -H 'content-type: application/json' -d "$probe" "http://127.0.0.1:$fairlead_port/v1/chat/completions"

# run <port> <connections> <seconds> -> requests/s, p50 us, p99 us, failed
run() {
  threads=2; [ "$2" -ge 2 ] || threads=1
  wrk -t$threads -c"$2" -d"$3"s --timeout 10s -s "$work/post.lua" "http://127.0.0.1:$1/v1/chat/completions" |
    awk '/^RESULT/ { print $2, $3, $4, $5 }'
}

# The compiler needs 20 s and more of this load on two cores; what it is not done with would be measured too.
before=0
for warm in 1 2 3 4 5 6 7 8; do
  rate=$(run "$fairlead_port" "$connections" "$seconds" | awk '{ print $1 }')
  echo "warming up ($warm): $rate requests/s"
  [ "$rate" -gt $((before + before / 33)) ] || break
  before=$rate
done
run "$nginx_port" "$connections" 2 >/dev/null

echo "$connections connections: requests/s, p50 us, p99 us, failed"
: > "$work/pairs"
round=1
while [ "$round" -le "$rounds" ]; do
  # Each round begins with the other one, so that neither always follows.
  if [ $((round % 2)) -eq 1 ]; then
    a=$(run "$nginx_port" "$connections" "$seconds"); b=$(run "$fairlead_port" "$connections" "$seconds")
  else
    b=$(run "$fairlead_port" "$connections" "$seconds"); a=$(run "$nginx_port" "$connections" "$seconds")
  fi
  echo "$a $b" >> "$work/pairs"
  echo "$a $b" | awk -v r="$round" '{ printf "round %d  nginx %s %s %s %s   fairlead %s %s %s %s   ratio %.3f\n",
    r, $1, $2, $3, $4, $5, $6, $7, $8, $5 / $1 }'
  round=$((round + 1))
done
echo "median ratio fairlead/nginx: $(awk '{ print $5 / $1 }' "$work/pairs" | sort -n |
  awk '{ v[NR] = $1 } END { printf "%.3f (lowest %.3f, highest %.3f)", v[int((NR + 1) / 2)], v[1], v[NR] }')"

echo "1 connection: p50 us of nginx, of fairlead, added"
: > "$work/single"
round=1
while [ "$round" -le "$rounds" ]; do
  a=$(run "$nginx_port" 1 3); b=$(run "$fairlead_port" 1 3)
  echo "$a $b" >> "$work/single"
  echo "$a $b" | awk -v r="$round" '{ printf "round %d  %s  %s  %+d\n", r, $2, $6, $6 - $2 }'
  round=$((round + 1))
done
echo "median added p50: $(awk '{ print $6 - $2 }' "$work/single" | sort -n |
  awk '{ v[NR] = $1 } END { printf "%d us", v[int((NR + 1) / 2)] }')"

failed=$(awk '{ n += $4 + $8 } END { print n }' "$work/pairs" "$work/single")
[ "$failed" -eq 0 ] || { echo "$failed requests failed" >&2; exit 1; }
