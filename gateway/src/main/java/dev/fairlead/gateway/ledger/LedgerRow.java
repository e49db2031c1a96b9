package dev.fairlead.gateway.ledger;

import dev.fairlead.catalog.TokenUsage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of one request for good. Immutable; texts that a client chose are cut to the
 * length that the database takes.
 *
 * @param rowId the gateway's own id, by which a row that is written twice is there once; a client
 *     can choose request ids, but not this one
 * @param requestId what the client was told
 * @param at arrival, kept to the microsecond
 * @param traceId 32 hexadecimal digits, empty without a trace
 * @param prompt the last user text; null unless {@code ledger.keep_prompts}
 */
public record LedgerRow(
    String rowId,
    String requestId,
    Instant at,
    Payer payer,
    List<String> tags,
    Route route,
    Bill bill,
    Timing timing,
    Outcome outcome,
    String traceId,
    @Nullable String prompt) {

  private static final int MOST_NAME = 200;
  private static final int MOST_TAGS = 1000;
  private static final int MOST_PROMPT = 100_000;

  /** Cuts what is too long. */
  public LedgerRow {
    requestId = cut(requestId, MOST_NAME);
    tags = fitting(tags);
    prompt = prompt == null ? null : cut(prompt, MOST_PROMPT);
  }

  /**
   * Who pays.
   *
   * @param team empty for none
   * @param keyId empty without a key
   */
  public record Payer(String tenant, String team, String keyId) {
    /** Cuts what is too long. */
    public Payer {
      tenant = cut(tenant, MOST_NAME);
      team = cut(team, MOST_NAME);
      keyId = cut(keyId, MOST_NAME);
    }
  }

  /**
   * How the request found its answer.
   *
   * @param modelAsked as the client wrote it
   * @param modelUsed catalogue id, {@code none} when no model was tried
   * @param policy label of what decided; empty when nothing did
   * @param tier label of the model's tier; empty when there is none
   * @param promptClass what requests of a like answer length have in common
   * @param complexity 0 to 1
   * @param cache label of how the cache took part
   * @param similarity of a semantic hit
   */
  public record Route(
      String modelAsked,
      String modelUsed,
      String policy,
      String reason,
      String tier,
      String promptClass,
      OptionalDouble complexity,
      String cache,
      OptionalDouble similarity) {
    /** Cuts what is too long. */
    public Route {
      modelAsked = cut(modelAsked, MOST_NAME);
      modelUsed = cut(modelUsed, MOST_NAME);
    }
  }

  /**
   * What it took.
   *
   * @param usage tokens of the model used
   * @param usageSource {@code reported} by the vendor, {@code estimated} here, or {@code none}
   * @param costNanoUsd all tries together
   * @param tries those before the last that cost something; their cost is part of {@code
   *     costNanoUsd}
   * @param baselineNanoUsd what the baseline model would have cost
   * @param savedNanoUsd baseline less cost; negative when the answer was dearer
   * @param inputPrice nano-dollars per million input tokens of the model used, empty when unknown
   * @param outputPrice nano-dollars per million output tokens of the model used
   */
  public record Bill(
      TokenUsage usage,
      String usageSource,
      long costNanoUsd,
      List<Try> tries,
      long baselineNanoUsd,
      long savedNanoUsd,
      OptionalLong inputPrice,
      OptionalLong outputPrice) {
    /** Nothing was spent. */
    public static final Bill NOTHING =
        new Bill(
            TokenUsage.of(0, 0),
            "none",
            0,
            List.of(),
            0,
            0,
            OptionalLong.empty(),
            OptionalLong.empty());

    /** Copies. */
    public Bill {
      tries = List.copyOf(tries);
    }

    /** Cost of the tries before the last. */
    public long triesNanoUsd() {
      long sum = 0;
      for (Try paid : tries) {
        sum += paid.costNanoUsd();
      }
      return sum;
    }
  }

  /**
   * A try that cost something and did not answer.
   *
   * @param number position among the paid tries, from 1
   * @param result label of how it ended
   */
  public record Try(
      int number,
      String model,
      String provider,
      String result,
      TokenUsage usage,
      long costNanoUsd) {}

  /**
   * How long it took.
   *
   * @param latencyMicros from arrival to the end
   * @param firstTokenMicros from arrival to the first content of a stream
   * @param attempts tries that were made, paid or not; 0 for a hit
   */
  public record Timing(long latencyMicros, OptionalLong firstTokenMicros, int attempts) {}

  /**
   * How it ended.
   *
   * @param status {@code success}, {@code error} or {@code cancelled}
   * @param failure the failure's reason in lower case; empty for a success
   * @param expectedQuality where the baseline's answer is 1; empty when nothing was expected
   * @param serviceLevel {@code met} or {@code missed}: whether time and cost stayed inside what was
   *     asked or promised; empty where that is nobody's question
   */
  public record Outcome(
      String status, String failure, OptionalDouble expectedQuality, String serviceLevel) {

    /** An end of which neither quality nor service level is told. */
    public Outcome(String status, String failure) {
      this(status, failure, OptionalDouble.empty(), "");
    }
  }

  /** The day in UTC that the request counts for. */
  public LocalDate day() {
    return LocalDate.ofInstant(at, ZoneOffset.UTC);
  }

  /** The tags in one text, each between commas, so that one is found by {@code ,name,}. */
  String joinedTags() {
    return tags.isEmpty() ? "" : "," + String.join(",", tags) + ",";
  }

  private static List<String> fitting(List<String> tags) {
    if (tags.isEmpty()) {
      return List.of();
    }
    int[] room = {MOST_TAGS};
    return tags.stream()
        .map(tag -> cut(tag.replace(',', ' ').strip(), MOST_NAME))
        .filter(tag -> !tag.isEmpty())
        .distinct()
        .sorted()
        .takeWhile(tag -> (room[0] -= tag.length() + 1) > 0)
        .toList();
  }

  /** PostgreSQL takes no NUL in a text. */
  private static String cut(String text, int most) {
    String clean = text.indexOf('\0') < 0 ? text : text.replace('\0', ' ');
    if (clean.length() <= most) {
      return clean;
    }
    int end = Character.isHighSurrogate(clean.charAt(most - 1)) ? most - 1 : most;
    return clean.substring(0, end);
  }
}
