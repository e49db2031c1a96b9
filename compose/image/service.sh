# Sourced by the image's scripts: what each service is called in the build, its main class and where it tells its health.
# shellcheck shell=bash

module_of() {
  case $1 in
    gateway | standalone) printf '%s\n' "$1" ;;
    scorer | cache | provider) printf '%s-service\n' "$1" ;;
    *) printf 'unknown service %s (expected: gateway, scorer, cache, provider or standalone)\n' "$1" >&2 && return 2 ;;
  esac
}

main_class_of() {
  module_of "$1" >/dev/null && printf 'dev.fairlead.%s.Main\n' "$1"
}

# The plain port for probes of a gateway, if it has one: with certificates at its doors it needs one, and gets 8180 unless told.
management_port_of() {
  case $1 in gateway | standalone) ;; *) return 0 ;; esac
  local port=${FAIRLEAD_SERVER_MANAGEMENT_PORT:-}
  [ -n "$port" ] || [ -z "${FAIRLEAD_TLS_EDGE_CERT:-}" ] || port=8180
  [ "$port" = -1 ] || printf '%s' "$port"
}

# The port of /readyz and /healthz: the gateway's plain one or its own, or a backend's gRPC port + 100.
health_port_of() {
  local plain
  plain=$(management_port_of "$1")
  case $1 in
    gateway | standalone) printf '%s\n' "${plain:-${PORT:-${FAIRLEAD_SERVER_PORT:-8080}}}" ;;
    scorer) printf '%s\n' "$((${FAIRLEAD_SCORER_PORT:-7001} + 100))" ;;
    cache) printf '%s\n' "$((${FAIRLEAD_CACHE_PORT:-7002} + 100))" ;;
    provider) printf '%s\n' "$((${FAIRLEAD_PROVIDER_PORT:-7003} + 100))" ;;
    *) module_of "$1" ;;
  esac
}

# Flags that the training run and every later run must share, else the JVM sets the AOT cache aside.
shared_flags=(
  -XX:+UseCompactObjectHeaders
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  -Dio.netty.allocator.type=pooled
  -Dio.netty.leakDetection.level=disabled
)

# The collector of the training run: only it can keep objects in the AOT cache, which every other one reads as well.
training_flags=(-XX:+UseG1GC)

# collector_of SERVICE: the collector's flags, unless FAIRLEAD_JAVA_OPTS names one. The parallel one takes some 10 % less processor
# time a request; what keeps many entries or models stays with G1, whose pauses do not grow with them (RATIONALE.md).
collector_of() {
  case " ${FAIRLEAD_JAVA_OPTS:-} " in *" -XX:+Use"*"GC "*) return 0 ;; esac
  case $1 in
    gateway | provider | standalone) printf '%s\n' -XX:+UseParallelGC -XX:MetaspaceSize=160m ;;
    *) printf '%s\n' -XX:+UseG1GC ;;
  esac
}

# The jars in a fixed order: the AOT cache belongs to one class path.
class_path_in() {
  local jars=("$1"/*.jar)
  local IFS=:
  printf '%s\n' "${jars[*]}"
}
