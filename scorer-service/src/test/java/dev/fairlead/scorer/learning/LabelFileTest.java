package dev.fairlead.scorer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.onnx.features.PromptFeatures;
import dev.fairlead.onnx.learning.LabelCodec;
import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelFileTest {

  private static final LabelCodec CODEC = new LabelCodec("encoder/1");

  @TempDir private Path folder;

  @Test
  void newestLabelsOfEachTenant_areRead_andNoMoreTenantsThanMay() {
    LabelFile file = new LabelFile(folder, CODEC);
    for (int i = 0; i < 30; i++) {
      file.append(line("a", i));
      file.append(line("b", i));
      file.append(line("c", i));
    }
    var read = new LabelFile(folder, CODEC).read(10, 2);

    assertThat(read).containsOnlyKeys("a", "b");
    LabelFile.Earlier earlier = Objects.requireNonNull(read.get("a"));
    assertThat(earlier.taken()).isEqualTo(30);
    assertThat(earlier.labels())
        .extracting(TrafficLabel::propensity)
        .containsExactlyElementsOf(
            IntStream.range(20, 30).mapToObj(LabelFileTest::propensity).toList());
  }

  @Test
  void file_isCut_whenMostOfItIsOld_andGoesOn() throws Exception {
    LabelFile file = new LabelFile(folder, CODEC);
    List<LabelCodec.Line> kept = List.of(line("a", 1), line("a", 2));
    int appended = 0;
    while (!file.isDue(kept.size())) {
      file.append(line("a", appended++));
    }
    file.replace(kept.stream());

    assertThat(appended).isEqualTo(2 * kept.size() + LabelFile.SPARE + 1);
    assertThat(file.isDue(kept.size())).isFalse();
    file.append(line("a", 3));
    assertThat(Files.readAllLines(folder.resolve("routing-labels.jsonl"))).hasSize(3);
    assertThat(reread().labels()).hasSize(3);
  }

  @Test
  void labelsTaken_areKnown_whenMostOfThemAreCut() {
    LabelFile file = new LabelFile(folder, CODEC);
    file.append(line("a", 1));
    LabelCodec.Line counted = new LabelCodec.Line("a", line("a", 2).label(), 700);
    file.replace(List.of(counted).stream());
    file.append(line("a", 3));

    assertThat(reread().labels()).hasSize(2);
    assertThat(reread().taken()).isEqualTo(701);
  }

  @Test
  void labelsOfAnotherHead_arePassedOver_andStayUntilTheFileIsCut() throws Exception {
    LabelFile before = new LabelFile(folder, new LabelCodec("encoder/0"));
    IntStream.range(0, 500).forEach(i -> before.append(line("a", i)));
    LabelFile file = new LabelFile(folder, CODEC);

    assertThat(file.read(10, 10)).isEmpty();
    assertThat(file.isDue(0)).isFalse();
    assertThat(Files.readAllLines(folder.resolve("routing-labels.jsonl"))).hasSize(500);
  }

  @Test
  void damagedByte_costsItsLine_andNoOther() throws Exception {
    LabelFile file = new LabelFile(folder, CODEC);
    IntStream.range(0, 5).forEach(i -> file.append(line("a", i)));
    Path labels = folder.resolve("routing-labels.jsonl");
    byte[] bytes = Files.readAllBytes(labels);
    // No byte of UTF-8, in the second line.
    bytes[bytes.length * 3 / 10] = (byte) 0xFF;
    Files.write(labels, bytes);

    assertThat(reread().labels())
        .extracting(TrafficLabel::propensity)
        .containsExactly(propensity(0), propensity(2), propensity(3), propensity(4));
  }

  @Test
  void numberThatIsNone_costsItsLine_andNoOther() throws Exception {
    LabelFile file = new LabelFile(folder, CODEC);
    IntStream.range(0, 3).forEach(i -> file.append(line("a", i)));
    Path labels = folder.resolve("routing-labels.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(labels));
    // 1 and 0 as floats, and then NaN in the place of the 1.
    assertThat(lines.get(1)).contains("\"embedding\":\"P4AAAAAAAAA=\"");
    lines.set(1, lines.get(1).replace("P4AAAAAAAAA=", "f8AAAAAAAAA="));
    Files.write(labels, lines);

    assertThat(reread().labels())
        .extracting(TrafficLabel::propensity)
        .containsExactly(propensity(0), propensity(2));
  }

  private LabelFile.Earlier reread() {
    return Objects.requireNonNull(new LabelFile(folder, CODEC).read(10, 10).get("a"));
  }

  private static double propensity(int number) {
    return (number + 1) / 1_000.0;
  }

  private static LabelCodec.Line line(String tenant, int number) {
    LabelledPrompt prompt =
        new LabelledPrompt(new float[] {1, 0}, PromptFeatures.of("How many?"), 0.5, 1);
    return new LabelCodec.Line(tenant, new TrafficLabel(prompt, propensity(number), "test"));
  }
}
