package dev.fairlead.tools.train;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a shipped head was made of and how good it is: for readers, and as JSON for tools. */
record DataCard(
    TrainingSet set, TrainedHead head, Map<String, Double> random, long seed, String encoder) {

  private static final String COMMAND =
      "fairlead train --data <folder of routing_*.jsonl.gz> --out <folder> --seed %d --head-version"
          + " %s";

  String toJson() {
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("head_version", head.manifest().version());
    card.put("command", command());
    card.put("seed", seed);
    card.put("encoder", encoder);
    card.put("max_tokens", head.manifest().maxTokens());
    card.put("model", head.chosen().trainer().name());
    card.put(
        "calibration",
        Map.of("slope", head.calibration().slope(), "offset", head.calibration().offset()));
    card.put("rows", set.rowsBySource);
    card.put("everyday_prompts", set.everydayCount());
    card.put("reference_prompts", set.ordinary.size());
    card.put("cross_validated_apgr", head.chosen().apgrBySource());
    card.put("random_apgr", random);
    card.put("brier", head.brier());
    card.put("reliability", head.reliability());
    card.put("mean_complexity_of_own_prompts", head.meanComplexity());
    List<Map<String, String>> sources = new ArrayList<>();
    for (TrainingSource source : TrainingSource.ALL) {
      Map<String, String> entry = new LinkedHashMap<>();
      entry.put("name", source.name());
      entry.put("origin", source.origin());
      entry.put("licence", source.licence());
      entry.put("attribution", source.attribution());
      sources.add(entry);
    }
    card.put("sources", sources);
    try {
      return JsonMapper.builder()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .build()
              .writeValueAsString(card)
          + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("maps of numbers and texts cannot fail to be written", e);
    }
  }

  String toMarkdown() {
    StringBuilder text = new StringBuilder();
    text.append("# Data card of the complexity head ")
        .append(head.manifest().version())
        .append("\n\n");
    text.append(
        "Written by the command that trained it; the same facts are in `data-card.json`.\n\n    ");
    text.append(command()).append("\n\n");
    text.append("- Encoder: ")
        .append(encoder)
        .append("\n- Model: ")
        .append(head.chosen().trainer().name());
    text.append("\n- Seed: ")
        .append(seed)
        .append("; the same data, seed and runtime give the same bytes.\n\n");
    text.append("## Sources\n\nOnly data under permissive licences trains what is shipped; ");
    text.append("no text of theirs is in it.\n\n");
    text.append("| source | rows | from | licence | attribution |\n|---|---|---|---|---|\n");
    for (TrainingSource source : TrainingSource.ALL) {
      text.append(
          "| %s | %d | %s | %s | %s |\n"
              .formatted(
                  source.name(),
                  set.rowsBySource.getOrDefault(source.name(), 0),
                  source.origin(),
                  source.licence(),
                  source.attribution()));
    }
    text.append(
        """

        ## What is assumed and not measured

        %d short everyday prompts, written for this project (`ordinary-prompts.txt` in the tools module), enter the
        fit with a gain of 0 and %d %% of the weight of the measured rows. No outcome of any model on them was measured:
        the benchmarks hold hardly any such prompts, and without the assumption a greeting is scored by how much it
        looks like an examination question. They are a kind of traffic of their own, whose expert promises nothing. Our
        other prompts are without labels.

        Reference traffic, of which complexity is the quantile: half the benchmarks (each source alike, scored by
        models that were not fitted on them), half our %d prompts (%s). Mean complexity of ours: %s.

        ## Quality, by %d-fold cross-validation

        APGR (arXiv 2406.18665, exact curve; 0.5 is chance) against the measured gain; Brier score of the calibrated
        probability that the strong model is better.

        | source | APGR | random scores | Brier |
        |---|---|---|---|
        """
            .formatted(
                set.everydayCount(),
                Math.round(100 * TrainingSet.EVERYDAY_SHARE),
                set.ordinary.size(),
                shares(),
                decimals(head.meanComplexity()),
                CrossValidation.FOLDS));
    head.chosen()
        .apgrBySource()
        .forEach((source, apgr) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %.3f | %.3f | %.3f |\n",
                    source,
                    apgr,
                    random.getOrDefault(source, 0.5),
                    head.brier().getOrDefault(source, 0.0))));
    text.append(head.reliability().toMarkdown());
    text.append("\nCandidates with their mean over sources; of those within 0.005 of the best, ");
    text.append("the simplest is shipped (first):\n\n");
    for (CrossValidation candidate : head.validations()) {
      text.append(
          String.format(
              Locale.ROOT,
              "- %s: %.3f (%s)\n",
              candidate.trainer().name(),
              candidate.macroApgr(),
              decimals(candidate.apgrBySource())));
    }
    text.append(
        """

        ## Limits

        English, single-turn, two pairs of models of 2023-24. Heads of this kind do not transfer well between
        benchmarks: some 200 labelled prompts of an operator's own traffic beat any shipped prior. In the MMLU rows the
        strong model scores 3 % on high-school mathematics, which looks like a fault of the published grading; the rows
        are kept as published.
        """);
    return text.toString();
  }

  private String command() {
    return COMMAND.formatted(seed, head.manifest().version());
  }

  private static String shares() {
    List<String> parts = new ArrayList<>();
    for (OrdinaryPrompts.Kind kind : OrdinaryPrompts.Kind.values()) {
      parts.add(kind.name().toLowerCase(Locale.ROOT) + " " + Math.round(100 * kind.share) + " %");
    }
    return String.join(", ", parts);
  }

  private static String decimals(Map<String, Double> values) {
    List<String> parts = new ArrayList<>();
    values.forEach((name, value) -> parts.add(String.format(Locale.ROOT, "%s %.3f", name, value)));
    return String.join(", ", parts);
  }
}
