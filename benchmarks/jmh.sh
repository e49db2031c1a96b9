#!/bin/sh
# Runs the JMH benchmarks; arguments are JMH's, for example: benchmarks/jmh.sh HeadScan -prof gc
#
#   mvn -pl benchmarks -am package -DskipTests && benchmarks/jmh.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
[ -f "$here/target/classpath" ] || { echo "run first: mvn -pl benchmarks -am package -DskipTests" >&2; exit 2; }
flags="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
[ $# -gt 0 ] || set -- -f 2 -wi 5 -i 5 -w 1 -r 1
exec "$java" $flags -cp "$here/target/classes:$(cat "$here/target/classpath")" org.openjdk.jmh.Main -jvmArgs "$flags" "$@"
