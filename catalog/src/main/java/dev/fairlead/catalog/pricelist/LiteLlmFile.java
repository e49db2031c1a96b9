package dev.fairlead.catalog.pricelist;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.fairlead.catalog.KnownModel;
import dev.fairlead.catalog.ModelTable;
import dev.fairlead.common.config.ConfigException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads LiteLLM's {@code model_prices_and_context_window.json} (USD per token, one object a model;
 * its documentation: docs.litellm.ai, "Add model pricing"). Numbers are read as decimals, never as
 * doubles. A mistake in one entry leaves that entry out and is reported; a file that is not such a
 * list is a {@link ConfigException}.
 */
final class LiteLlmFile {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(20).build())
          .build();

  private static final String SAMPLE = "sample_spec";
  private static final Set<String> MODES = Set.of("chat", "completion", "responses", "embedding");

  /** Problems told one by one; the rest is a number. */
  private static final int MOST_PROBLEMS = 50;

  private final String origin;
  private final String date;
  private final Map<String, List<KnownModel>> models = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final Map<String, Integer> notExpressed = new TreeMap<>();
  private int taken;
  private int skipped;
  private int untold;

  private LiteLlmFile(String origin, String date) {
    this.origin = origin;
    this.date = date;
  }

  /**
   * Reads a list.
   *
   * @param origin what messages call it
   * @param date when it was fetched, for the entries
   */
  static PriceList parse(String origin, byte[] json, String date) {
    LiteLlmFile file = new LiteLlmFile(origin, date);
    try (JsonParser parser = JSON.createParser(json)) {
      file.read(parser);
    } catch (JacksonException e) {
      throw new ConfigException(
          origin
              + ": not valid JSON: "
              + e.getOriginalMessage()
              + (e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")"));
    } catch (IOException e) {
      throw new ConfigException(origin + ": cannot be read", e);
    }
    if (file.taken == 0) {
      throw new ConfigException(
          origin
              + ": no model with a price (expected: LiteLLM's"
              + " model_prices_and_context_window.json)");
    }
    if (file.untold > 0) {
      file.problems.add(file.untold + " more entries with mistakes");
    }
    return new PriceList(
        origin,
        ModelTable.of(file.models),
        new ImportReport(file.taken, file.skipped, file.problems, file.notExpressed));
  }

  private void read(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new ConfigException(origin + ": not an object (expected: an object of models)");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals(SAMPLE)) {
        parser.skipChildren();
      } else if (value == JsonToken.START_OBJECT) {
        entry(key, parser);
      } else {
        parser.skipChildren();
        problem(key + ": not an object");
      }
    }
    if (parser.nextToken() != null) {
      throw new ConfigException(origin + ": more after the end of the object");
    }
  }

  private void entry(String key, JsonParser parser) throws IOException {
    Map<String, BigDecimal> numbers = new HashMap<>();
    Map<String, String> texts = new HashMap<>();
    Set<String> flags = new HashSet<>();
    Set<String> structures = new HashSet<>();
    String wrong = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      switch (parser.nextToken()) {
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> numbers.put(name, parser.getDecimalValue());
        case VALUE_STRING -> {
          wrong = numberInQuotes(name, parser.getText(), numbers, wrong);
          texts.put(name, parser.getText());
        }
        case VALUE_TRUE -> flags.add(name);
        default -> {
          if (parser.currentToken().isStructStart()) {
            structures.add(name);
            parser.skipChildren();
          }
        }
      }
    }
    if (wrong != null) {
      problem(key + "." + wrong);
    } else {
      take(key, new LiteLlmEntry(numbers, texts, flags, structures));
    }
  }

  /** Some lists write prices as texts. */
  private static @Nullable String numberInQuotes(
      String name, String text, Map<String, BigDecimal> numbers, @Nullable String wrong) {
    if (!name.contains("cost_per_token") && !name.endsWith("_token_cost")) {
      return wrong;
    }
    try {
      if (text.length() <= 40) {
        numbers.put(name, new BigDecimal(text.strip()));
        return wrong;
      }
    } catch (NumberFormatException e) {
      // Told below, with the length bounded.
    }
    String shown = text.length() <= 40 ? text : text.substring(0, 40) + "...";
    return name + ": " + shown + " (expected: a number, USD per token)";
  }

  private void take(String key, LiteLlmEntry entry) {
    String name = LiteLlmNames.model(key, entry.provider());
    if (!MODES.contains(entry.mode())
        || !entry.pricedByToken()
        || entry.provider().isEmpty()
        || name.isEmpty()) {
      skipped++;
      return;
    }
    try {
      KnownModel model =
          new KnownModel(
              name,
              null,
              entry.price(),
              entry.contextWindow(),
              entry.maxOutputTokens(),
              entry.capabilities(),
              "",
              entry.source().isEmpty() ? origin : entry.source(),
              date);
      models
          .computeIfAbsent(LiteLlmNames.vendor(entry.provider()), vendor -> new ArrayList<>())
          .add(model);
      entry.notExpressed().forEach(kind -> notExpressed.merge(kind, 1, Integer::sum));
      taken++;
    } catch (ConfigException e) {
      problem(key + ": " + e.getMessage());
    }
  }

  private void problem(String message) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(message.length() <= 300 ? message : message.substring(0, 300) + "...");
    } else {
      untold++;
    }
  }
}
