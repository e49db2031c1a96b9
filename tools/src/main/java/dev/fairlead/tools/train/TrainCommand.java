package dev.fairlead.tools.train;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.complexity.ComplexityHead;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.onnx.features.PromptFeatures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code fairlead train}: trains the complexity head from measured outcomes and writes what the
 * onnx module ships.
 *
 * <p>Exit codes: 0 done, 1 the data cannot be read or the result not be written, 2 wrong usage.
 */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description =
        "Train the complexity head from prompts whose outcomes on a strong and a weak model were"
            + " measured.")
public final class TrainCommand implements Callable<Integer> {

  private static final int MAX_TOKENS = 128;

  /** Not marked as required for picocli, which would ask for it before a subcommand, too. */
  private static final Path NOT_GIVEN = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      description = "Required: folder with routing_mmlu, _gsm8k and _ulab.jsonl.gz.")
  private Path data = NOT_GIVEN;

  @Option(
      names = "--out",
      description = "Required: folder to write graph, manifest and data card to.")
  private Path out = NOT_GIVEN;

  @Option(
      names = "--labels",
      description =
          "Instead of training: outcomes on own traffic, JSON lines, for the scorer to learn from.")
  private @Nullable Path labels;

  @Option(
      names = "--tenant",
      defaultValue = "default",
      description = "Of labels that name none (${DEFAULT-VALUE}).")
  private String tenant = "";

  @Option(
      names = "--data-dir",
      defaultValue = "${env:FAIRLEAD_DATA_DIR:-./data}",
      description = "Data directory of the gateway or scorer that learns (${DEFAULT-VALUE}).")
  private Path dataDir = NOT_GIVEN;

  @Option(
      names = "--seed",
      defaultValue = "20261101",
      description = "Seed of everything random (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--head-version",
      defaultValue = "2026.11-6",
      description = "Version to stamp (${DEFAULT-VALUE}).")
  private String version = "";

  @Option(names = "--report", description = "Print cross-validated APGR per source beside random.")
  private boolean report;

  @Option(
      names = "--predictions",
      description =
          "Also write {\"id\", \"score\"} lines: held-back scores of the training sources, and the"
              + " head's scores of any other routing_*.jsonl.gz in the data folder.")
  private @Nullable Path predictions;

  @Override
  public Integer call() {
    if (labels != null) {
      return importLabels(labels);
    }
    if (data.equals(NOT_GIVEN) || out.equals(NOT_GIVEN)) {
      throw new ParameterException(
          spec.commandLine(),
          "Missing required options: '--data=<data>', '--out=<out>'; or '--labels=<labels>'");
    }
    PrintWriter console = spec.commandLine().getOut();
    try (SentenceEncoder encoder = SentenceEncoder.shipped()) {
      TrainingSet set = TrainingSet.read(data, encoder, MAX_TOKENS, seed);
      console.printf(
          "%d measured prompts %s, %d of our own%n",
          set.examples.size(), set.rowsBySource, set.ordinary.size());
      TrainedHead head =
          TrainedHead.train(
              set, HeadCandidates.of(encoder.dimensions()), MAX_TOKENS, version, seed);
      DataCard card =
          new DataCard(
              set, head, TrainedHead.randomApgrs(set, seed), seed, encoder.fingerprint(MAX_TOKENS));
      write(head, card);
      if (report) {
        print(console, card);
      }
      if (predictions != null) {
        new PredictionFile(predictions).write(set, head, data, encoder);
      }
      console.printf("%s: head %s written%n", out, version);
      return 0;
    } catch (IOException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
  }

  private int importLabels(Path file) {
    if (!data.equals(NOT_GIVEN) || !out.equals(NOT_GIVEN)) {
      throw new ParameterException(
          spec.commandLine(), "--labels beside --data or --out (expected: one or the other)");
    }
    try {
      new LabelImport(dataDir.resolve("scorer"), spec.commandLine().getOut())
          .run(ImportedLabel.read(file, tenant));
      return 0;
    } catch (NoSuchFileException e) {
      spec.commandLine().getErr().println(file + ": does not exist (expected: a file of labels)");
      return 1;
    } catch (IOException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
  }

  private void write(TrainedHead head, DataCard card) throws IOException {
    Files.createDirectories(out);
    Files.write(out.resolve("complexity-head.onnx"), head.graph());
    Files.writeString(out.resolve("complexity-head.json"), head.manifest().toJson());
    Files.writeString(out.resolve("data-card.json"), card.toJson());
    Files.writeString(out.resolve("DATA_CARD.md"), card.toMarkdown());
    // Opening it again is the cheapest proof that the graph is what the runtime wants.
    try (ComplexityHead written =
        ComplexityHead.open(
            ModelFile.at(out.resolve("complexity-head.onnx")),
            ModelFile.at(out.resolve("complexity-head.json")))) {
      double gain =
          written.expectedGain(
              new float[head.manifest().embeddingDimensions()], PromptFeatures.of(""));
      if (!(gain >= 0 && gain <= 1)) {
        throw new IOException(out + ": the written head gives " + gain + " (expected: 0..1)");
      }
    }
  }

  private static void print(PrintWriter console, DataCard card) {
    console.printf(
        Locale.ROOT, "%-8s %7s %7s %7s %7s%n", "source", "rows", "APGR", "random", "Brier");
    for (Map.Entry<String, Double> entry : card.head().chosen().apgrBySource().entrySet()) {
      String source = entry.getKey();
      console.printf(
          Locale.ROOT,
          "%-8s %7d %7.3f %7.3f %7.3f%n",
          source,
          card.set().rowsBySource.get(source),
          entry.getValue(),
          card.random().get(source),
          card.head().brier().get(source));
    }
    console.print(card.head().reliability().toMarkdown());
    for (CrossValidation candidate : card.head().validations()) {
      console.printf(Locale.ROOT, "%.4f %s%n", candidate.macroApgr(), candidate.trainer().name());
    }
    console.printf(
        Locale.ROOT, "mean complexity of our own prompts: %s%n", card.head().meanComplexity());
  }
}
