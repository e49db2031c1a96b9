package dev.fairlead.gateway.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.openai.OpenAiChatCodec;
import dev.fairlead.gateway.pipeline.CallScope;
import io.grpc.Context;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatchRunTest {

  private static final DialectCodec CHAT = new OpenAiChatCodec(ScanLimits.DEFAULT);

  /** Reads no request that says boom, and no reason for it. */
  private static DialectCodec broken() {
    return (DialectCodec)
        Proxy.newProxyInstance(
            BatchRunTest.class.getClassLoader(),
            new Class<?>[] {DialectCodec.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("scan")
                  && new String((byte[]) arguments[0], UTF_8).contains("boom")) {
                throw new IllegalStateException("not foreseen");
              }
              try {
                return method.invoke(CHAT, arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            });
  }

  @Test
  @SuppressWarnings("NullAway") // None of the requests gets as far as the pipeline.
  void requestThatCannotBeRead_forAReasonNobodyForesaw_failsAlone() throws Exception {
    String requests =
        "{\"requests\":[{\"messages\":\"boom\"},{\"messages\":[]},{\"messages\":\"boom\"}]}";
    try (ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor()) {
      CallScope scope = CallScope.open(Context.ROOT, Duration.ofMinutes(1), loop, loop);
      BatchRun run =
          new BatchRun(
              BatchBody.read(requests.getBytes(UTF_8), ScanLimits.DEFAULT, 10),
              new BatchRun.BatchCodecs(broken(), CHAT),
              RequestHeaders.of(HttpMethod.POST, "/v1/batch"),
              null,
              scope,
              loop);
      JsonNode batch =
          new ObjectMapper()
              .readTree(run.start(1).aggregate().get(10, TimeUnit.SECONDS).contentUtf8());
      assertThat(batch.path("results").findValuesAsText("status"))
          .containsExactly("500", "400", "500");
      assertThat(batch.at("/results/0/error/message").asText()).isEqualTo("internal error");
      assertThat(batch.path("failed").asInt()).isEqualTo(3);
      assertThat(scope.isCancelled()).isTrue();
    }
  }
}
