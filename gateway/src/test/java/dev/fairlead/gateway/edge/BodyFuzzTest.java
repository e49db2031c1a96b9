package dev.fairlead.gateway.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.ControlsReader;
import dev.fairlead.gateway.dialect.Mutations;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.openai.OpenAiEmbeddingsCodec;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The bodies that are not a dialect's, mutated: each is read or refused, and in no time; what once
 * broke one is tried first.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BodyFuzzTest {

  private static final int ROUNDS = 4_000;
  private static final OpenAiEmbeddingsCodec EMBEDDINGS =
      new OpenAiEmbeddingsCodec(ScanLimits.DEFAULT);

  private enum Body {
    INFER(
        "{\"prompt\":\"hi\",\"model\":\"small\",\"policy\":\"cheapest\",\"max_tokens\":5,"
            + "\"max_cost_usd\":0.01,\"latency_slo_ms\":1e3}",
        body -> InferBody.read(body, ScanLimits.DEFAULT)),
    BATCH(
        "{\"requests\":[{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]},"
            + "{\"prompt\":\"b\",\"max_tokens\":3}]}",
        body -> BatchBody.read(body, ScanLimits.DEFAULT, 10)),
    FEEDBACK("{\"request_id\":\"r-1\",\"rating\":0.5,\"comment\":\"good\"}", FeedbackBody::read),
    EMBEDDING(
        "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"dimensions\":3,\"encoding_format\":\"base64\"}",
        EMBEDDINGS::scan),
    CONTROLS(
        "{\"policy\":\"cheapest\",\"max_cost_usd\":0.5,\"latency_slo_ms\":3,\"quality_target\":0.5,"
            + "\"ttft_slo_ms\":1.5,\"tags\":[\"a\",\"b\"],\"cache_control\":\"no-store\"}",
        ControlsReader::fromJson);

    private final byte[] sample;
    private final Consumer<byte[]> reader;

    Body(String sample, Consumer<byte[]> reader) {
      this.sample = sample.getBytes(UTF_8);
      this.reader = reader;
    }

    boolean takes(byte[] input) {
      try {
        reader.accept(input);
        return true;
      } catch (FailureException e) {
        assertThat(e.failure()).isInstanceOf(Failure.InvalidRequest.class);
        return false;
      } catch (RuntimeException | StackOverflowError e) {
        throw Mutations.broke(name(), "bodies", input, e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Body.class)
  void mutatedBodies_areReadOrRefused(Body body) {
    Random random = new Random(11);
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      accepted += body.takes(Mutations.of(body.sample, random)) ? 1 : 0;
    }
    assertThat(accepted).isPositive();
  }

  @Test
  void corpus_neverBreaksABodyAgain() throws Exception {
    for (byte[] input : Mutations.corpus("bodies")) {
      for (Body body : Body.values()) {
        body.takes(input);
      }
    }
  }
}
