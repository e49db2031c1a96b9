package dev.fairlead.benchmarks.money;

import dev.fairlead.gateway.budget.RedisBudgetStore;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.limits.RateLimiter;
import dev.fairlead.gateway.limits.RedisLimitStore;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisSettings;
import dev.fairlead.redis.RedisUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * How often a request talks to Redis while it is let in, as Redis counts it, and how long that
 * takes: once for the limits and the money of all levels together, and nothing for its key. Beside
 * it what a request pays that has only limits, or only a budget, and the two asked one by one, as
 * is done when money is scarce.
 *
 * <p>Arguments: URL of an empty Redis that nobody else uses; requests.
 */
public final class AdmissionRoundTrips {

  private static final long SECOND_MILLIS = 1000;

  private final URI redis;
  private final int requests;
  private final Door door;

  private AdmissionRoundTrips(URI redis, int requests, RedisLink link) throws IOException {
    this.redis = redis;
    this.requests = requests;
    this.door =
        new Door(
            new RedisLimitStore(link, Duration.ofMinutes(1), Duration.ofMinutes(1)),
            new RedisBudgetStore(link, SECOND_MILLIS),
            1000);
  }

  /** Prints the measurements, one a line. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: AdmissionRoundTrips REDIS_URL REQUESTS");
      System.exit(2);
    }
    RedisSettings settings =
        new RedisSettings(
            RedisUrl.parse(arguments[0]),
            2,
            4,
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            "benchmark:");
    try (RedisLink link = RedisLink.open(settings)) {
      while (!link.connected()) {
        LockSupport.parkNanos(10_000_000);
      }
      AdmissionRoundTrips run =
          new AdmissionRoundTrips(URI.create(arguments[0]), Integer.parseInt(arguments[1]), link);
      run.print();
    }
  }

  /** A way into the gateway. */
  @FunctionalInterface
  private interface Way {
    void enter(Principal principal);
  }

  private void together(Principal principal) {
    RateLimiter.Pass pass = door.admitAndHold(principal);
    Door.end(pass, door.hold(principal, pass));
  }

  private void oneByOne(Principal principal) {
    RateLimiter.Pass pass = door.admit(principal);
    Door.end(pass, door.hold(principal));
  }

  private double[] round(Way way) {
    double[] micros = new double[requests];
    for (int i = 0; i < requests; i++) {
      long begun = System.nanoTime();
      way.enter(door.authenticate());
      micros[i] = (System.nanoTime() - begun) / 1e3;
    }
    return micros;
  }

  private void print() throws IOException {
    measure("key", principal -> {}, 0);
    measure("limits alone", principal -> door.admit(principal).end(-1), 1);
    measure("money alone", principal -> door.hold(principal).settle(1), 1);
    measure("limits and money together", this::together, 2);
    measure("limits, then money", this::oneByOne, 2);
  }

  /**
   * Prints one way.
   *
   * @param afterwards commands that tell of the request's end, which nobody waits for
   */
  private void measure(String what, Way way, int afterwards) throws IOException {
    double[] ignored = round(way);
    long before = settled();
    double[] micros = round(way);
    long commands = settled() - before;
    System.out.printf(
        Locale.ROOT,
        "%s: %.2f commands a request until it is let in%n",
        what,
        (double) commands / requests - afterwards);
    line(what, micros);
  }

  /** Scripts when no more come. */
  private long settled() throws IOException {
    long seen = -1;
    for (long now = scripts(); now != seen; now = scripts()) {
      seen = now;
      LockSupport.parkNanos(SECOND_MILLIS * 500_000);
    }
    return seen;
  }

  private static void line(String what, double[] micros) {
    Arrays.sort(micros);
    System.out.printf(
        Locale.ROOT,
        "%s: p50 %.1f us, p99 %.1f us%n",
        what,
        micros[micros.length / 2],
        micros[(int) (micros.length * 0.99)]);
  }

  /** Scripts that clients have sent; what scripts do inside Redis is no round trip. */
  private long scripts() throws IOException {
    long sum = 0;
    try (Socket socket = new Socket(redis.getHost(), redis.getPort());
        BufferedReader answer =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      socket
          .getOutputStream()
          .write("INFO commandstats\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      for (String line = answer.readLine(); line != null; line = answer.readLine()) {
        if (line.startsWith("cmdstat_eval")) {
          int from = line.indexOf("calls=") + "calls=".length();
          sum += Long.parseLong(line.substring(from, line.indexOf(',', from)));
        }
      }
    }
    return sum;
  }
}
