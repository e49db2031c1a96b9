package dev.fairlead.gateway.dialect;

import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.RequestFields;
import dev.fairlead.gateway.dialect.json.TopLevel;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a caller's wishes from the body's {@code fairlead} object or from request headers. Whatever
 * cannot be understood is refused by name rather than ignored: a misspelt cost cap must not cost
 * money. Stateless.
 */
public final class ControlsReader {

  private static final String PREFIX = "fairlead.";
  private static final String TAGS = "X-Fairlead-Tags";
  private static final int MAX_DIGITS = 32;

  private ControlsReader() {}

  /**
   * The wishes in a scanned {@code fairlead} member; null gives none.
   *
   * @throws dev.fairlead.common.failure.FailureException naming {@code fairlead.<key>}
   */
  public static Controls fromBody(JsonTape tape, int node) {
    return read(PREFIX, tape, node);
  }

  private static Controls read(String prefix, JsonTape tape, int node) {
    if (!JsonExpect.isPresent(tape, node)) {
      return Controls.NONE;
    }
    JsonExpect.kind(tape, node, Kind.OBJECT);
    Wishes wishes = new Wishes();
    Set<String> seen = new HashSet<>();
    int key = tape.first(node);
    for (int left = tape.count(node); left > 0; left--) {
      int value = key + 1;
      if (!seen.add(tape.text(key))) {
        throw twice(prefix + JsonTape.shortened(tape.text(key)));
      }
      member(wishes, prefix, tape, key, value);
      key = tape.next(value);
    }
    return wishes.controls();
  }

  /**
   * The wishes in a {@code fairlead} object on its own.
   *
   * @throws dev.fairlead.common.failure.FailureException naming the field, or when it is not JSON
   */
  public static Controls fromJson(byte[] object) {
    JsonTape tape = JsonScanner.scan(object, ScanLimits.DEFAULT.json());
    return fromBody(tape, tape.root());
  }

  /**
   * What an object with the {@code cache_} members of a {@code fairlead} object says of the cache.
   *
   * @return null when it says nothing
   * @throws dev.fairlead.common.failure.FailureException naming the member, or when it is not JSON
   */
  public static @Nullable CacheControl cacheFromJson(byte[] object) {
    JsonTape tape = JsonScanner.scan(object, ScanLimits.DEFAULT.json());
    return read("", tape, tape.root()).cacheControl();
  }

  /** Of two caps nobody knows which is meant. */
  private static RuntimeException twice(String param) {
    return new InvalidRequest(
            param + ": given twice (expected: each name once)", param, TopLevel.AMBIGUOUS_KEY)
        .asException();
  }

  private static void member(Wishes wishes, String prefix, JsonTape tape, int key, int value) {
    String name = tape.text(key);
    String param = prefix + name;
    Field field = new Field(param, tape, value);
    switch (name) {
      case "policy" -> wishes.policy = field.text(ControlRules::policy);
      case "max_cost_usd" -> wishes.maxCostNanoUsd = field.number(ControlRules::cost);
      case "latency_slo_ms" -> wishes.latencySlo = field.number(ControlRules::latency);
      case "quality_target" -> wishes.qualityTarget = field.number(ControlRules::quality);
      case "ttft_slo_ms" -> wishes.firstTokenSlo = field.number(ControlRules::tokenLatency);
      case "tpot_slo_ms" -> wishes.perTokenSlo = field.number(ControlRules::tokenLatency);
      case "cache_control" ->
          wishes.cacheControl =
              field.text((from, text) -> ControlRules.cacheControl(from, text, true));
      case "cache_ttl_s" -> wishes.cacheTtl = field.number(ControlRules::cacheTtl);
      case "cache_similarity" ->
          wishes.cacheSimilarity = field.number(ControlRules::cacheSimilarity);
      case "cache_scope" -> wishes.cacheScope = field.text(ControlRules::cacheScope);
      case "tags" ->
          wishes.tags =
              field.isPresent()
                  ? ControlRules.tags(param, RequestFields.strings(tape, value))
                  : List.of();
      default -> throw unknown(prefix, JsonTape.printable(name));
    }
  }

  private static RuntimeException unknown(String prefix, String name) {
    String param = prefix + (name.length() <= 60 ? name : name.substring(0, 60) + "...");
    return new InvalidRequest(
            param
                + ": unknown (expected: policy, max_cost_usd, latency_slo_ms, quality_target,"
                + " ttft_slo_ms, tpot_slo_ms, cache_control, cache_ttl_s, cache_similarity,"
                + " cache_scope or tags)",
            param,
            "unknown_parameter")
        .asException();
  }

  /**
   * The wishes in request headers.
   *
   * @param headers the value of a header by its name in any case, null when absent
   * @throws dev.fairlead.common.failure.FailureException naming the header
   */
  public static Controls fromHeaders(Function<String, @Nullable String> headers) {
    Wishes wishes = new Wishes();
    wishes.policy = header(headers, "X-Fairlead-Policy", ControlRules::policy);
    wishes.maxCostNanoUsd = number(headers, "X-Fairlead-Max-Cost-Usd", ControlRules::cost);
    wishes.latencySlo = number(headers, "X-Fairlead-Latency-Slo-Ms", ControlRules::latency);
    wishes.qualityTarget = number(headers, "X-Fairlead-Quality-Target", ControlRules::quality);
    wishes.cacheControl =
        header(
            headers, "Cache-Control", (name, text) -> ControlRules.cacheControl(name, text, false));
    wishes.cacheTtl = number(headers, "X-Fairlead-Cache-Ttl", ControlRules::cacheTtl);
    wishes.cacheSimilarity =
        number(headers, "X-Fairlead-Cache-Similarity", ControlRules::cacheSimilarity);
    wishes.cacheScope = header(headers, "X-Fairlead-Cache-Scope", ControlRules::cacheScope);
    wishes.tags = tags(headers);
    // Those of llm-d and LiteLLM, under their own names.
    wishes.firstTokenSlo = number(headers, "x-slo-ttft-ms", ControlRules::tokenLatency);
    wishes.perTokenSlo = number(headers, "x-slo-tpot-ms", ControlRules::tokenLatency);
    wishes.timeout = number(headers, "x-litellm-timeout", ControlRules::seconds);
    wishes.firstTokenTimeout = number(headers, "x-litellm-stream-timeout", ControlRules::seconds);
    return wishes.controls();
  }

  /** Our own header, or LiteLLM's when there is none. */
  private static List<String> tags(Function<String, @Nullable String> headers) {
    String name = headers.apply(TAGS) == null ? "x-litellm-tags" : TAGS;
    List<String> tags =
        header(
            headers, name, (from, text) -> ControlRules.tags(from, List.of(text.split(",", -1))));
    return tags == null ? List.of() : tags;
  }

  private static <T> @Nullable T header(
      Function<String, @Nullable String> headers, String name, Rule<String, T> rule) {
    String text = headers.apply(name);
    return text == null ? null : rule.read(name, text.strip());
  }

  private static <T> @Nullable T number(
      Function<String, @Nullable String> headers, String name, Rule<BigDecimal, T> rule) {
    return header(headers, name, (from, text) -> rule.read(from, decimal(from, text)));
  }

  private static BigDecimal decimal(String name, String text) {
    try {
      if (text.length() <= MAX_DIGITS) {
        return new BigDecimal(text);
      }
    } catch (NumberFormatException e) {
      // Refused below, like a text that is too long.
    }
    throw ControlRules.refused(name, text, "a number");
  }

  private interface Rule<V, T> {
    @Nullable T read(String name, V value);
  }

  /** A member of the body's object; null is the same as absent. */
  private record Field(String param, JsonTape tape, int node) {
    boolean isPresent() {
      return JsonExpect.isPresent(tape, node);
    }

    <T> @Nullable T text(Rule<String, T> rule) {
      return isPresent() ? rule.read(param, JsonExpect.string(tape, node)) : null;
    }

    <T> @Nullable T number(Rule<BigDecimal, T> rule) {
      if (!isPresent()) {
        return null;
      }
      JsonExpect.kind(tape, node, Kind.NUMBER);
      return rule.read(param, JsonExpect.decimal(tape, node));
    }
  }

  private static final class Wishes {
    private @Nullable String policy;
    private @Nullable Long maxCostNanoUsd;
    private @Nullable Duration latencySlo;
    private @Nullable Double qualityTarget;
    private @Nullable CacheControl cacheControl;
    private @Nullable Duration cacheTtl;
    private @Nullable Double cacheSimilarity;
    private @Nullable String cacheScope;
    private List<String> tags = List.of();
    private @Nullable Duration firstTokenSlo;
    private @Nullable Duration perTokenSlo;
    private @Nullable Duration timeout;
    private @Nullable Duration firstTokenTimeout;

    private Controls controls() {
      Timing timing = new Timing(firstTokenSlo, perTokenSlo, timeout, firstTokenTimeout);
      Controls controls =
          new Controls(
              policy,
              maxCostNanoUsd,
              latencySlo,
              qualityTarget,
              CacheControl.of(cacheControl, cacheTtl, cacheSimilarity, cacheScope),
              tags,
              timing);
      return controls.equals(Controls.NONE) ? Controls.NONE : controls;
    }
  }
}
