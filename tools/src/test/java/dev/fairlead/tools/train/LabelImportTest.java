package dev.fairlead.tools.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.onnx.complexity.ComplexityHead;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.onnx.learning.LabelCodec;
import dev.fairlead.onnx.learning.LabelSpool;
import dev.fairlead.tools.Fairlead;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code fairlead train --labels}: from lines to what the scorer finds. */
class LabelImportTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void labels_areLeftForTheScorer_withoutTheirTexts() throws IOException {
    Path file =
        write(
            "{\"prompt\":\"Name a river\",\"gain\":-0.5,\"propensity\":0.25}",
            "",
            "{\"prompt\":\"Prove it\",\"strong_score\":1,\"weak_score\":0.25,\"tenant\":\"acme\",\"id\":7}");

    assertThat(run(file)).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString()).contains("tenant acme: 1 labels", "a head is tried from 100 on");
    List<LabelCodec.Line> lines = taken();
    assertThat(lines).extracting(LabelCodec.Line::tenant).containsExactly("acme", "default");
    assertThat(lines).extracting(line -> line.label().prompt().gain()).containsExactly(0.75, -0.5);
    assertThat(lines).extracting(line -> line.label().propensity()).containsExactly(1.0, 0.25);
    assertThat(lines).extracting(line -> line.label().origin()).containsOnly("import");
    assertThat(taken()).isEmpty();
  }

  @Test
  void import_tellsWhatTheHeadIsWorth_andKeepsTheNewest() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 1_040; i++) {
      boolean poem = i % 2 == 0;
      lines.add(
          "{\"prompt\":\"%s %d\",\"gain\":%d}"
              .formatted(poem ? "Write a poem about river" : "Sum of 7 and", i, poem ? 1 : 0));
    }
    // Only the last 1,000 are learned from, so that this one must not be found.
    lines.set(0, "{\"prompt\":\"first\",\"gain\":-1}");

    assertThat(run(write(lines.toArray(String[]::new)))).isZero();
    assertThat(out.toString()).contains("the first 40 labels are left out", "1000 labels; gain kept");
    assertThat(out.toString()).contains("it would take over");
    assertThat(taken()).hasSize(1_000).allMatch(line -> line.label().prompt().gain() >= 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'gain':1}|prompt: absent (expected: a text)",
        "{'prompt':' ','gain':1}|prompt: blank",
        "{'prompt':'a','gain':1.5}|gain: 1.5 (expected: a number, -1..1)",
        "{'prompt':'a','gain':'1'}|gain: \"1\" (expected: a number",
        "{'prompt':'a'}|no outcome (expected: gain, or strong_score and weak_score)",
        "{'prompt':'a','strong_score':1}|no outcome",
        "{'prompt':'a','gain':1,'weak_score':0}|either gain, or both scores",
        "{'prompt':'a','strong_score':9,'weak_score':0}|strong_score: 9 (expected: a number, 0..1)",
        "{'prompt':'a','gain':1,'propensity':0}|propensity: 0 (expected: above 0, up to 1)",
        "{'prompt':'a','gain':1,'gain':0}|not JSON",
        "{'prompt':'a','gain':1} x|not JSON",
        "{'prompt':'a','gain':NaN}|not JSON",
        "[1]|a JSON ARRAY (expected: an object)",
        "{'prompt'|not JSON"
      })
  void line_isRefused_whenItIsNotALabel(String line, String complaint) throws IOException {
    Path file = write("{\"prompt\":\"good\",\"gain\":0}", line.replace('\'', '"'));

    assertThat(run(file)).isEqualTo(1);
    assertThat(err.toString()).contains(file + ": line 2: ", complaint, "expected");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void file_isRefused_whenItIsNotUtf8_orEmpty_orAbsent() throws IOException {
    Path file = folder.resolve("labels.jsonl");
    Files.write(file, new byte[] {'{', (byte) 0xff, '}', '\n'});
    assertThat(run(file)).isEqualTo(1);
    Files.writeString(file, "\n\n");
    assertThat(run(file)).isEqualTo(1);
    assertThat(run(folder.resolve("none.jsonl"))).isEqualTo(1);

    assertThat(err.toString()).contains("not UTF-8", "no labels in it", "does not exist");
  }

  private List<LabelCodec.Line> taken() throws IOException {
    List<LabelCodec.Line> lines = new ArrayList<>();
    try (SentenceEncoder encoder = SentenceEncoder.shipped();
        ComplexityHead head = ComplexityHead.shipped()) {
      LabelCodec codec =
          new LabelCodec(encoder.fingerprint(128) + "/" + head.manifest().version());
      assertThat(new LabelSpool(folder.resolve("data/scorer"), codec).take(lines::addAll)).isZero();
    }
    return lines;
  }

  private Path write(String... lines) throws IOException {
    return Files.write(folder.resolve("labels.jsonl"), List.of(lines));
  }

  private int run(Path labels) {
    return Fairlead.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(
            "train", "--labels", labels.toString(), "--data-dir", folder.resolve("data").toString());
  }
}
