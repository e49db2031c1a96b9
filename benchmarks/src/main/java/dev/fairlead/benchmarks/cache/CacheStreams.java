package dev.fairlead.benchmarks.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Hits and wrong answers of a recorded stream at several error bounds, over several orders of the
 * requests: the file's own, then shuffled ones. Every order starts with a service that knows
 * nothing.
 *
 * <p>Arguments: file for vectors, orders, comma-separated bounds, policy, streams.
 */
public final class CacheStreams {

  private CacheStreams() {}

  /** Prints one line for each stream and bound. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 5) {
      System.err.println("usage: CacheStreams VECTORS ORDERS BOUND,... POLICY STREAM.jsonl.gz...");
      System.exit(2);
    }
    Path vectorFile = Path.of(arguments[0]);
    int orders = Integer.parseInt(arguments[1]);
    for (String name : Arrays.asList(arguments).subList(4, arguments.length)) {
      List<RecordedRequest> requests = RecordedRequest.stream(Path.of(name));
      TextVectors vectors =
          TextVectors.of(requests.stream().map(RecordedRequest::text).toList(), vectorFile);
      for (String bound : arguments[2].split(",")) {
        System.out.println(
            Path.of(name).getFileName()
                + " "
                + measure(requests, vectors, bound, arguments[3], orders));
      }
    }
  }

  private static String measure(
      List<RecordedRequest> requests,
      TextVectors vectors,
      String bound,
      String policy,
      int orders) {
    List<StreamReplay.Result> results = new ArrayList<>();
    for (int order = 0; order < orders; order++) {
      String yaml = "cache: {ttl: 1d, policy: " + policy + ", max_error_rate: " + bound + "}";
      try (StreamReplay replay = new StreamReplay(yaml, vectors)) {
        results.add(replay.run(ordered(requests, order)));
      }
    }
    double hits = results.stream().mapToDouble(StreamReplay.Result::hitShare).average().orElse(0);
    double wrong =
        results.stream().mapToDouble(StreamReplay.Result::wrongShare).average().orElse(0);
    double worst = results.stream().mapToDouble(StreamReplay.Result::wrongShare).max().orElse(0);
    long inside =
        results.stream()
            .filter(result -> result.wrongShare() >= result.stats().getFalseHitRateLow())
            .filter(result -> result.wrongShare() <= result.stats().getFalseHitRateHigh())
            .count();
    return String.format(
        Locale.ROOT,
        "%s bound %s: hits %.1f %%, wrong %.2f %%, worst %.2f %%, truth inside the stated interval"
            + " %d of %d",
        policy,
        bound,
        100 * hits,
        100 * wrong,
        100 * worst,
        inside,
        orders);
  }

  private static List<RecordedRequest> ordered(List<RecordedRequest> requests, int order) {
    List<RecordedRequest> ordered = new ArrayList<>(requests);
    if (order > 0) {
      Collections.shuffle(ordered, new Random(order));
    }
    return ordered;
  }
}
