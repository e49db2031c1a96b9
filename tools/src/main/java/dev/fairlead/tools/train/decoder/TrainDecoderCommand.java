package dev.fairlead.tools.train.decoder;

import dev.fairlead.onnx.ModelFile;
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
 * <p>Exit codes: 0 done, 1 the corpus cannot be read or the result not be written, 2 wrong usage.
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

  @Option(names = "--corpus", description = "Questions and answers; without it the shipped ones.")
  private @Nullable Path corpus;

  @Option(names = "--vocabulary", defaultValue = "768", description = "Tokens (${DEFAULT-VALUE}).")
  private int vocabulary;

  @Option(
      names = "--context",
      defaultValue = "256",
      description = "Most tokens (${DEFAULT-VALUE}).")
  private int context;

  @Option(names = "--layers", defaultValue = "2", description = "Layers (${DEFAULT-VALUE}).")
  private int layers;

  @Option(names = "--heads", defaultValue = "4", description = "Heads (${DEFAULT-VALUE}).")
  private int heads;

  @Option(names = "--width", defaultValue = "128", description = "Width (${DEFAULT-VALUE}).")
  private int width;

  @Option(names = "--steps", defaultValue = "700", description = "Steps (${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--batch",
      defaultValue = "4",
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
      Files.createDirectories(out);
      train(spec.commandLine().getOut());
      return 0;
    } catch (IOException | IllegalArgumentException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
  }

  private void train(PrintWriter console) throws IOException {
    List<DecoderCorpus.Exchange> exchanges = DecoderCorpus.read(corpus).exchanges();
    List<String> texts = exchanges.stream().map(DecoderCorpus.Exchange::text).toList();
    String tokenizerJson = BpeTraining.train(withoutMarks(texts), SPECIAL, vocabulary);
    ByteLevelTokenizer tokenizer =
        ByteLevelTokenizer.parse(
            new ModelFile("tokenizer.json", tokenizerJson.getBytes(StandardCharsets.UTF_8)));
    List<SequenceSource.Example> examples =
        exchanges.stream()
            .map(exchange ->
                new SequenceSource.Example(
                    tokenizer.encode(exchange.text()), tokenizer.encode(exchange.prompt()).length))
            .toList();
    DecoderShape shape = new DecoderShape(tokenizer.size(), context, layers, heads, width);
    DecoderTraining training =
        new DecoderTraining(shape, new DecoderTraining.Settings(steps, batch, rate, seed));
    Path checkpoint = out.resolve("checkpoint.bin");
    if (resume) {
      training.restore(checkpoint);
    }
    console.printf(
        Locale.ROOT,
        "%d examples, %d tokens; vocabulary %d, %d parameters%n",
        examples.size(),
        examples.stream().mapToInt(example -> example.ids().length).sum(),
        tokenizer.size(),
        shape.parameters());
    double loss = run(training, new SequenceSource(examples, context), checkpoint, console);
    DecoderExport export = new DecoderExport(out, shape, tokenizerJson);
    export.write(DecoderGraph.write(training.layout, training.values));
    export.card(
        "--vocabulary %d --context %d --layers %d --heads %d --width %d --steps %d --batch %d --rate %s --seed %d"
            .formatted(vocabulary, context, layers, heads, width, steps, batch, rate, seed),
        examples.size(),
        loss);
    Files.deleteIfExists(checkpoint);
    console.printf("%s: decoder written%n", out);
  }

  private double run(
      DecoderTraining training, SequenceSource source, Path checkpoint, PrintWriter console)
      throws IOException {
    long started = System.nanoTime();
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
        console.printf(
            Locale.ROOT,
            "step %d/%d  loss %.3f  %.0f s%n",
            training.step(),
            steps,
            smoothed,
            seconds);
        console.flush();
      }
      if (training.step() % checkpointEvery == 0) {
        training.save(checkpoint);
      }
    }
    return smoothed;
  }

  private static List<String> withoutMarks(List<String> texts) {
    return texts.stream().map(text -> text.replaceAll("<\\|im_(start|end)\\|>", "")).toList();
  }
}
