package dev.fairlead.tools.train;

import dev.fairlead.onnx.complexity.ComplexityHead;
import dev.fairlead.onnx.complexity.PromptAnalysis;
import dev.fairlead.onnx.complexity.PromptAnalyzer;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.onnx.learning.HeadTrial;
import dev.fairlead.onnx.learning.LabelCodec;
import dev.fairlead.onnx.learning.LabelSpool;
import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.LearnedHead;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Turns labels of own traffic into what the scorer learns from, leaves them where it looks for
 * them, and tells what a head by these labels alone is worth.
 */
final class LabelImport {

  /** Labels from which the scorer tries a head. */
  private static final int LEAST_LABELS = 100;

  private final Path learning;
  private final PrintWriter console;

  /**
   * An import.
   *
   * @param learning folder of the scorer's labels
   */
  LabelImport(Path learning, PrintWriter console) {
    this.learning = learning;
    this.console = console;
  }

  /** Imports; of each tenant the newest, which are the last lines, up to what a head can use. */
  void run(List<ImportedLabel> labels) throws IOException {
    Map<String, List<ImportedLabel>> byTenant = new TreeMap<>();
    labels.forEach(label ->
        byTenant.computeIfAbsent(label.tenant(), name -> new ArrayList<>()).add(label));
    List<LabelCodec.Line> lines = new ArrayList<>();
    try (SentenceEncoder encoder = SentenceEncoder.shipped();
        ComplexityHead head = ComplexityHead.shipped()) {
      PromptAnalyzer analyzer = new PromptAnalyzer(encoder, head);
      for (Map.Entry<String, List<ImportedLabel>> tenant : byTenant.entrySet()) {
        List<TrafficLabel> kept = analyzed(newest(tenant.getKey(), tenant.getValue()), analyzer);
        kept.forEach(label -> lines.add(new LabelCodec.Line(tenant.getKey(), label)));
        tell(tenant.getKey(), kept);
      }
      String fingerprint = encoder.fingerprint(analyzer.maxTokens());
      LabelCodec codec = new LabelCodec(fingerprint + "/" + head.manifest().version());
      Path file = new LabelSpool(learning, codec).put(lines);
      console.printf("%s: %d labels for the scorer to take%n", file, lines.size());
    }
  }

  private List<ImportedLabel> newest(String tenant, List<ImportedLabel> labels) {
    int over = labels.size() - LearnedHead.MAX_LABELS;
    if (over > 0) {
      console.printf(
          "tenant %s: the first %d labels are left out (a head is fitted to %d at most)%n",
          tenant, over, LearnedHead.MAX_LABELS);
    }
    return labels.subList(Math.max(0, over), labels.size());
  }

  private static List<TrafficLabel> analyzed(List<ImportedLabel> labels, PromptAnalyzer analyzer) {
    TrafficLabel[] analyzed = new TrafficLabel[labels.size()];
    IntStream.range(0, analyzed.length)
        .parallel()
        .forEach(i -> analyzed[i] = label(labels.get(i), analyzer));
    return List.of(analyzed);
  }

  private static TrafficLabel label(ImportedLabel label, PromptAnalyzer analyzer) {
    PromptAnalysis analysis = analyzer.analyze(label.prompt());
    return new TrafficLabel(
        new LabelledPrompt(
            analysis.embedding().values(),
            analysis.features(),
            Math.clamp(analysis.expectedGain(), 0, 1),
            label.gain()),
        label.propensity(),
        "import");
  }

  private void tell(String tenant, List<TrafficLabel> labels) {
    if (labels.size() < LEAST_LABELS) {
      console.printf(
          "tenant %s: %d labels; a head is tried from %d on%n",
          tenant, labels.size(), LEAST_LABELS);
      return;
    }
    HeadTrial trial = HeadTrial.of(labels);
    console.printf(
        Locale.ROOT,
        "tenant %s: %d labels; gain kept %.4f by a head of its own (cross-validated), %.4f by the"
            + " prior, difference %.4f to %.4f (95 %%), %.4f by luck: %s%n",
        tenant,
        trial.labels(),
        trial.learned(),
        trial.prior(),
        trial.low(),
        trial.high(),
        trial.shuffled(),
        trial.passed() ? "it would take over" : "the prior would stay");
  }
}
