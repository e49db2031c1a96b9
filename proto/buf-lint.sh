#!/bin/sh
# Lints the contracts with buf, which comes as an npm package. Without npm the check is left out and says so; in CI it must run.
set -eu
cd "$(dirname "$0")"
version=1.75.0
tool=target/buf
if ! command -v npm >/dev/null 2>&1; then
  echo "buf lint left out: npm is not installed"
  [ "${CI:-}" != true ] || exit 1
  exit 0
fi
if [ ! -x "$tool/node_modules/.bin/buf" ]; then
  mkdir -p "$tool"
  [ -f "$tool/package.json" ] || echo '{"private":true}' > "$tool/package.json"
  npm install --prefix "$tool" --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error "@bufbuild/buf@$version" >/dev/null
fi
"$tool/node_modules/.bin/buf" lint
echo "buf lint: no findings"
