package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.Embedding;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a broken encoder's vectors. */
class EmbeddingsTest {

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
  }

  private static HttpResponse<String> embed(String encoding) {
    String body = "{\"input\":[\"one\",\"two\"],\"encoding_format\":\"%s\"}".formatted(encoding);
    return Http.send(
        HttpRequest.newBuilder(URI.create(backends.url("/v1/embeddings")))
            .timeout(Duration.ofSeconds(10))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  static Stream<Named<Consumer<EmbedResponse.Builder>>> defects() {
    return Stream.of(
        Named.of("NaN", defect(vector -> vector.setValues(1, Float.NaN))),
        Named.of("infinity", defect(vector -> vector.setValues(383, Float.NEGATIVE_INFINITY))),
        Named.of("too short", defect(vector -> vector.clearValues().addValues(1))),
        Named.of("too long", defect(vector -> vector.addValues(1))),
        Named.of("empty", defect(Embedding.Builder::clearValues)),
        Named.of("one too few", response -> response.removeEmbeddings(1)),
        Named.of("one too many", response -> response.addEmbeddings(response.getEmbeddings(0))));
  }

  private static Consumer<EmbedResponse.Builder> defect(Consumer<Embedding.Builder> second) {
    return response -> second.accept(response.getEmbeddingsBuilder(1));
  }

  @ParameterizedTest
  @MethodSource("defects")
  void h2_unusableVectors_areAFailure_thatIsTold(Consumer<EmbedResponse.Builder> defect) {
    backends.scorer.breakEmbeddings = defect;
    for (String encoding : new String[] {"float", "base64"}) {
      HttpResponse<String> response = embed(encoding);
      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(response.body()).contains("\"error\"");
    }
  }

  @Test
  void vectors_areAnswered_whenTheyAreWhole() {
    HttpResponse<String> response = embed("float");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("\"index\":1");
  }
}
