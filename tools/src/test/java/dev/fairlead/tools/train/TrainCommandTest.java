package dev.fairlead.tools.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.complexity.ComplexityHead;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The command from files to files, on a small made-up benchmark whose strong model is better at
 * sums.
 */
class TrainCommandTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void train_writesAHeadThatOpens_andTheSameBytesAgain() throws IOException {
    for (TrainingSource source : TrainingSource.ALL) {
      write(source);
    }
    int code = train("first");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString()).contains("APGR", "random", "mmlu", "gsm8k", "ulab");
    assertThat(folder.resolve("first/DATA_CARD.md"))
        .content()
        .contains("MIT", "Apache-2.0", "--seed 5", "Brier", "## Reliability");
    assertThat(folder.resolve("first/data-card.json"))
        .content()
        .contains("\"seed\" : 5", "\"rows\"", "\"promised\"");
    assertThat(Files.readAllLines(folder.resolve("first.jsonl"))).hasSize(90);
    try (ComplexityHead head =
        ComplexityHead.open(
            ModelFile.at(folder.resolve("first/complexity-head.onnx")),
            ModelFile.at(folder.resolve("first/complexity-head.json")))) {
      assertThat(head.manifest().version()).isEqualTo("test-1");
    }
    assertThat(train("second")).isZero();
    assertThat(folder.resolve("second/complexity-head.onnx"))
        .hasSameBinaryContentAs(folder.resolve("first/complexity-head.onnx"));
    assertThat(folder.resolve("second/complexity-head.json"))
        .hasSameTextualContentAs(folder.resolve("first/complexity-head.json"));
  }

  @Test
  void train_namesTheFile_whenASourceIsMissing() {
    assertThat(train("none")).isEqualTo(1);
    assertThat(err.toString()).contains("routing_mmlu.jsonl.gz");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private int train(String name) {
    return new CommandLine(new TrainCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(
            "--data",
            folder.toString(),
            "--out",
            folder.resolve(name).toString(),
            "--seed",
            "5",
            "--head-version",
            "test-1",
            "--report",
            "--predictions",
            folder.resolve(name + ".jsonl").toString());
  }

  private void write(TrainingSource source) throws IOException {
    Random random = new Random(source.name().hashCode());
    try (Writer writer =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(folder.resolve(source.file()))),
            StandardCharsets.UTF_8)) {
      for (int i = 0; i < 30; i++) {
        boolean sum = i % 2 == 0;
        String prompt =
            sum
                ? "Compute %d + %d".formatted(i, random.nextInt(100))
                : "Name river number %d".formatted(i);
        writer.write(
            """
            {"id":"%s-%d","source":"%s","prompt":"%s","strong_score":1,"weak_score":%d}
            """
                .formatted(source.name(), i, source.name(), prompt, sum ? 0 : 1));
      }
    }
  }
}
