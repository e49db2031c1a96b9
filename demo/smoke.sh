#!/usr/bin/env bash
# Smoke test: a gateway with mock models (mean 40 ms, p95 120 ms) must answer 200 requests a second for 15 s without one
# error and with a p95 below 150 ms. Exit status 0 when it does. See demo/README.md for what can be changed.
. "$(dirname "${BASH_SOURCE[0]}")/gateway.bash"

qps=${SMOKE_QPS:-200}
duration=${SMOKE_DURATION:-15s}
warmup=${SMOKE_WARMUP:-5s}
limit_ms=${SMOKE_P95_MS:-150}
report=$scratch/report.json

"$root/fairlead" prepare
start_gateway
status=0
"$root/fairlead" loadgen --url "$url" --qps "$qps" --duration "$duration" --warmup "$warmup" \
  --prompts "$root/demo/prompts.txt" --json "$report" || status=$?
[ -s "$report" ] || die "the load generator gave no report (exit status $status)"

planned=$(field planned <"$report")
succeeded=$(field succeeded <"$report")
p95=$(sed -n '/"latency_ms"/,/}/p' "$report" | field p95)
failures=0
if [ "$succeeded" != "$planned" ]; then
  say "FAIL $succeeded of $planned requests succeeded"
  failures=1
fi
if ! awk -v p95="${p95:-1e9}" -v limit="$limit_ms" 'BEGIN { exit !(p95 + 0 < limit + 0) }'; then
  say "FAIL p95 is ${p95:-unknown} ms (expected: below $limit_ms ms)"
  failures=1
fi
[ "$failures" = 0 ] || exit 1
say "PASS $succeeded requests, no error, p95 $p95 ms (below $limit_ms ms)"
