#!/bin/sh
# What each routing policy costs and misses while models slow down and fail, against an oracle: benchmarks/policies.sh [seed]
#
#   mvn -pl benchmarks -am package -DskipTests && benchmarks/policies.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
[ -f "$here/target/classpath" ] || { echo "run first: mvn -pl benchmarks -am package -DskipTests" >&2; exit 2; }
exec "$java" -cp "$here/target/classes:$(cat "$here/target/classpath")" dev.fairlead.benchmarks.PolicySimulation "$@"
