#!/usr/bin/env bash
# The image's entry point: becomes the service's JVM, so that it is the process that is told to stop.
set -euo pipefail
app=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$app/bin/service.sh"
main=$(main_class_of "${FAIRLEAD_SERVICE:?FAIRLEAD_SERVICE names the service}")
# What the health check asks must be there.
plain=$(management_port_of "$FAIRLEAD_SERVICE")
[ -z "$plain" ] || export FAIRLEAD_SERVER_MANAGEMENT_PORT=$plain
aot=()
[ ! -r "$app/aot/app.aot" ] || aot=(-XX:AOTCache="$app/aot/app.aot")
# Large pages for the heap, where Linux gives them to those who ask: some 10 % less processor time a request.
pages=()
! grep -qs '\[madvise\]' /sys/kernel/mm/transparent_hugepage/enabled || pages=(-XX:+UseTransparentHugePages)
mapfile -t collector < <(collector_of "$FAIRLEAD_SERVICE")
# shellcheck disable=SC2086 # the options are words
exec "${JAVA_HOME:?}/bin/java" "${shared_flags[@]}" "${collector[@]}" "${aot[@]}" "${pages[@]}" -XX:-UsePerfData -XX:MaxRAMPercentage=70 -XX:+ExitOnOutOfMemoryError \
  ${FAIRLEAD_JAVA_OPTS:-} -cp "$(class_path_in "$app/lib")" "$main" "$@"
