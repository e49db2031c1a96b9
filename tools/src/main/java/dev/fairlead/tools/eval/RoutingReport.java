package dev.fairlead.tools.eval;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.tools.train.RoutingStudy;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures as a table or as JSON, with those of others beside them. */
record RoutingReport(List<RoutingResult> results, double priceRatio, long seed) {

  /**
   * From RouteLLM (I. Ong et al., arXiv 2406.18665, Tables 1 to 3, read 2026): whole benchmarks,
   * GPT-4 against Mixtral 8x7B, trained out of domain or with some 1,500 labels.
   */
  private static final String PUBLISHED =
      """

      published by RouteLLM (arXiv 2406.18665), APGR / CPT50 / CPT80, on the whole of both benchmarks:
        MMLU   random .500/50.1/79.9  MF .597/35.5/71.4  SW ranking .603/35.4/71.6  Llama-3-8B .600/35.5/70.3
        GSM8K  random .497/50.0/80.1  MF .565/38.8/72.6  SW ranking .568/41.2/72.2  Llama-3-8B .622/33.6/63.3
      """;

  RoutingReport {
    results = List.copyOf(results);
  }

  static String name(BenchmarkRoutingCommand.Head head) {
    return switch (head) {
      case RANDOM -> "random";
      case LENGTH -> "length";
      case SHUFFLED -> "shuffled";
      case SHIPPED -> "shipped";
      case PRIOR -> "prior";
      case OTHER_SOURCES -> "other sources";
      case OWN_LABELS -> "own labels";
      case IN_DOMAIN -> "in domain";
    };
  }

  String toTable() {
    StringBuilder table = new StringBuilder();
    line(table, "head", "source", "n", "APGR", "CPT50", "CPT80", "calls95", "save95", "save99");
    for (RoutingResult result : results) {
      boolean seen = result.head().equals("shipped") && RoutingStudy.trains(result.source());
      line(
          table,
          result.head(),
          result.source() + (seen ? "*" : ""),
          Integer.toString(result.prompts()),
          String.format(Locale.ROOT, "%.3f", result.apgr()),
          percent(result.cpt50()),
          percent(result.cpt80()),
          percent(result.calls95()),
          percent(RoutingResult.saving(result.calls95(), priceRatio)),
          percent(RoutingResult.saving(result.calls99(), priceRatio)));
    }
    table.append(
        """

        prior: the shipped kind of head, cross-validated; other sources: fitted without the source; own labels: then
        %d labels of it, mean of 5 draws; in domain: fitted on the source alone, cross-validated; shuffled: the same
        on shuffled outcomes. * the head was fitted on these very prompts. calls95: %% of calls to the strong model that
        keep 95 %% of its score; save95, save99: %% of its cost saved at that point, the weak one costing %s of it.
        """
            .formatted(RoutingStudy.OWN_LABELS, priceRatio));
    return table.append(PUBLISHED).toString();
  }

  String toJson() {
    try {
      return JsonMapper.builder()
              .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
              .enable(SerializationFeature.INDENT_OUTPUT)
              .build()
              .writeValueAsString(
                  Map.of("results", results, "price_ratio", priceRatio, "seed", seed))
          + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("records of numbers cannot fail to be written", e);
    }
  }

  private static void line(StringBuilder table, String head, String source, String... numbers) {
    table.append(String.format(Locale.ROOT, "%-14s %-14s", head, source));
    for (String number : numbers) {
      table.append(String.format(Locale.ROOT, " %8s", number));
    }
    table.append('\n');
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }
}
