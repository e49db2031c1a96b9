package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.ScriptedVendor;
import dev.fairlead.standalone.deployment.ScriptedVendor.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/**
 * A key that a vendor tells back, in whatever error and form, appears in no answer, log line of
 * ours (at TRACE), metric or status.
 */
class KeySecrecyTest {

  private static final String KEY = "sk-canary-Zx81-of-the-vendor";
  private static final String ADMIN = "canary-admin-token";
  private static final ScriptedVendor VENDOR = new ScriptedVendor();
  private static final Logger OURS = (Logger) LoggerFactory.getLogger("dev.fairlead");
  private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();

  private static Standalone standalone;
  private static GatewayClient client;

  @BeforeAll
  static void start() {
    LOG.start();
    OURS.addAppender(LOG);
    String yaml =
        """
        server: { port: 0, grpc_port: -1 }
        providers:
          openai: { kind: openai, base_url: "%1$s/v1", api_key: "%2$s" }
          anthropic: { kind: anthropic, base_url: "%1$s", api_key: "%2$s" }
          gemini: { kind: gemini, base_url: "%1$s", api_key: "%2$s" }
          aws: { kind: bedrock, base_url: "%1$s", region: us-east-1, access_key_id: AKIACANARY,
                 secret_access_key: "%2$s" }
        models:
          - { id: openai, provider: openai, upstream: m-openai, price: { input: 1, output: 1 } }
          - { id: anthropic, provider: anthropic, upstream: m-anthropic, price: { input: 1, output: 1 } }
          - { id: gemini, provider: gemini, upstream: m-gemini, price: { input: 1, output: 1 } }
          - { id: aws, provider: aws, upstream: m-aws, price: { input: 1, output: 1 } }
        provider:
          retry: { max_retries: 1, base_backoff: 1ms }
          breaker: { window: 5000, minimum_calls: 5000, consecutive_failures: 5000 }
        """
            .formatted(VENDOR.root(), KEY);
    standalone =
        Standalone.start(
            ConfigSource.parse(
                "keys.yaml", yaml, Map.of("ADMIN_TOKEN", ADMIN, "LOG_LEVEL", "TRACE")));
    client = new GatewayClient(standalone.httpPort());
    Deployment.awaitReady(client, () -> "");
  }

  @AfterAll
  static void stop() {
    client.close();
    standalone.close();
    VENDOR.close();
    OURS.setLevel(null);
    OURS.detachAppender(LOG);
  }

  @ParameterizedTest
  @CsvSource({
    "openai, 400",
    "openai, 401",
    "openai, 403",
    "openai, 404",
    "openai, 429",
    "openai, 500",
    "anthropic, 400",
    "anthropic, 401",
    "anthropic, 403",
    "anthropic, 429",
    "anthropic, 529",
    "gemini, 400",
    "gemini, 401",
    "gemini, 403",
    "gemini, 429",
    "gemini, 500",
    "aws, 400",
    "aws, 403",
    "aws, 429",
    "aws, 500",
    "openai, 200",
    "anthropic, 200",
    "gemini, 200",
    "aws, 200"
  })
  void keyThatAVendorTellsBack_staysInside(String model, int status) {
    String name = model + "-" + status;
    String error =
        "{\"type\":\"error\",\"message\":\"bad key"
            + " %1$s\",\"error\":{\"type\":\"invalid_request_error\","
            + "\"status\":\"INVALID_ARGUMENT\",\"code\":\"%1$s\",\"param\":\"%1$s\",\"message\":\"Incorrect"
            + " API key provided: %1$s. Header: Bearer %1$s\"}}";
    VENDOR.when(
        name, new Reply(status, "x-request-id: " + KEY + "\nretry-after: 0", error.formatted(KEY)));
    for (String path : List.of("/v1/chat/completions", "/v1/messages", "/v1/responses")) {
      String input = path.endsWith("responses") ? "input" : "messages";
      for (boolean stream : new boolean[] {false, true}) {
        Answer answer =
            client.post(
                path,
                ("{\"model\":\"%s\",\"max_tokens\":9,\"stream\":%s,\"%s\":"
                        + "[{\"role\":\"user\",\"content\":\"[[%s]] %s %s\"}]}")
                    .formatted(model, stream, input, name, path, stream)
                    .replace(
                        input.equals("input") ? "\"max_tokens\"" : "\"none\"",
                        "\"max_output_tokens\""),
                "cache-control",
                "no-store");

        assertThat(answer.body() + answer.headers().map()).as(path).doesNotContain(KEY);
      }
    }
    assertThat(client.get("/metrics").body()).doesNotContain(KEY);
    assertThat(client.get("/health").body()).doesNotContain(KEY);
    assertThat(client.get("/v1/admin/status", "authorization", "Bearer " + ADMIN).body())
        .doesNotContain(KEY);
    assertThat(client.get("/v1/admin/config", "authorization", "Bearer " + ADMIN).body())
        .doesNotContain(KEY)
        .doesNotContain(ADMIN);
    assertThat(logged()).doesNotContain(KEY).doesNotContain(ADMIN);
  }

  @Test
  void logs_areReallySeen() {
    OURS.trace("seen at TRACE");
    assertThat(logged()).contains("seen at TRACE");
  }

  private static String logged() {
    return List.copyOf(LOG.list).stream()
        .map(event ->
            event.getFormattedMessage()
                + event.getMDCPropertyMap()
                + (event.getThrowableProxy() == null
                    ? ""
                    : ThrowableProxyUtil.asString(event.getThrowableProxy())))
        .collect(Collectors.joining("\n"));
  }
}
