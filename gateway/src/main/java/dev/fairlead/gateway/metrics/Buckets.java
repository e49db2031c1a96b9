package dev.fairlead.gateway.metrics;

import java.time.Duration;
import java.util.stream.DoubleStream;

/** Histogram buckets, seconds. Durations follow the OpenTelemetry GenAI conventions v1.41. */
final class Buckets {

  static final Duration[] OVERHEAD =
      seconds(.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1);
  static final Duration[] REQUEST =
      seconds(.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
  static final Duration[] FIRST_TOKEN =
      seconds(.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10);
  static final Duration[] INTER_TOKEN =
      seconds(.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5);

  private Buckets() {}

  private static Duration[] seconds(double... values) {
    return DoubleStream.of(values)
        .mapToObj(value -> Duration.ofNanos(Math.round(value * 1e9)))
        .toArray(Duration[]::new);
  }
}
