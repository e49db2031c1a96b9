#!/usr/bin/env bash
# assemble.sh SERVICE OUT: builds the service and lays out what its image holds: OUT/app and OUT/jre.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
service=$1

. "$here/service.sh"
module=$(module_of "$service")
mkdir -p "$2"
out=$(cd "$2" && pwd -P) # Maven would look for a relative folder in each module's own

if [ -z "${FAIRLEAD_JARS:-}" ]; then # a folder of jars that are there already skips the build
  FAIRLEAD_JARS=$out/jars
  (cd "$root" && mvn -B -q -Dprogram -pl "$module" -am package \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$FAIRLEAD_JARS")
  cp "$root/$module/target/fairlead-$module"-*.jar "$FAIRLEAD_JARS"
fi

mkdir -p "$out/app/lib" "$out/app/bin" "$out/app/aot"
find "$FAIRLEAD_JARS" -name '*.jar' ! -name '*-tests.jar' ! -name '*-sources.jar' -exec cp {} "$out/app/lib/" \;
cp "$here/service.sh" "$here/run.sh" "$here/healthcheck.sh" "$here/train-aot.sh" "$out/app/bin/"
[ "$FAIRLEAD_JARS" != "$out/jars" ] || rm -rf "$out/jars"

# A runtime without compiler and tools. The modules are those that our libraries use, also by reflection.
"${JAVA_HOME:?JAVA_HOME names a JDK 25}/bin/jlink" \
  --add-modules java.se,jdk.unsupported,jdk.crypto.ec,jdk.crypto.cryptoki,jdk.naming.dns,jdk.net,jdk.zipfs,jdk.management,jdk.jfr,jdk.localedata \
  --strip-debug --no-header-files --no-man-pages --generate-cds-archive --output "$out/jre"
