package dev.fairlead.tools.eval.harness;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation found, as a table and as JSON.
 *
 * @param results policies first, then controls
 * @param curve by complexity, from all prompts on the cheapest model to all on the baseline; empty
 *     without complexities or without a baseline that costs and answers
 */
record EvalReport(
    String source,
    int prompts,
    List<String> models,
    String baseline,
    String cheapest,
    EvalStudy.Limits limits,
    long failures,
    long seed,
    List<EvalResult> results,
    List<EvalStudy.Point> curve) {

  EvalReport {
    models = List.copyOf(models);
    results = List.copyOf(results);
    curve = List.copyOf(curve);
  }

  String toTable() {
    StringBuilder table = new StringBuilder();
    table.append(
        "%d prompts of %s on %s; baseline %s%n".formatted(prompts, source, models, baseline));
    line(
        table,
        "policy",
        "tier",
        "n",
        "cost USD",
        "saved",
        "quality",
        "retention [95 %]",
        "SLA",
        "by luck [95 %]");
    for (EvalResult result : results) {
      line(
          table,
          result.policy(),
          "all",
          Integer.toString(result.prompts()),
          usd(result.costUsd()),
          percent(result.saving()),
          decimals(result.quality()),
          interval(result.retention()),
          percent(result.sla()),
          interval(result.shuffled()) + (result.beatsShuffled() ? " *" : ""));
      if (result.tiers().size() > 1) {
        for (EvalResult.OfTier tier : result.tiers()) {
          line(
              table,
              "",
              tier.tier(),
              Integer.toString(tier.prompts()),
              usd(tier.costUsd()),
              "",
              decimals(tier.quality()),
              interval(tier.retention()),
              percent(tier.sla()),
              "");
        }
      }
    }
    table.append(
        """

        retention: quality divided by the baseline's on the same prompts, interval by resampling prompts. by luck:
        what the policy's own mix of models keeps when it is dealt out at random; * the policy keeps surely more.
        random: any model, each prompt. SLA: prompts answered inside the limits of cost and time.
        """);
    if (failures > 0) {
      table.append("%d calls got no answer; they count as quality 0.%n".formatted(failures));
    }
    return table.toString();
  }

  String toJson() {
    try {
      return JsonMapper.builder()
              .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
              .enable(SerializationFeature.INDENT_OUTPUT)
              .build()
              .writeValueAsString(this)
          + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("records of numbers cannot fail to be written", e);
    }
  }

  private static void line(StringBuilder table, String policy, String... cells) {
    table.append(
        String.format(
                Locale.ROOT,
                "%-24s %-9s %5s %12s %7s %8s  %-22s %7s  %s",
                policy,
                cells[0],
                cells[1],
                cells[2],
                cells[3],
                cells[4],
                cells[5],
                cells[6],
                cells[7])
            .stripTrailing());
    table.append('\n');
  }

  private static String usd(double value) {
    return String.format(Locale.ROOT, "%.6f", value);
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  static String percent(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  static String interval(EvalResult.@Nullable Interval interval) {
    return interval == null
        ? "-"
        : String.format(
            Locale.ROOT, "%.3f [%.3f, %.3f]", interval.mean(), interval.low(), interval.high());
  }
}
