#!/usr/bin/env bash
# A dozen prompts, easy and hard: which model the gateway chose for each, why, what it cost and what that saved.
# usage: demo/routing.sh [POLICY]; with FAIRLEAD_URL a running gateway is asked, otherwise one with mock models is started.
. "$(dirname "${BASH_SOURCE[0]}")/gateway.bash"

policy=${1:-complexity}
answer=$scratch/answer.json
headers=$scratch/headers.txt
authorization=()
[ -z "${FAIRLEAD_API_KEY:-}" ] || authorization=(-H "Authorization: Bearer $FAIRLEAD_API_KEY")

escaped() { printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g'; }

if [ -n "${FAIRLEAD_URL:-}" ]; then
  url=${FAIRLEAD_URL%/}
else
  start_gateway
fi

row='%-10s %-14s %-22s %12s %12s  %s\n'
# shellcheck disable=SC2059 # the format is ours
printf "$row" complexity model reason 'cost USD' 'saved USD' prompt
while IFS= read -r prompt; do
  [ -n "$prompt" ] || continue
  code=$(curl -s -m 120 -o "$answer" -D "$headers" -w '%{http_code}' ${authorization[@]+"${authorization[@]}"} \
    -H 'Content-Type: application/json' -H 'Cache-Control: no-store' -H "X-Fairlead-Policy: $policy" \
    -d "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"$(escaped "$prompt")\"}]}" \
    "$url/v1/chat/completions") || die "no answer from $url"
  [ "$code" = 200 ] || die "HTTP $code: $(cat "$answer")"
  cost=$(header x-query-cost "$headers")
  saved=$(header x-fairlead-saved "$headers")
  # shellcheck disable=SC2059
  printf "$row" "$(header x-fairlead-complexity "$headers")" "$(header x-model-used "$headers")" \
    "$(header x-fairlead-reason "$headers")" "$cost" "$saved" "$(printf '%.60s' "$prompt")"
  printf '%s %s\n' "$cost" "$saved" >>"$scratch/money.txt"
done <"$root/demo/prompts.txt"

awk -v policy="$policy" '
  { cost += $1; saved += $2 }
  END {
    whole = cost + saved
    printf "\n%d prompts by %s: cost %.7f USD, saved %.7f USD", NR, policy, cost, saved
    if (whole > 0) printf " (%.0f %% of the cost of the baseline model alone)", 100 * saved / whole
    print ""
  }' "$scratch/money.txt"
