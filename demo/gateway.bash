# Sourced by the demos: a gateway with mock models alone, on free ports, its data in a temporary folder; it ends with the script.
# shellcheck shell=bash

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/fairlead-demo.XXXXXX")
gateway_pid=
start_seconds=${START_SECONDS:-600} # the first start builds

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$0: $*"
  exit 1
}

stop_gateway() {
  local i
  if [ -n "$gateway_pid" ] && kill -TERM "$gateway_pid" 2>/dev/null; then
    for ((i = 0; i < 150; i++)); do
      kill -0 "$gateway_pid" 2>/dev/null || break
      sleep 0.2
    done
    kill -KILL "$gateway_pid" 2>/dev/null || true
    wait "$gateway_pid" 2>/dev/null || true
  fi
  gateway_pid=
}

end_demo() {
  trap '' INT TERM HUP
  stop_gateway
  rm -rf "$scratch"
}
trap end_demo EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Nobody listens there now; somebody might a moment later, which the start then tells.
free_port() {
  local port
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return 0
    fi
  done
  die "no free port found between 20000 and 32000"
}

# start_gateway [NAME=VALUE ...]: returns when it is ready; its address is then in $url, its output in $scratch/gateway.log.
start_gateway() {
  local port i
  port=$(free_port)
  url=http://127.0.0.1:$port
  say "starting a gateway with mock models at $url"
  # Without the operator's own settings: nothing here may cost money or reach a shared Redis or ledger.
  local name without=()
  for name in $(compgen -e); do
    case $name in
      FAIRLEAD_JAVA_OPTS) ;;
      FAIRLEAD_* | OPENAI_* | ANTHROPIC_* | GEMINI_* | AWS_* | BEDROCK_* | MOCK_* | OTEL_* | CANARY_*) without+=(-u "$name") ;;
      REDIS_URL | DATABASE_URL | ADMIN_TOKEN | LOCAL_MODEL_PATH | ROUTER_POLICY | COMPLEXITY_THRESHOLD | CACHE_TTL | MAX_BATCH_SIZE)
        without+=(-u "$name")
        ;;
    esac
  done
  env ${without[@]+"${without[@]}"} \
    ENABLE_MOCK_PROVIDER=1 MOCK_MEAN_LATENCY_MS=40 MOCK_P95_LATENCY_MS=120 MOCK_ERROR_RATE=0 \
    PORT="$port" FAIRLEAD_SERVER_GRPC_PORT="$(free_port)" FAIRLEAD_DATA_DIR="$scratch/data" "$@" \
    "$root/fairlead" up >"$scratch/gateway.log" 2>&1 &
  gateway_pid=$!
  for ((i = 0; i < start_seconds * 2; i++)); do
    if curl -fs -o /dev/null -m 5 "$url/readyz"; then
      return 0
    fi
    if ! kill -0 "$gateway_pid" 2>/dev/null; then
      tail -n 20 "$scratch/gateway.log" >&2
      die "the gateway ended while it started"
    fi
    sleep 0.5
  done
  tail -n 20 "$scratch/gateway.log" >&2
  die "the gateway was not ready within $start_seconds s"
}

# field NAME: the first value of that name in the JSON on standard input; texts without their quotes.
field() {
  tr -d '\n' | grep -oE "\"$1\" *: *(\"[^\"]*\"|[^],}]*)" | head -n 1 | sed 's/^"[^"]*" *: *//; s/^"//; s/"$//' || true
}

# header NAME FILE: a header's value in a file that curl -D wrote; "-" when it is not there.
header() {
  local value
  value=$(tr -d '\r' <"$2" | awk -v name="$1" 'index(tolower($0), name ":") == 1 { sub(/^[^:]*: */, ""); print; exit }')
  printf '%s\n' "${value:--}"
}
