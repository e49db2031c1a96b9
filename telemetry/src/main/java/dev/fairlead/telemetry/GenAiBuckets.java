package dev.fairlead.telemetry;

import java.time.Duration;
import java.util.stream.DoubleStream;

/** Histogram buckets that the GenAI conventions v1.41.0 state. */
final class GenAiBuckets {

  static final Duration[] OPERATION =
      seconds(.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
  static final Duration[] FIRST_TOKEN =
      seconds(.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10);
  static final Duration[] OUTPUT_TOKEN =
      seconds(.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5);

  /** Powers of four, to 67 million tokens. */
  static final double[] TOKENS = DoubleStream.iterate(1, tokens -> tokens * 4).limit(14).toArray();

  private GenAiBuckets() {}

  private static Duration[] seconds(double... values) {
    return DoubleStream.of(values)
        .mapToObj(value -> Duration.ofNanos(Math.round(value * 1e9)))
        .toArray(Duration[]::new);
  }
}
