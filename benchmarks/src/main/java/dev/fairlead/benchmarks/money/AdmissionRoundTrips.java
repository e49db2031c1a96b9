package dev.fairlead.benchmarks.money;

import dev.fairlead.gateway.budget.RedisBudgetStore;
import dev.fairlead.gateway.budget.Reservation;
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
 * takes: once for the limits of all levels at the door, once for the money on all levels after
 * routing (not at all for an answer from the cache), and nothing for its key.
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
      run.round();
      run.print();
    }
  }

  private record Round(double[] keyMicros, double[] limitMicros, double[] moneyMicros) {}

  private Round round() {
    double[] key = new double[requests];
    double[] limits = new double[requests];
    double[] money = new double[requests];
    for (int i = 0; i < requests; i++) {
      long begun = System.nanoTime();
      Principal principal = door.authenticate();
      long known = System.nanoTime();
      RateLimiter.Pass pass = door.admit(principal);
      long admitted = System.nanoTime();
      Reservation held = door.hold(principal);
      long done = System.nanoTime();
      Door.end(pass, held);
      key[i] = (known - begun) / 1e3;
      limits[i] = (admitted - known) / 1e3;
      money[i] = (done - admitted) / 1e3;
    }
    return new Round(key, limits, money);
  }

  private void print() throws IOException {
    long before = scripts();
    for (int i = 0; i < requests; i++) {
      long ignored = door.authenticate().tenant().length();
    }
    long byKeys = scripts() - before;
    before = scripts();
    for (int i = 0; i < requests; i++) {
      RateLimiter.Pass ignored = door.admit(door.authenticate());
    }
    long byLimits = scripts() - before;
    before = scripts();
    for (int i = 0; i < requests; i++) {
      Reservation ignored = door.hold(door.authenticate());
    }
    long byMoney = scripts() - before;
    System.out.printf(
        Locale.ROOT,
        "commands a request: key %.2f, limits %.2f, reservation %.2f%n",
        (double) byKeys / requests,
        (double) byLimits / requests,
        (double) byMoney / requests);
    Round round = round();
    line("key", round.keyMicros());
    line("limits", round.limitMicros());
    line("reservation", round.moneyMicros());
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
