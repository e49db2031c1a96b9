package dev.fairlead.onnx.complexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.features.PromptFeatures;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComplexityHeadTest {

  private static final ModelFile GRAPH =
      ModelFile.resource("/dev/fairlead/onnx/complexity/complexity-head.onnx");
  private static final ModelFile MANIFEST =
      ModelFile.resource("/dev/fairlead/onnx/complexity/complexity-head.json");

  @Test
  void shipped_isSmall_andFitsTheFeatures() {
    try (ComplexityHead head = ComplexityHead.shipped()) {
      assertThat(GRAPH.content().length).isLessThan(1 << 20);
      assertThat(PromptFeatures.names())
          .startsWith(head.manifest().features().toArray(new String[0]));
      assertThat(head.expectedGain(new float[384], PromptFeatures.of("anything")))
          .isBetween(0.0, 1.0);
    }
  }

  @Test
  void expectedGain_isTheSame_whenThereAreFeaturesThatTheHeadDoesNotKnow() {
    try (ComplexityHead head = ComplexityHead.shipped()) {
      float[] embedding = new float[384];
      float[] known = Arrays.copyOf(PromptFeatures.of("a 2"), head.manifest().features().size());
      float[] more = Arrays.copyOf(known, known.length + 3);
      Arrays.fill(more, known.length, more.length, 9);

      assertThat(head.expectedGain(embedding, more)).isEqualTo(head.expectedGain(embedding, known));
    }
  }

  @Test
  void open_refuses_whenTheManifestNamesNoFeatures() {
    String changed = withFeatures(List.of()).toJson();

    assertThatThrownBy(() -> ComplexityHead.open(GRAPH, file("head.json", changed)))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("head.json");
  }

  @Test
  void open_takesAHead_thatKnowsTheFirstFeaturesOnly() {
    HeadManifest older = withFeatures(PromptFeatures.names().subList(0, 28));

    try (ComplexityHead head = ComplexityHead.open(GRAPH, file("head.json", older.toJson()))) {
      assertThat(head.manifest().features()).hasSize(28);
    }
  }

  private static HeadManifest withFeatures(List<String> features) {
    HeadManifest shipped = HeadManifest.parse(MANIFEST);
    return new HeadManifest(
        shipped.version(),
        shipped.graphSha256(),
        shipped.embeddingDimensions(),
        shipped.maxTokens(),
        features,
        shipped.quantiles());
  }

  @Test
  void manifest_survivesBeingWrittenAndRead() {
    HeadManifest manifest = HeadManifest.parse(MANIFEST);

    assertThat(HeadManifest.parse(file("copy", manifest.toJson()))).isEqualTo(manifest);
  }

  @Test
  void open_namesTheHashes_whenTheGraphIsNotTheManifests() {
    ModelFile other =
        new ModelFile("head.onnx", Arrays.copyOf(GRAPH.content(), GRAPH.content().length - 1));

    assertThatThrownBy(() -> ComplexityHead.open(other, MANIFEST))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("head.onnx")
        .hasMessageContaining(GRAPH.sha256());
  }

  @Test
  void open_refuses_whenTheHeadWantsOtherFeatures() {
    String changed = text(MANIFEST).replace("\"question_marks\"", "\"exclamation_marks\"");

    assertThatThrownBy(() -> ComplexityHead.open(GRAPH, file("head.json", changed)))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("exclamation_marks");
  }

  @Test
  void open_refuses_whenTheManifestIsNotOne() {
    for (String json : new String[] {"", "{", "[]", "{}", "{\"version\":1}"}) {
      assertThatThrownBy(() -> ComplexityHead.open(GRAPH, file("head.json", json)))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("head.json");
    }
  }

  private static String text(ModelFile file) {
    return new String(file.content(), StandardCharsets.UTF_8);
  }

  private static ModelFile file(String name, String content) {
    return new ModelFile(name, content.getBytes(StandardCharsets.UTF_8));
  }
}
