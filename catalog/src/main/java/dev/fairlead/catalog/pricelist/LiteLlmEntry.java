package dev.fairlead.catalog.pricelist;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.PriceConfig;
import dev.fairlead.catalog.PriceConfig.LongContextConfig;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One model of LiteLLM's file: its plain members, and what a catalogue keeps of them. */
final class LiteLlmEntry {

  private static final Pattern LONG =
      Pattern.compile(
          "(input_cost_per_token|output_cost_per_token|cache_read_input_token_cost"
              + "|cache_creation_input_token_cost)_above_(\\d{1,6})k_tokens");

  /** Kinds of price that a catalogue price has no place for, by a part of the member's name. */
  private static final List<String> OTHER_PRICES =
      List.of(
          "_priority",
          "_flex",
          "_batches",
          "_above_1hr",
          "_audio",
          "_image",
          "_video",
          "_character",
          "_second",
          "_pixel",
          "_query",
          "_session",
          "_per_1k_calls",
          "_per_gb_per_day",
          "tiered_pricing",
          "regional_processing_uplift");

  private final Map<String, BigDecimal> numbers = new HashMap<>();
  private final Map<String, String> texts = new HashMap<>();
  private final Set<String> flags;
  private final Set<String> structures;

  LiteLlmEntry(
      Map<String, BigDecimal> numbers,
      Map<String, String> texts,
      Set<String> flags,
      Set<String> structures) {
    this.numbers.putAll(numbers);
    this.texts.putAll(texts);
    this.flags = Set.copyOf(flags);
    this.structures = Set.copyOf(structures);
  }

  String provider() {
    return texts.getOrDefault("litellm_provider", "");
  }

  String mode() {
    return texts.getOrDefault("mode", "");
  }

  String source() {
    return texts.getOrDefault("source", "");
  }

  boolean pricedByToken() {
    return numbers.containsKey("input_cost_per_token");
  }

  /** USD per million tokens; what is wrong with it is a {@code ConfigException}. */
  PriceConfig price() {
    return new PriceConfig(
        perMillion("input_cost_per_token"),
        perMillion("output_cost_per_token"),
        perMillion("cache_read_input_token_cost"),
        perMillion("cache_creation_input_token_cost"),
        longContext());
  }

  private @Nullable List<LongContextConfig> longContext() {
    Map<Long, Map<String, BigDecimal>> steps = new TreeMap<>();
    for (Map.Entry<String, BigDecimal> number : numbers.entrySet()) {
      Matcher matcher = LONG.matcher(number.getKey());
      if (matcher.matches()) {
        steps
            .computeIfAbsent(Long.parseLong(matcher.group(2)) * 1000, above -> new HashMap<>())
            .put(matcher.group(1), number.getValue().scaleByPowerOfTen(6));
      }
    }
    if (steps.isEmpty()) {
      return null;
    }
    List<LongContextConfig> rates = new ArrayList<>();
    steps.forEach((above, prices) ->
        rates.add(
            new LongContextConfig(
                above,
                prices.get("input_cost_per_token"),
                prices.get("output_cost_per_token"),
                prices.get("cache_read_input_token_cost"),
                prices.get("cache_creation_input_token_cost"))));
    return rates;
  }

  long contextWindow() {
    long input = count("max_input_tokens");
    return input > 0 ? input : count("max_tokens");
  }

  long maxOutputTokens() {
    return isEmbedding() ? 0 : count("max_output_tokens");
  }

  boolean isEmbedding() {
    return mode().equals("embedding");
  }

  Set<Capability> capabilities() {
    if (isEmbedding()) {
      return Set.of(Capability.EMBEDDINGS);
    }
    Set<Capability> found = EnumSet.noneOf(Capability.class);
    add(found, "supports_function_calling", Capability.TOOLS);
    add(found, "supports_vision", Capability.VISION);
    add(found, "supports_response_schema", Capability.JSON_SCHEMA);
    add(found, "supports_reasoning", Capability.REASONING);
    return found;
  }

  /** The kinds of price that are lost. */
  Set<String> notExpressed() {
    Set<String> kinds = new java.util.TreeSet<>();
    for (String name : numbers.keySet()) {
      OTHER_PRICES.stream().filter(name::contains).findFirst().ifPresent(kinds::add);
    }
    structures.stream()
        .filter(name -> name.contains("cost_per") || name.equals("tiered_pricing"))
        .forEach(kinds::add);
    BigDecimal reasoning = numbers.get("output_cost_per_reasoning_token");
    BigDecimal output = numbers.get("output_cost_per_token");
    if (reasoning != null && (output == null || reasoning.compareTo(output) != 0)) {
      kinds.add("output_cost_per_reasoning_token");
    }
    return kinds;
  }

  private void add(Set<Capability> found, String flag, Capability capability) {
    if (flags.contains(flag)) {
      found.add(capability);
    }
  }

  private @Nullable BigDecimal perMillion(String name) {
    BigDecimal perToken = numbers.get(name);
    return perToken == null ? null : perToken.scaleByPowerOfTen(6);
  }

  private long count(String name) {
    BigDecimal number = numbers.get(name);
    return number == null || number.signum() < 0 || number.compareTo(MOST_COUNT) > 0
        ? 0
        : number.longValue();
  }

  private static final BigDecimal MOST_COUNT = BigDecimal.valueOf(1_000_000_000);
}
