package dev.fairlead.benchmarks.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.verify.EqualityJudge;
import dev.fairlead.cache.verify.SimilarityJudge;
import dev.fairlead.cache.verify.TextEncoder;
import dev.fairlead.cache.verify.Verifier;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What the judge of answers says of long ones: answers written for this, each with a rephrased one
 * (the same), with copies of both that differ in one number, name or negation, and with the answer
 * to a related question (all of these different). For each kind the share that is called the same
 * at several similarities, and what the vetoes, made for requests, say of such answers.
 *
 * <p>Arguments: none.
 */
public final class LongAnswers {

  private static final String FILE = "/fairlead/long-answers.jsonl";
  private static final int MAX_TOKENS = 256;
  private static final double[] LEAST = {0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.98, 0.99};

  private LongAnswers() {}

  private record Pair(String kept, String fresh) {}

  /** Prints a line for each kind. */
  public static void main(String[] arguments) throws IOException {
    Map<String, List<Pair>> kinds = pairs();
    try (SentenceEncoder encoder = SentenceEncoder.shipped()) {
      TextEncoder vectors = remembering(encoder);
      System.out.println("share called the same from a similarity of " + List.of(boxed(LEAST)));
      kinds.forEach((kind, pairs) ->
          System.out.printf(
              Locale.ROOT,
              "%-20s n %2d %s; vetoed %s%n",
              kind,
              pairs.size(),
              called(pairs, vectors),
              vetoed(pairs)));
    }
  }

  private static Map<String, List<Pair>> pairs() throws IOException {
    Map<String, List<Pair>> kinds = new LinkedHashMap<>();
    ObjectMapper json = new ObjectMapper();
    try (InputStream in = Objects.requireNonNull(LongAnswers.class.getResourceAsStream(FILE));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode row = json.readTree(line);
        String answer = row.get("answer").asText();
        String rephrased = row.get("rephrased").asText();
        add(kinds, "same, rephrased", answer, rephrased);
        for (String kind : List.of("number", "name", "negation")) {
          add(kinds, kind + ", else equal", answer, changed(answer, row.get(kind)));
          add(kinds, kind + ", rephrased", answer, changed(rephrased, row.get(kind)));
        }
        add(kinds, "related question", answer, row.get("other").asText());
      }
    }
    return kinds;
  }

  private static void add(Map<String, List<Pair>> kinds, String kind, String kept, String fresh) {
    kinds.computeIfAbsent(kind, name -> new ArrayList<>()).add(new Pair(kept, fresh));
  }

  private static String changed(String text, JsonNode change) {
    return text.replace(change.get(0).asText(), change.get(1).asText());
  }

  private static TextEncoder remembering(SentenceEncoder encoder) {
    Map<String, Embedding> known = new HashMap<>();
    return texts ->
        CompletableFuture.completedFuture(
            texts.stream()
                .map(text ->
                    known.computeIfAbsent(
                        text, fresh -> Embedding.of(encoder.encode(fresh, MAX_TOKENS).values())))
                .toList());
  }

  private static String called(List<Pair> pairs, TextEncoder vectors) {
    StringBuilder shares = new StringBuilder();
    for (double least : LEAST) {
      SimilarityJudge judge = new SimilarityJudge(vectors, least, new EqualityJudge());
      long same =
          pairs.stream().filter(pair -> judge.same(pair.kept(), pair.fresh()).join()).count();
      shares.append(String.format(Locale.ROOT, "%4.0f %%", 100.0 * same / pairs.size()));
    }
    return shares.toString();
  }

  private static Map<String, Integer> vetoed(List<Pair> pairs) {
    Verifier verifier = new Verifier();
    Map<String, Integer> vetoes = new TreeMap<>();
    for (Pair pair : pairs) {
      String veto = verifier.refusal(pair.fresh(), pair.kept()).orElse("none");
      vetoes.merge(veto, 1, Integer::sum);
    }
    return vetoes;
  }

  private static Double[] boxed(double[] values) {
    Double[] boxed = new Double[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }
}
