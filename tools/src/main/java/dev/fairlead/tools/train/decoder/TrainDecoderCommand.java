package dev.fairlead.tools.train.decoder;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.tokenizer.ByteLevelTokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code fairlead train decoder}: vocabulary, decoder and export in one go.
 *
 * <p>Exit codes: 0 done, 1 the data cannot be read or the result not be written, 2 wrong usage.
 */
@Command(
    name = "decoder",
    mixinStandardHelpOptions = true,
    description = "Train a GPT-2-like decoder from scratch and export it to ONNX.")
public final class TrainDecoderCommand implements Callable<Integer> {

  static final List<String> SPECIAL = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");

  private static final int REPORT_EVERY = 25;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--out", required = true, description = "Folder to write the model to.")
  private Path out = Path.of(".");

  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      description = "Questions and answers; without it and --text the shipped ones.")
  private @Nullable Path corpus;

  @Option(
      names = "--text",
      paramLabel = "PATH",
      description = "Plain text: a UTF-8 file, or a folder of .txt files.")
  private @Nullable Path text;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = "A tokenizer.json to use instead of training one.")
  private @Nullable Path tokenizerFile;

  @Option(names = "--vocabulary", defaultValue = "768", description = "Tokens (${DEFAULT-VALUE}).")
  private int vocabulary;

  @Option(
      names = "--context",
      defaultValue = "256",
      description = "Most tokens (${DEFAULT-VALUE}).")
  private int context;

  @Option(names = "--layers", defaultValue = "3", description = "Layers (${DEFAULT-VALUE}).")
  private int layers;

  @Option(names = "--heads", defaultValue = "4", description = "Heads (${DEFAULT-VALUE}).")
  private int heads;

  @Option(names = "--width", defaultValue = "128", description = "Width (${DEFAULT-VALUE}).")
  private int width;

  @Option(names = "--steps", defaultValue = "1500", description = "Steps (${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--batch",
      defaultValue = "8",
      description = "Sequences a step (${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--rate",
      defaultValue = "0.002",
      description = "Largest rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(names = "--seed", defaultValue = "20261121", description = "Seed (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--checkpoint-every",
      defaultValue = "100",
      description = "Steps (${DEFAULT-VALUE}).")
  private int checkpointEvery;

  @Option(names = "--resume", description = "Go on from the checkpoint in the folder.")
  private boolean resume;

  @Override
  public Integer call() {
    try {
      if (checkpointEvery < 1) {
        throw new IllegalArgumentException(
            "--checkpoint-every " + checkpointEvery + " (expected: 1 or more)");
      }
      Files.createDirectories(out);
      train(spec.commandLine().getOut());
      return 0;
    } catch (IOException | IllegalArgumentException | ModelFileException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
  }

  private void train(PrintWriter console) throws IOException {
    TrainingText data = TrainingText.read(corpus, text);
    String tokenizerJson =
        tokenizerFile == null
            ? BpeTraining.train(data.plain(), SPECIAL, vocabulary)
            : Files.readString(tokenizerFile);
    ByteLevelTokenizer tokenizer =
        ByteLevelTokenizer.parse(
            new ModelFile("tokenizer.json", tokenizerJson.getBytes(StandardCharsets.UTF_8)));
    requireMarks(tokenizer);
    List<SequenceSource.Example> examples = data.examples(tokenizer, context);
    DecoderShape shape = shape(tokenizer.size());
    console.printf(
        Locale.ROOT,
        "%s: %d examples, %d tokens; vocabulary %d, %d parameters%n",
        data.description(),
        examples.size(),
        examples.stream().mapToLong(example -> example.ids().length).sum(),
        tokenizer.size(),
        shape.parameters());
    DecoderTraining training =
        new DecoderTraining(shape, new DecoderTraining.Settings(steps, batch, rate, seed));
    Path checkpoint = out.resolve("checkpoint.bin");
    if (resume) {
      training.restore(checkpoint);
      console.printf("resumed at step %d%n", training.step());
    }
    double loss = run(training, new SequenceSource(examples, context), checkpoint, console);
    DecoderExport export = new DecoderExport(out, shape, tokenizerJson);
    export.write(DecoderGraph.write(training.layout, training.values));
    export.card(options(), data.description(), examples.size(), loss);
    Files.deleteIfExists(checkpoint);
    console.printf(
        "%s: decoder written; fairlead up --config %s%n", out, out.resolve("models.yaml"));
  }

  /** What is asked for, with a vocabulary of that size. */
  DecoderShape shape(int tokens) {
    return new DecoderShape(tokens, context, layers, heads, width);
  }

  private String options() {
    return ("--vocabulary %d --context %d --layers %d --heads %d --width %d --steps %d --batch %d"
            + " --rate %s --seed %d%s%s%s")
        .formatted(
            vocabulary,
            context,
            layers,
            heads,
            width,
            steps,
            batch,
            rate,
            seed,
            option("--corpus", corpus),
            option("--text", text),
            option("--tokenizer", tokenizerFile));
  }

  private static String option(String name, @Nullable Path file) {
    return file == null ? "" : " " + name + " " + file;
  }

  private static void requireMarks(ByteLevelTokenizer tokenizer) {
    for (int id = 0; id < SPECIAL.size(); id++) {
      if (tokenizer.addedId(SPECIAL.get(id)) != id) {
        throw new IllegalArgumentException(
            "--tokenizer: token %s is not number %d (expected: one that this command has trained)"
                .formatted(SPECIAL.get(id), id));
      }
    }
  }

  private double run(
      DecoderTraining training, SequenceSource source, Path checkpoint, PrintWriter console)
      throws IOException {
    long started = System.nanoTime();
    int first = training.step();
    double smoothed = Double.NaN;
    while (training.step() < steps) {
      double loss = training.advance(source);
      if (!Double.isFinite(loss)) {
        throw new IOException(
            "step " + training.step() + ": loss " + loss + " (expected: a number; lower --rate)");
      }
      smoothed = Double.isNaN(smoothed) ? loss : 0.95 * smoothed + 0.05 * loss;
      if (training.step() % REPORT_EVERY == 0 || training.step() == steps) {
        double seconds = (System.nanoTime() - started) / 1e9;
        double left = seconds / (training.step() - first) * (steps - training.step());
        console.printf(
            Locale.ROOT,
            "step %d/%d  loss %.3f  %.0f tokens/s  %.0f s, %.0f s to go%n",
            training.step(),
            steps,
            smoothed,
            training.tokens() / seconds,
            seconds,
            left);
        console.flush();
      }
      if (training.step() % checkpointEvery == 0) {
        training.save(checkpoint);
      }
    }
    return smoothed;
  }
}
