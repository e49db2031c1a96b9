package dev.fairlead.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.GetModelInfoRequest;
import dev.fairlead.v1.GetModelInfoResponse;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service with the shipped models. */
class ScorerNodeTest {

  private static ScorerHarness harness;

  @BeforeAll
  static void start() throws IOException {
    ScorerConfig config = ScorerHarness.config("{}");
    harness = ScorerHarness.start(OnnxTextScorer.open(config), "{}");
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  @Test
  void modelInfo_saysWhatIsLoaded() {
    GetModelInfoResponse info =
        harness.blocking().getModelInfo(GetModelInfoRequest.getDefaultInstance());

    assertThat(info)
        .returns("all-MiniLM-L6-v2", GetModelInfoResponse::getEncoder)
        .returns(384, GetModelInfoResponse::getDimensions)
        .returns(128, GetModelInfoResponse::getAnalyzeMaxTokens)
        .returns(256, GetModelInfoResponse::getEmbedMaxTokens)
        .returns("1.26.0", GetModelInfoResponse::getRuntimeVersion);
    assertThat(info.getHeadVersion()).isNotEmpty();
  }

  @Test
  void analyze_givesEverything_whenTheEmbeddingIsAskedFor() {
    AnalyzeResponse response = analyze("How do I sort a list in Python?", true);

    assertThat(response.getComplexity()).isBetween(0.0, 1.0);
    assertThat(response.getExpectedGain()).isBetween(0.0, 1.0);
    assertThat(response.getFeaturesList())
        .hasSize(45)
        .allSatisfy(f -> assertThat(f.getName()).isNotEmpty());
    assertThat(response.getEmbeddingList()).hasSize(384);
    assertThat(response.getTokenCount()).isEqualTo(11);
    assertThat(response.getTruncated()).isFalse();
    assertThat(response.getModelFingerprint()).isNotEmpty();
  }

  @Test
  void analyze_hasComplexityZeroAndNoEmbedding_whenTheTextIsEmpty() {
    assertThat(analyze("", true))
        .returns(0.0, AnalyzeResponse::getComplexity)
        .returns(0, AnalyzeResponse::getEmbeddingCount)
        .returns(2, AnalyzeResponse::getTokenCount);
  }

  @Test
  void analyze_cutsAt128Tokens_andEmbedAt256() {
    String text = "word ".repeat(300);

    assertThat(analyze(text, false))
        .returns(128, AnalyzeResponse::getTokenCount)
        .returns(true, AnalyzeResponse::getTruncated);
    assertThat(embed(text).getEmbeddings(0).getTokenCount()).isEqualTo(256);
    assertThat(embed(text).getEmbeddings(0).getTruncated()).isTrue();
  }

  @Test
  void embed_givesTheSameVector_whereverTheTextStands() {
    EmbedResponse response = embed("alpha", "a much longer text about beta ".repeat(20), "alpha");

    assertThat(response.getEmbeddings(2)).isEqualTo(response.getEmbeddings(0));
    assertThat(embed("alpha").getEmbeddings(0)).isEqualTo(response.getEmbeddings(0));
    assertThat(response.getModelFingerprint())
        .isNotEqualTo(analyze("alpha", false).getModelFingerprint());
  }

  @Test
  void embed_namesTheText_whenOneIsEmptyTooLongOrTooMany() {
    assertThat(failure(EmbedRequest.getDefaultInstance()))
        .returns("texts", Failure.InvalidRequest::param);
    assertThat(
            failure(EmbedRequest.newBuilder().addAllTexts(Collections.nCopies(2_049, "a")).build())
                .message())
        .contains("2049", "1..2048");
    assertThat(failure(EmbedRequest.newBuilder().addTexts("a").addTexts("").build()))
        .returns("texts[1]", Failure.InvalidRequest::param);
    assertThat(
            failure(EmbedRequest.newBuilder().addTexts("a".repeat((1 << 20) + 1)).build())
                .message())
        .contains("1048577");
  }

  @Test
  void analyze_takesOneMebibyte_andRefusesOneByteMore() {
    assertThat(analyze("a".repeat(1 << 20), false).getTruncated()).isTrue();
    assertThatThrownBy(() -> analyze("a".repeat((1 << 20) + 1), false))
        .satisfies(e ->
            assertThat(FailureStatus.fromThrowable(e)).isInstanceOf(Failure.InvalidRequest.class));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0301", "\u0000", "\uD83D\uDE00", "[", "\n"})
  void analyze_answers_whenTheTextIsOdd(String unit) {
    assertThat(analyze(unit.repeat(100_000), true).getComplexity()).isBetween(0.0, 1.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Объясни, почему небо голубое.",
        "请解释量子纠缠，并举一个例子。",
        "اشرح نظرية فيثاغورس خطوة بخطوة",
        "यह समझाइए कि वर्षा कैसे होती है",
        "อธิบายว่าทำไมท้องฟ้าเป็นสีฟ้า",
        "Erkläre den Unterschied zwischen Straße und Weg.",
        "\uD83D\uDE00 \uD83C\uDDE9\uD83C\uDDEA \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67"
      })
  void analyze_answers_inEveryLanguage(String text) {
    assertThat(analyze(text, true))
        .satisfies(response -> assertThat(response.getComplexity()).isBetween(0.0, 1.0))
        .returns(384, AnalyzeResponse::getEmbeddingCount);
  }

  @Test
  void analyze_isRefused_whenTheTextIsNotUtf8_andTheNextOneIsAnswered() {
    MethodDescriptor<byte[], AnalyzeResponse> bytes =
        ScorerServiceGrpc.getAnalyzeMethod().<byte[], AnalyzeResponse>toBuilder(
                new RawBytes(), ScorerServiceGrpc.getAnalyzeMethod().getResponseMarshaller())
            .build();
    // Field 1 (text), two bytes that begin no character.
    byte[] message = {0x0A, 2, (byte) 0xFF, (byte) 0xFE};

    assertThatThrownBy(() ->
            ClientCalls.blockingUnaryCall(
                harness.blocking().getChannel(), bytes, CallOptions.DEFAULT, message))
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(analyze("still there", false).getComplexity()).isBetween(0.0, 1.0);
  }

  /** A request as it is on the wire. */
  private static final class RawBytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("only for requests");
    }
  }

  @Test
  void start_refusesAModelThatGivesNoNumbers(@TempDir Path folder) throws IOException {
    poison(folder);

    assertThatThrownBy(() -> start("encoder_path", folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("scorer.encoder_path")
        .hasMessageContaining("NaN");
  }

  @Test
  void calls_fail_whenAModelGivesNoNumbers(@TempDir Path folder) throws IOException {
    poison(folder);
    String yaml = "{ encoder_path: \"" + folder + "\" }";
    try (ScorerHarness broken =
        ScorerHarness.start(OnnxTextScorer.open(ScorerHarness.config(yaml)), yaml)) {
      AnalyzeRequest analyze = AnalyzeRequest.newBuilder().setText("anything").build();
      EmbedRequest embed = EmbedRequest.newBuilder().addTexts("anything").build();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> broken.blocking().analyze(analyze))
            .satisfies(e ->
                assertThat(FailureStatus.fromThrowable(e)).isInstanceOf(Failure.Internal.class));
        assertThatThrownBy(() -> broken.blocking().embed(embed))
            .satisfies(e ->
                assertThat(FailureStatus.fromThrowable(e)).isInstanceOf(Failure.Internal.class));
      }
    }
  }

  /** The shipped encoder, whose first normalisation multiplies by NaN. */
  private static void poison(Path folder) throws IOException {
    byte[] model = ModelFile.resource("/all-minilm-l6-v2-q.onnx").content().clone();
    // End of the initializer's name, then raw data (field 9) of 384 floats.
    byte[] before = {
      'L', 'a', 'y', 'e', 'r', 'N', 'o', 'r', 'm', '.', 'w', 'e', 'i', 'g', 'h', 't'
    };
    byte[] weights = {0x4A, (byte) 0x80, 0x0C};
    int poisoned = 0;
    for (int i = 0; i + before.length + weights.length + 1_536 < model.length; i++) {
      int data = i + before.length;
      if (Arrays.equals(model, i, data, before, 0, before.length)
          && Arrays.equals(model, data, data + weights.length, weights, 0, weights.length)) {
        Arrays.fill(model, data + weights.length, data + weights.length + 1_536, (byte) 0xFF);
        poisoned++;
      }
    }
    assertThat(poisoned).isPositive();
    Files.write(folder.resolve("model.onnx"), model);
    Files.write(
        folder.resolve("tokenizer.json"),
        ModelFile.resource("/all-minilm-l6-v2-q-tokenizer.json").content());
  }

  @Test
  void start_namesTheFile_whenAModelIsMissingOrDamaged(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> start("head_path", folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("complexity-head.onnx");
    Files.writeString(folder.resolve("model.onnx"), "not a model");
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertThatThrownBy(() -> start("encoder_path", folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("tokenizer.json");
  }

  @Test
  void node_isReadyWhenStarted_andNotWhenClosed() {
    ScorerNode node =
        ScorerNode.start(
            ConfigSource.parse("test", "", Map.of()),
            new SimpleMeterRegistry(),
            OpenTelemetry.noop().getTracer("test"));

    assertThat(node.ready()).isTrue();
    assertThat(node.name()).isEqualTo("scorer-service");
    node.close();
    assertThat(node.ready()).isFalse();
  }

  private static void start(String key, Path folder) {
    ConfigSource config =
        ConfigSource.parse("test", "scorer: { " + key + ": \"" + folder + "\" }", Map.of());
    ScorerNode.start(config, new SimpleMeterRegistry(), OpenTelemetry.noop().getTracer("test"))
        .close();
  }

  private static AnalyzeResponse analyze(String text, boolean withEmbedding) {
    return harness
        .blocking()
        .analyze(AnalyzeRequest.newBuilder().setText(text).setWithEmbedding(withEmbedding).build());
  }

  private static EmbedResponse embed(String... texts) {
    return harness.blocking().embed(EmbedRequest.newBuilder().addAllTexts(List.of(texts)).build());
  }

  private static Failure.InvalidRequest failure(EmbedRequest request) {
    try {
      harness.blocking().embed(request);
    } catch (StatusRuntimeException e) {
      return (Failure.InvalidRequest) FailureStatus.fromThrowable(e);
    }
    throw new AssertionError("was accepted");
  }
}
