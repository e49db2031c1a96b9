# Sourced by ./fairlead: the four services as processes of this machine, started and stopped together.
# shellcheck shell=bash disable=SC2154 # jdk, jvm_flags, serve_flags, collector_flags and page_flags are the launcher's

mesh_start_seconds=120
mesh_stop_seconds=40
mesh_names=()
mesh_pids=()

# in_file SECTION PATTERN: what follows PATTERN, a key with its colon, in that section of the configuration file. Only the two
# usual ways to write it are understood: `section: { key: 1 }` on one line, or an indented `key: 1` below the section. Fails
# where there is none.
in_file() {
  [ -n "${FAIRLEAD_CONFIG:-}" ] || return 1
  awk -v section="$1" -v pattern="(^|[ {,])$2[ ]*" '
    /^[^ #]/ { inside = index($0, section ":") == 1 }
    inside && !/^ *#/ && match($0, pattern) {
      text = substr($0, RSTART + RLENGTH); sub(/[ ,}#].*/, "", text); gsub(/["\047]/, "", text); print text; found = 1; exit
    }
    END { exit !found }' "$FAIRLEAD_CONFIG"
}

# port_of SECTION DEFAULT: what the section's `port` is, by environment or file.
port_of() {
  local section=$1 port=$2 variable
  variable=FAIRLEAD_$(printf '%s' "$section" | tr '[:lower:]' '[:upper:]')_PORT
  if [ "$section" = server ] && [ -n "${PORT:-}" ]; then
    port=$PORT
  elif [ -n "${!variable:-}" ]; then
    port=${!variable}
  else
    port=$(in_file "$section" port: || printf '%s' "$port")
  fi
  printf '%s\n' "$port"
}

# Whether the gateway's doors have certificates, by environment or file: `cert` of `edge` in section `tls`, in the two usual ways
# to write it. One that is empty means plain text.
doors_have_tls() {
  [ -z "${FAIRLEAD_TLS_EDGE_CERT:-}" ] || return 0
  [ -n "${FAIRLEAD_CONFIG:-}" ] || return 1
  awk '
    /^[^ #]/ { inside = index($0, "tls:") == 1; below = 0 }
    !inside || /^ *(#|$)/ { next }
    {
      line = $0
      match(line, /[^ ]/)
      if (RSTART <= below) { below = 0 }
      if (!below && match(line, /(^|[ {,])edge:/)) {
        below = RSTART + RLENGTH - length("edge:")
        line = substr(line, RSTART + RLENGTH); sub(/[}].*/, "", line)
      }
      if (below && match(line, /(^|[ {,])cert:[ ]*/)) {
        text = substr(line, RSTART + RLENGTH); sub(/[ ,}#].*/, "", text); gsub(/["\047]/, "", text)
        found = text != "" && text != "~" && text != "null"; exit
      }
    }
    END { exit !found }' "$FAIRLEAD_CONFIG"
}

# hop VARIABLE SECTION KEY ADDRESS: where a service finds another one, unless environment or file say it.
hop() {
  [ -n "${!1:-}" ] || in_file "$2" "$3:" >/dev/null || export "$1=$4"
}

# launch NAME CLASS: output goes to ours, every line with the name before it.
launch() {
  local name=$1 main=$2 collector=()
  case $name in gateway | provider) collector=(${collector_flags[@]+"${collector_flags[@]}"}) ;; esac
  # shellcheck disable=SC2086
  "$jdk/bin/java" "${jvm_flags[@]}" "${serve_flags[@]}" ${collector[@]+"${collector[@]}"} ${page_flags[@]+"${page_flags[@]}"} ${FAIRLEAD_JAVA_OPTS:-} -cp "$mesh_classes" "$main" \
    > >(trap '' INT; while IFS= read -r line; do printf '%-8s | %s\n' "$name" "$line"; done) 2>&1 &
  mesh_names+=("$name")
  mesh_pids+=($!)
}

# is_ready PORT: asks /readyz on this machine.
is_ready() {
  local status=
  {
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    IFS= read -r -t 5 status <&3 || true
    exec 3>&-
  } 2>/dev/null
  case $status in *" 200 "*) return 0 ;; *) return 1 ;; esac
}

# The name of a process that has ended, if any.
fallen() {
  local i
  for i in "${!mesh_pids[@]}"; do
    if ! kill -0 "${mesh_pids[$i]}" 2>/dev/null; then
      printf '%s\n' "${mesh_names[$i]}"
      return 0
    fi
  done
  return 1
}

stop_mesh() {
  trap '' INT TERM HUP
  local i seconds
  for ((i = ${#mesh_pids[@]} - 1; i >= 0; i--)); do
    kill -0 "${mesh_pids[$i]}" 2>/dev/null || continue
    say "stopping ${mesh_names[$i]}"
    kill -TERM "${mesh_pids[$i]}" 2>/dev/null || true
    for ((seconds = 0; seconds < mesh_stop_seconds * 5; seconds++)); do
      kill -0 "${mesh_pids[$i]}" 2>/dev/null || break
      sleep 0.2
    done
    if kill -0 "${mesh_pids[$i]}" 2>/dev/null; then
      say "${mesh_names[$i]} did not end within $mesh_stop_seconds s and is killed"
      kill -KILL "${mesh_pids[$i]}" 2>/dev/null || true
    fi
  done
}

# await_ready NAME PORT
await_ready() {
  local tries
  for ((tries = 0; tries < mesh_start_seconds * 5; tries++)); do
    if fallen >/dev/null; then
      end_mesh "$(fallen) ended before it was ready" 1
    fi
    if is_ready "$2"; then
      say "$1 is ready"
      return 0
    fi
    sleep 0.2
  done
  end_mesh "$1 was not ready within $mesh_start_seconds s (asked http://127.0.0.1:$2/readyz)" 1
}

end_mesh() {
  say "$1"
  stop_mesh
  exit "$2"
}

mesh() {
  local scorer cache provider gateway ready scheme=http
  jdk=$(find_jdk)
  mesh_classes=$(class_path standalone)
  scorer=$(port_of scorer 7001)
  cache=$(port_of cache 7002)
  provider=$(port_of provider 7003)
  gateway=$(port_of server 8080)
  [ -n "${REDIS_URL:-}" ] || say "REDIS_URL is not set: the cache lives in the memory of its one process"
  trap 'end_mesh "asked to stop" 0' INT TERM HUP
  hop FAIRLEAD_CACHE_SCORER cache scorer "127.0.0.1:$scorer"
  hop FAIRLEAD_SERVICES_SCORER services scorer "localhost:$scorer"
  hop FAIRLEAD_SERVICES_CACHE services cache "localhost:$cache"
  hop FAIRLEAD_SERVICES_PROVIDER services provider "localhost:$provider"
  launch scorer dev.fairlead.scorer.Main
  launch cache dev.fairlead.cache.Main
  launch provider dev.fairlead.provider.Main
  await_ready scorer $((scorer + 100))
  await_ready cache $((cache + 100))
  await_ready provider $((provider + 100))
  ready=$gateway
  if doors_have_tls; then
    # They may want certificates; the plain port for probes does not.
    scheme=https
    ready=${FAIRLEAD_SERVER_MANAGEMENT_PORT:-$(in_file server management_port: || printf '%s' $((gateway + 100)))}
    export FAIRLEAD_SERVER_MANAGEMENT_PORT=$ready
  fi
  launch gateway dev.fairlead.gateway.Main
  await_ready gateway "$ready"
  say "the mesh is ready at $scheme://127.0.0.1:$gateway (Ctrl-C stops it)"
  until fallen >/dev/null; do
    sleep 1
  done
  end_mesh "$(fallen) ended; the rest is stopped" 1
}
