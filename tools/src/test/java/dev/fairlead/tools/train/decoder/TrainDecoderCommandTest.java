package dev.fairlead.tools.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.decoder.ChatTemplate;
import dev.fairlead.onnx.decoder.DecoderException;
import dev.fairlead.onnx.decoder.DecoderLoop;
import dev.fairlead.onnx.decoder.Generation;
import dev.fairlead.onnx.decoder.Sampling;
import dev.fairlead.onnx.decoder.TextDecoder;
import dev.fairlead.tools.Fairlead;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command from texts to a folder that generates. */
class TrainDecoderCommandTest {

  private static final List<String> SMALL =
      List.of(
          "--vocabulary",
          "300",
          "--context",
          "64",
          "--layers",
          "1",
          "--heads",
          "2",
          "--batch",
          "2");

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Path target, String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "decoder", "--out"));
    arguments.add(target.toString());
    arguments.addAll(SMALL);
    arguments.addAll(List.of(more));
    if (!arguments.contains("--width")) {
      arguments.addAll(List.of("--width", "16"));
    }
    CommandLine command = Fairlead.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments.toArray(String[]::new));
  }

  private Path corpus() throws IOException {
    return Files.writeString(
        folder.resolve("corpus.txt"), "# two\nHello|Hi => Good day.\nBye => Good night.\n");
  }

  @Test
  void folder_isWhatTheOnnxProviderReads_andItsModelsFileIsAConfiguration() throws IOException {
    Path target = folder.resolve("mine");
    int code = run(target, "--corpus", corpus().toString(), "--steps", "120", "--rate", "0.02");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString())
        .contains("3 examples", "step 25/120", "step 120/120", "tokens/s", "s to go")
        .contains("fairlead up --config " + target.resolve("models.yaml"));
    assertThat(target.resolve("checkpoint.bin")).doesNotExist();
    assertThat(target.resolve("DATA_CARD.md")).content().contains("corpus.txt", "--seed 20261121");
    assertThat(answers(target)).containsExactly("Good day.", "Good night.");
    CommandLine validation = Fairlead.commandLine();
    validation.setOut(new PrintWriter(out, true));
    String models = target.resolve("models.yaml").toString();
    assertThat(validation.execute("validate-models", "--config", models)).isZero();
    assertThat(out.toString()).containsPattern("fairlead-decoder +probe +ok");
  }

  @Test
  void training_givesTheSameBits_againAndAfterACheckpoint() throws IOException {
    String text =
        Files.writeString(folder.resolve("t.txt"), "to be or not to be ".repeat(30)).toString();
    List<byte[]> graphs = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      assertThat(run(folder.resolve(name), "--text", text, "--steps", "6")).isZero();
      graphs.add(Files.readAllBytes(folder.resolve(name).resolve("model.onnx")));
    }
    Path resumed = Files.createDirectory(folder.resolve("c"));
    stopAfter(4, resumed, text);
    assertThat(run(resumed, "--text", text, "--steps", "6", "--resume")).isZero();

    assertThat(out.toString()).contains("resumed at step 4");
    assertThat(graphs.get(1)).isEqualTo(graphs.get(0));
    assertThat(Files.readAllBytes(resumed.resolve("model.onnx"))).isEqualTo(graphs.get(0));
  }

  @Test
  void checkpointThatIsCut_isNamed() throws IOException {
    String text =
        Files.writeString(folder.resolve("t.txt"), "to be or not to be ".repeat(30)).toString();
    Path target = Files.createDirectory(folder.resolve("cut"));
    stopAfter(1, target, text);
    Path checkpoint = target.resolve("checkpoint.bin");
    byte[] whole = Files.readAllBytes(checkpoint);
    Files.write(checkpoint, Arrays.copyOf(whole, whole.length / 2));

    assertThat(run(target, "--text", text, "--steps", "6", "--resume")).isEqualTo(1);
    assertThat(err.toString()).contains("checkpoint.bin: ends too early");
  }

  @Test
  void numbersThatMeanNothing_areNamed() throws IOException {
    Path target = folder.resolve("x");
    String corpus = corpus().toString();
    assertThat(run(target, "--corpus", corpus, "--checkpoint-every", "0")).isEqualTo(1);
    assertThat(run(target, "--corpus", corpus, "--steps", "0")).isEqualTo(1);
    assertThat(run(target, "--corpus", corpus, "--rate", "NaN")).isEqualTo(1);
    assertThat(err.toString())
        .contains("--checkpoint-every 0 (expected: 1 or more)", "steps 0,", "rate NaN");
  }

  /** What a run leaves behind that was stopped. */
  private static void stopAfter(int steps, Path target, String text) throws IOException {
    TrainingText data = TrainingText.read(null, Path.of(text));
    var tokenizer =
        dev.fairlead.onnx.tokenizer.ByteLevelTokenizer.parse(
            new ModelFile(
                "t",
                BpeTraining.train(data.plain(), TrainDecoderCommand.SPECIAL, 300)
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    DecoderShape shape = new DecoderShape(tokenizer.size(), 64, 1, 2, 16);
    DecoderTraining training =
        new DecoderTraining(shape, new DecoderTraining.Settings(6, 2, 0.002, 20261121));
    SequenceSource source = new SequenceSource(data.examples(tokenizer, 64), 64);
    for (int step = 0; step < steps; step++) {
      training.advance(source);
    }
    training.save(target.resolve("checkpoint.bin"));
  }

  @Test
  void unusableInput_isNamed() throws IOException {
    Path target = folder.resolve("x");
    assertThat(run(target, "--resume", "--corpus", corpus().toString())).isEqualTo(1);
    Files.write(target.resolve("checkpoint.bin"), new byte[100]);
    assertThat(run(target, "--resume", "--corpus", corpus().toString())).isEqualTo(1);
    assertThat(run(target, "--text", folder.resolve("none").toString())).isEqualTo(1);
    assertThat(run(target, "--width", "15", "--corpus", corpus().toString())).isEqualTo(1);
    Path other = Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertThat(run(target, "--tokenizer", other.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("checkpoint.bin", "not a checkpoint of this shape and seed", "none")
        .contains("width a multiple of heads", "tokenizer.json");
  }

  @Test
  void otherExporters_giveTheSameText() throws IOException {
    Path target = folder.resolve("variants");
    int trained = run(target, "--corpus", corpus().toString(), "--steps", "120", "--rate", "0.02");
    assertThat(trained).isZero();
    Path graph = target.resolve("model.onnx");
    ExportedGraph exported = ExportedGraph.of(Files.readAllBytes(graph));

    Files.write(graph, exported.withoutPast());
    assertThat(answers(target)).as("whole sequences").containsExactly("Good day.", "Good night.");
    Files.write(graph, exported.withoutPositions());
    assertThat(answers(target)).as("row by row").containsExactly("Good day.", "Good night.");
    Files.delete(graph);
    Files.write(target.resolve("decoder_model.onnx"), exported.withoutPast());
    assertThat(answers(target)).as("older name").containsExactly("Good day.", "Good night.");
    Files.delete(target.resolve("decoder_model.onnx"));
    Files.createDirectory(target.resolve("onnx"));
    Files.write(target.resolve("onnx/model.onnx"), exported.model().toByteArray());
    assertThat(answers(target)).as("in a folder").containsExactly("Good day.", "Good night.");
    Files.write(graph, exported.withoutLogits());
    assertThatThrownBy(() -> TextDecoder.open(target, 1, null))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("expected: input_ids -> logits of a decoder");
  }

  @Test
  void damagedGraph_isRefused_whereverItIsDamaged() throws IOException {
    Path target = folder.resolve("damaged");
    assertThat(run(target, "--corpus", corpus().toString(), "--steps", "1")).isZero();
    Path graph = target.resolve("model.onnx");
    byte[] whole = Files.readAllBytes(graph);
    String sha256 = new ModelFile("graph", whole).sha256();
    Random random = new Random(8);
    for (int round = 0; round < 60; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i <= round % 5; i++) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
      }
      Files.write(graph, damaged);
      assertThatThrownBy(() -> TextDecoder.open(target, 1, sha256))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("SHA-256");
    }
    for (int size : new int[] {0, 1, 100, whole.length / 2, whole.length - 1}) {
      Files.write(graph, java.util.Arrays.copyOf(whole, size));
      assertThatThrownBy(() -> TextDecoder.open(target, 1, null))
          .as("%d bytes", size)
          .isInstanceOf(ModelFileException.class);
    }
  }

  @Test
  void writtenDownConfiguration_hasTheParametersOfItsName() {
    TrainDecoderCommand command = new TrainDecoderCommand();
    new CommandLine(command).parseArgs("@../config/decoder-125m.args", "--out", "x");

    assertThat(command.shape(50_257).parameters()).isBetween(124_000_000L, 126_000_000L);
  }

  /** Two conversations at once, greedily. */
  private static List<String> answers(Path folder) {
    try (TextDecoder prompts = TextDecoder.open(folder, 1, null);
        DecoderLoop loop = new DecoderLoop(TextDecoder.open(folder, 1, null), 2, 4)) {
      List<CompletableFuture<String>> answers = new ArrayList<>();
      for (String question : List.of("Hi", "Bye")) {
        int[] prompt = prompts.prompt(List.of(new ChatTemplate.Turn("user", question)));
        assertThat(prompt).isNotNull();
        CompletableFuture<String> answer = new CompletableFuture<>();
        Generation generation = new Generation(prompt, 20, Sampling.greedy(), List.of());
        assertThat(loop.submit(generation, new Told(answer))).isNotNull();
        answers.add(answer);
      }
      return answers.stream().map(a -> a.orTimeout(20, TimeUnit.SECONDS).join()).toList();
    }
  }

  private static final class Told implements Generation.Listener {
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<String> answer;

    Told(CompletableFuture<String> answer) {
      this.answer = answer;
    }

    @Override
    public void onText(String more, int tokens) {
      text.append(more);
    }

    @Override
    public void onEnd(Generation.End end, @Nullable String stop, int tokens) {
      answer.complete(text.toString());
    }

    @Override
    public void onFailed(DecoderException failure, int tokens) {
      answer.completeExceptionally(failure);
    }
  }
}
