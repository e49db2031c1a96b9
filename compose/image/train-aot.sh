#!/usr/bin/env bash
# train-aot.sh FILE: starts the service as it is in the image, lets it come up, stops it, and leaves its AOT cache in FILE.
# A service that cannot be trained fails the image's build.
set -euo pipefail
app=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$app/bin/service.sh"
file=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

main=$(main_class_of "${FAIRLEAD_SERVICE:?}")
FAIRLEAD_DATA_DIR=$scratch/data "${JAVA_HOME:?}/bin/java" "${shared_flags[@]}" "${training_flags[@]}" -XX:AOTCacheOutput="$file" \
  -cp "$(class_path_in "$app/lib")" "$main" >"$scratch/log" 2>&1 &
pid=$!

for ((tries = 0; tries < 600; tries++)); do
  if "$app/bin/healthcheck.sh" /healthz; then
    kill -TERM "$pid"
    code=0
    wait "$pid" || code=$?
    [ "$code" = 0 ] || [ "$code" = 143 ] || { cat "$scratch/log" >&2 && exit 1; } # 143: ended by the signal, in order
    [ -s "$file" ] || { echo "no AOT cache was written" >&2 && cat "$scratch/log" >&2 && exit 1; }
    exit 0
  fi
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.2
done
echo "$FAIRLEAD_SERVICE did not come up" >&2
cat "$scratch/log" >&2
kill -KILL "$pid" 2>/dev/null || true
exit 1
