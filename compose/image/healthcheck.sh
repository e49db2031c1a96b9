#!/usr/bin/env bash
# Asks a path of the service's own health port, /readyz unless another is named; exit 0 when it says 200. Needs no curl.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/service.sh"
path=${1:-/readyz}
port=$(health_port_of "${FAIRLEAD_SERVICE:?FAIRLEAD_SERVICE names the service}") || exit 1
status=
{
  exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&3
  IFS= read -r -t 2 status <&3 || true
  exec 3>&-
} 2>/dev/null
case $status in *" 200 "*) exit 0 ;; *) exit 1 ;; esac
