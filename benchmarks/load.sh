# What passthrough.sh and telemetry.sh share: nginx as an instant upstream, wrk, Fairlead processes with the launcher's flags, and
# turns of two sides in one run. Sourced by a script that has set rounds, seconds, connections, upstream_port and heap.

here=$(cd "$(dirname "$0")" && pwd)
classpath_file=${CLASSPATH_FILE:-$here/target/classpath}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
for tool in nginx wrk curl "$java"; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 2; }
done
"$java" --version | grep -q '^[a-z]* 25' || { echo "JAVA_HOME: a JDK 25 is needed" >&2; exit 2; }
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

# start_nginx <name> <port> <workers> <location body>
start_nginx() {
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
  nginx -e "$work/$1/error.log" -p "$work/$1" -c "$work/$1/nginx.conf" &
  pids="$pids $!"
}

# start_java <name> <heap> <class> <argument>...: its process is $started
start_java() {
  name=$1 size=$2
  shift 2
  pages=
  if grep -qs '\[madvise\]' /sys/kernel/mm/transparent_hugepage/enabled; then pages=-XX:+UseTransparentHugePages; fi
  collector="-XX:+UseParallelGC -XX:MetaspaceSize=160m"
  case " ${FAIRLEAD_JAVA_OPTS:-} " in *" -XX:+Use"*"GC "*) collector= ;; esac
  # shellcheck disable=SC2086
  "$java" $collector $pages -Xms"$size" -Xmx"$size" \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseCompactObjectHeaders \
    -Dio.netty.allocator.type=pooled -Dio.netty.leakDetection.level=disabled ${FAIRLEAD_JAVA_OPTS:-} \
    -cp "$here/target/classes:$(cat "$classpath_file")" "$@" > "$work/$name.log" 2>&1 &
  started=$!
  pids="$pids $started"
}

# start_fairlead <name> <port> <more lines of the configuration>
start_fairlead() {
  cat > "$work/$1.yaml" <<YAML
server: { port: $2, grpc_port: -1, data_dir: "$work/$1" }
$3
providers:
  instant: { kind: openai, base_url: "http://127.0.0.1:$upstream_port/v1", api_key: none }
models:
  - { id: instant, provider: instant, upstream: instant, tier: cheap, price: { input: 0.1, output: 0.4 }, context_window: 128000 }
YAML
  FAIRLEAD_CONFIG="$work/$1.yaml" LOG_LEVEL=WARN start_java "$1" "$heap" dev.fairlead.standalone.Main
}

wait_for() {
  tries=0
  until curl -fs -o /dev/null "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { echo "not ready: $*" >&2; tail -n 30 "$work"/*.log "$work"/*/error.log >&2; exit 1; }
    sleep 0.1
  done
}

# wait_for_chat <port>: until a chat is answered
wait_for_chat() {
  wait_for -X POST -H 'content-type: application/json' \
    -d '{"model":"instant","messages":[{"role":"user","content":"ready?"}]}' "http://127.0.0.1:$1/v1/chat/completions"
}

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

# Processor time of a process and of what it has started, so far, in ticks of 10 ms.
ticks() {
  cat "/proc/$1/stat" $(pgrep -P "$1" | sed 's|.*|/proc/&/stat|') | awk '{ n += $14 + $15 } END { print n }'
}

# run <port> <connections> <seconds> <process> -> requests/s, p50 us, p99 us, failed, processor us a request
run() {
  threads=2; [ "$2" -ge 2 ] || threads=1
  before=$(ticks "$4")
  result=$(wrk -t$threads -c"$2" -d"$3"s --timeout 10s -s "$work/post.lua" "http://127.0.0.1:$1/v1/chat/completions" |
    awk '/^RESULT/ { print $2, $3, $4, $5 }')
  echo "$result $(($(ticks "$4") - before))" |
    awk -v s="$3" '{ printf "%s %s %s %s %.1f\n", $1, $2, $3, $4, $5 * 10000 / ($1 * s) }'
}

# warm_up <port> <process>: until five runs in a row did not beat the best one by 2 %, for the compiler needs a minute and more of
# this load on two cores, and what it is not done with would be measured too.
warm_up() {
  best=0 since=0 runs=0
  while [ "$since" -lt 5 ] && [ "$runs" -lt 40 ]; do
    rate=$(run "$1" "$connections" 4 "$2" | awk '{ print $1 }')
    runs=$((runs + 1)) since=$((since + 1))
    if [ "$rate" -gt $((best + best / 50)) ]; then best=$rate since=0; fi
  done
  echo "warm after $runs runs of 4 s: $best requests/s"
}

# turns <rounds> <connections> <seconds> <file> <name a> <port a> <process a> <name b> <port b> <process b>
# Each round begins with the other side, so that neither always follows. A line of the file: five numbers of a, five of b.
turns() {
  : > "$4"
  round=1
  while [ "$round" -le "$1" ]; do
    if [ $((round % 2)) -eq 1 ]; then
      a=$(run "$6" "$2" "$3" "$7"); b=$(run "$9" "$2" "$3" "${10}")
    else
      b=$(run "$9" "$2" "$3" "${10}"); a=$(run "$6" "$2" "$3" "$7")
    fi
    echo "$a $b" >> "$4"
    echo "$a $b" | awk -v r="$round" -v a="$5" -v b="$8" '{
      printf "round %d  %s %s %s %s %s  %s %s %s %s %s  ratio %.3f  p50 %+d us\n", r, a, $1, $2, $3, $5, b, $6, $7, $8, $10, $6 / $1, $7 - $2 }'
    round=$((round + 1))
  done
}

# The median of one number a line, the order statistics that hold it with 95 % and more (from nine rounds on), and the extremes.
median() {
  sort -n | awk '{ v[NR] = $1 } END {
    m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
    # The largest k with 2 P(Binomial(NR, 1/2) < k) <= 0.05.
    p = 0.5 ^ NR; sum = 0; k = 0
    while (2 * (sum + p) <= 0.05) { sum += p; p *= (NR - k) / (k + 1); k++ }
    if (k > 0) printf "%s (95 %%: %s to %s; lowest %s, highest %s)", m, v[k], v[NR + 1 - k], v[1], v[NR]
    else printf "%s (lowest %s, highest %s)", m, v[1], v[NR] }'
}

# none_failed <file>...
none_failed() {
  failed=$(cat "$@" | awk '{ n += $4 + $9 } END { print n }')
  [ "$failed" -eq 0 ] || { echo "$failed requests failed" >&2; exit 1; }
}
