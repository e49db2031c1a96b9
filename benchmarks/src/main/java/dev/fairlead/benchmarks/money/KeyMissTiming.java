package dev.fairlead.benchmarks.money;

import dev.fairlead.benchmarks.cache.MannWhitney;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.budget.MemoryBudgetStore;
import dev.fairlead.gateway.limits.MemoryLimitStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Whether the time of a refusal tells how near a guessed key is to a real one: keys that differ
 * from one of the gateway's in their last character only, and keys of random bytes, in turns, in
 * one process and without a network, which would only hide a difference. A small p-value of the
 * two-sided Mann-Whitney test would be a leak. As a control, guesses of twice the length are
 * compared with far ones in the same way: hashing takes another step then, and the test must find
 * that.
 *
 * <p>Arguments: samples of each kind, 500 or more; refusals a sample.
 */
public final class KeyMissTiming {

  private static final int KEYS = 1000;
  private static final int TOKEN_BYTES = 32;
  private static final int POOL = 2000;
  private static final int SAMPLES_A_POOL = 50;
  private static final int ROUNDS = 3;

  private final SecureRandom random = new SecureRandom();
  private final int samples;
  private final int calls;
  private final Door door;
  private final Map<Kind, String[]> pools = new EnumMap<>(Kind.class);
  private long refusals;

  private KeyMissTiming(int samples, int calls) throws IOException {
    this.samples = samples;
    this.calls = calls;
    this.door =
        new Door(
            new MemoryLimitStore(System::nanoTime, Duration.ofMinutes(1), 1),
            new MemoryBudgetStore(InstantSource.system()),
            KEYS);
  }

  /** Fresh guesses; which kind is made first is left to chance, for where it lies in memory. */
  private void refill() {
    List<Kind> order = new ArrayList<>(List.of(Kind.values()));
    Collections.shuffle(order, random);
    pools.clear();
    for (Kind kind : order) {
      pools.put(kind, new String[POOL]);
    }
    for (int i = 0; i < POOL; i++) {
      for (Kind kind : order) {
        String[] pool = Objects.requireNonNull(pools.get(kind));
        pool[i] = new String(token(kind), StandardCharsets.US_ASCII);
      }
    }
  }

  /** What is presented. */
  private enum Kind {
    NEAR,
    FAR,
    LONG
  }

  /** Prints the measurements, one a line. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2 || Integer.parseInt(arguments[0]) < 500) {
      System.err.println("usage: KeyMissTiming SAMPLES(500 or more) CALLS");
      System.exit(2);
    }
    KeyMissTiming timing =
        new KeyMissTiming(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    for (int warmUp = 0; warmUp < 3; warmUp++) {
      double ignored = timing.compare(Kind.NEAR, Kind.FAR, false);
    }
    for (int round = 0; round < ROUNDS; round++) {
      double ignored = timing.compare(Kind.NEAR, Kind.FAR, true);
    }
    double control = timing.compare(Kind.LONG, Kind.FAR, true);
    System.out.printf(
        Locale.ROOT,
        "control finds a difference: %b; refused %d%n",
        control < 0.01,
        timing.refusals);
  }

  /** In turns, and in random order, so that whatever else the machine does hits both alike. */
  private double compare(Kind one, Kind other, boolean told) {
    double[] first = new double[samples];
    double[] second = new double[samples];
    for (int i = 0; i < samples; i++) {
      if (i % SAMPLES_A_POOL == 0) {
        refill();
      }
      if (random.nextBoolean()) {
        first[i] = nanos(one);
        second[i] = nanos(other);
      } else {
        second[i] = nanos(other);
        first[i] = nanos(one);
      }
    }
    double p = MannWhitney.twoSidedP(first, second);
    if (told) {
      System.out.printf(
          Locale.ROOT,
          "%s: median %.0f ns, %s: median %.0f ns, n %d each, p %.3f%n",
          one.name().toLowerCase(Locale.ROOT),
          median(first),
          other.name().toLowerCase(Locale.ROOT),
          median(second),
          samples,
          p);
    }
    return p;
  }

  /** Of one call. */
  private double nanos(Kind kind) {
    String[] pool = Objects.requireNonNull(pools.get(kind));
    String[] presented = new String[calls];
    for (int i = 0; i < calls; i++) {
      presented[i] = pool[random.nextInt(POOL)];
    }
    long begun = System.nanoTime();
    int refused = 0;
    for (String token : presented) {
      refused += refuses(token) ? 1 : 0;
    }
    long took = System.nanoTime() - begun;
    if (refused != calls) {
      throw new IllegalStateException(refused + " of " + calls + " were refused");
    }
    refusals += refused;
    return (double) took / calls;
  }

  private boolean refuses(String token) {
    try {
      return door.keys.authenticate(token).tenant().isEmpty();
    } catch (FailureException e) {
      return true;
    }
  }

  private byte[] token(Kind kind) {
    byte[] real = door.tokens.get(random.nextInt(KEYS)).getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    byte[] far =
        ("fl-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes))
            .getBytes(StandardCharsets.US_ASCII);
    int last = real.length - 1;
    return switch (kind) {
      case NEAR -> {
        real[last] = (byte) (real[last] == 'A' ? 'E' : 'A');
        yield real;
      }
      case FAR -> far;
      case LONG -> Arrays.copyOf(far, 2 * far.length);
    };
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
