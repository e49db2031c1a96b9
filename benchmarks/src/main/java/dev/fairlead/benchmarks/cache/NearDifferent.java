package dev.fairlead.benchmarks.cache;

import dev.fairlead.cache.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the vetoes let pass of pairs of near requests: the share of each kind that would be served
 * at a fixed similarity, with and without vetoes, and which veto refused how many.
 *
 * <p>Arguments: file for vectors, least similarity, pairs; {@code -v} in the end prints those that
 * were decided wrongly.
 */
public final class NearDifferent {

  private NearDifferent() {}

  private record Pair(String kind, boolean same, String known, String request) {}

  /** How many of a kind, and what became of them. */
  private static final class Tally {
    int all;
    int near;
    int served;
    final Map<String, Integer> vetoes = new TreeMap<>();
  }

  /** Prints one line for each kind, then the sums. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 3) {
      System.err.println("usage: NearDifferent VECTORS SIMILARITY PAIRS.jsonl.gz [-v]");
      System.exit(2);
    }
    boolean verbose = arguments[arguments.length - 1].equals("-v");
    double least = Double.parseDouble(arguments[1]);
    List<Pair> pairs =
        RecordedRequest.rows(
            Path.of(arguments[2]),
            row ->
                new Pair(
                    row.path("kind").asText(row.path("source").asText()),
                    row.path("duplicate").asInt() == 1,
                    row.path("q1").asText(),
                    row.path("q2").asText()));
    TextVectors vectors =
        TextVectors.of(
            pairs.stream().flatMap(pair -> Stream.of(pair.known(), pair.request())).toList(),
            Path.of(arguments[0]));
    Map<String, Tally> tallies = new TreeMap<>();
    List<String> mistakes = new ArrayList<>();
    Verifier verifier = new Verifier();
    for (Pair pair : pairs) {
      boolean near = cosine(vectors.of(pair.known()), vectors.of(pair.request())) >= least;
      Optional<String> veto = verifier.refusal(pair.request(), pair.known());
      String sum = pair.same() ? "all same" : "all different";
      for (String name : List.of((pair.same() ? "same: " : "different: ") + pair.kind(), sum)) {
        Tally tally = tallies.computeIfAbsent(name, key -> new Tally());
        tally.all++;
        tally.near += near ? 1 : 0;
        tally.served += near && veto.isEmpty() ? 1 : 0;
        veto.ifPresent(kind -> tally.vetoes.merge(kind, 1, Integer::sum));
      }
      if (near && veto.isEmpty() != pair.same()) {
        mistakes.add(
            pair.kind() + " " + veto.orElse("-") + "\t" + pair.known() + "\t" + pair.request());
      }
    }
    tallies.forEach((name, tally) ->
        System.out.printf(
            Locale.ROOT,
            "%-22s n %4d, served without vetoes %5.1f %%, with %5.2f %%, of the near ones %5.2f %%"
                + " %s%n",
            name,
            tally.all,
            100.0 * tally.near / tally.all,
            100.0 * tally.served / tally.all,
            tally.near == 0 ? 0 : 100.0 * tally.served / tally.near,
            tally.vetoes));
    if (verbose) {
      mistakes.forEach(System.out::println);
    }
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
