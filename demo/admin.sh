#!/usr/bin/env bash
# Drives the admin API end to end against a gateway with mock models, and checks what every step did. Exit status 0 when
# all of it worked.
. "$(dirname "${BASH_SOURCE[0]}")/gateway.bash"

token=demo-$RANDOM$RANDOM$RANDOM
body=$scratch/body.json

# call EXPECTED-STATUS METHOD PATH [JSON]: the answer is printed and kept in $body.
call() {
  local expected=$1 method=$2 path=$3 code
  code=$(curl -s -m 30 -o "$body" -w '%{http_code}' -X "$method" -H "Authorization: Bearer $token" \
    -H 'Content-Type: application/json' ${4+-d "$4"} "$url/v1/admin/$path") || die "no answer from $url"
  printf '\n%s %s %s\n%s  %.600s\n' "$method" "/v1/admin/$path" "${4:-}" "$code" "$(cat "$body")"
  [ "$code" = "$expected" ] || die "$method $path: HTTP $code (expected: $expected)"
}

# holds NAME VALUE: of the answer that came last.
holds() {
  local value
  value=$(field "$1" <"$body")
  [ "$value" = "$2" ] || die "$1 is \"$value\" (expected: \"$2\")"
}

contains() { grep -q "$1" "$body" || die "the answer has no $1"; }

# served MODEL HEADER: a header of one chat answer.
served() {
  curl -s -m 30 -o /dev/null -D "$scratch/headers.txt" -H 'Content-Type: application/json' -H 'Cache-Control: no-store' \
    -d "{\"model\":\"$1\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" "$url/v1/chat/completions"
  header "$2" "$scratch/headers.txt"
}

start_gateway ADMIN_TOKEN="$token" CANARY_STAGES=50,100 CANARY_WINDOW=20 \
  FAIRLEAD_CANARY_BASELINE=mock-quality FAIRLEAD_CANARY_CANDIDATE=mock-standard

say "1. only the token's holder gets in"
code=$(curl -s -m 30 -o /dev/null -w '%{http_code}' "$url/v1/admin/status")
[ "$code" = 401 ] || die "status without a token: HTTP $code (expected: 401)"

say "2. what runs"
call 200 GET status
for name in uptime_seconds providers burn policy build; do contains "\"$name\""; done

say "3. the default policy"
call 200 GET policy
before=$(field default_policy <"$body")
call 200 POST policy '{"default_policy":"cheapest"}'
holds default_policy cheapest
[ "$(served auto x-fairlead-policy)" = cheapest ] || die "requests are not routed by cheapest"
call 400 POST policy '{"default_policy":"best"}'
call 200 POST policy "{\"default_policy\":\"$before\"}"

say "4. a canary moves on, and back"
call 200 GET canary/status
holds stage 0
call 200 POST canary/advance '{}'
holds stage 1
call 400 POST canary/advance '{}'
call 200 POST canary/advance '{"force":true}'
holds percent 100.0
[ "$(served auto:canary x-model-used)" = mock-standard ] || die "the candidate does not serve"
call 200 POST canary/rollback
holds stage 0
contains '"manual_rollback"'
[ "$(served auto:canary x-model-used)" = mock-quality ] || die "the baseline does not serve again"

say "5. providers are read again"
call 200 POST providers/reload

say "6. the configuration without its secrets, and the level of the log"
call 200 GET config
if grep -q "$token" "$body"; then die "the configuration shows the admin token"; fi
call 200 POST log_level '{"level":"info"}'
holds level INFO

say "7. all of it is on record"
call 200 GET status
contains '"changes"'
contains '"canary stage"'
printf '\nThe admin API works.\n'
