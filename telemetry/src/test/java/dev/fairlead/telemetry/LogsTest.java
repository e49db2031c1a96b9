package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Context;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LogsTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private static final Logger logger = LoggerFactory.getLogger(LogsTest.class);

  private final PrintStream standardOutput = System.out;

  @AfterEach
  void restore() {
    System.setOut(standardOutput);
    Logs.apply(TelemetrySettings.defaults());
    Logs.drain();
    MDC.clear();
  }

  @Test
  void line_tellsLevelRequestAndMessageOnOneLine_inText() {
    String output = inCall("r-1", "text", log -> log.info("first\nINFO forged"));

    assertThat(output.lines()).hasSize(1);
    assertThat(output).contains("INFO", "r-1", "first | INFO forged");
  }

  @Test
  void line_isOneObjectWithRequestId_inJson() throws IOException {
    String output = inCall("r-2", "json", log -> log.warn("a \"quoted\" {}", "value"));

    JsonNode line = new ObjectMapper().readTree(output);
    assertThat(line.path("level").asText()).isEqualTo("WARN");
    assertThat(line.path("formattedMessage").asText()).isEqualTo("a \"quoted\" value");
    assertThat(line.path("mdc").path("request_id").asText()).isEqualTo("r-2");
    assertThat(line.path("timestamp").asLong()).isPositive();
  }

  @Test
  void level_changesWhileRunning_whenSettingsAreAppliedAgain() {
    assertThat(logged("INFO", "text", log -> log.debug("hidden"))).isEmpty();
    assertThat(logged("DEBUG", "text", log -> log.debug("shown"))).contains("shown");
    assertThat(logged("ERROR", "text", log -> log.warn("hidden"))).isEmpty();
  }

  @Test
  void librariesLevel_staysAtInfo_whenOursIsLower() {
    Logger library = LoggerFactory.getLogger("some.library");
    String output =
        logged(
            "TRACE",
            "text",
            log -> {
              log.trace("of ours");
              library.debug("a whole request");
              library.info("started");
            });
    assertThat(output).contains("of ours", "started").doesNotContain("a whole request");
    assertThat(LogLevel.current()).isEqualTo("TRACE");

    LogLevel.change("error");
    assertThat(logger.isWarnEnabled() || library.isWarnEnabled()).isFalse();
    LogLevel.change("debug");
    assertThat(logger.isDebugEnabled()).isTrue();
    assertThat(library.isDebugEnabled()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void k2_whatACallerSays_staysOnItsLine(String format) throws IOException {
    String hostile =
        "gpt\r\n2026-01-01T00:00:00Z ERROR forged \u001b[31mred\u001b[0m \u2028x \u202eback \u0000"
            + "{\"level\":\"ERROR\"}";
    IllegalStateException thrown =
        new IllegalStateException(hostile, new IOException("cause\nERROR forged"));
    String output = logged("INFO", format, log -> log.warn("model {}", hostile, thrown));

    assertThat(output.lines().filter(line -> !line.startsWith("\tat ")))
        .noneMatch(line -> line.startsWith("2026-01-01") || line.startsWith("ERROR"))
        .allMatch(line -> line.chars().noneMatch(c -> c != '\t' && Character.isISOControl(c)));
    assertThat(output).doesNotContain("\u2028", "\u202e").contains("forged", "red");
    if (format.equals("json")) {
      assertThat(output.lines()).hasSize(1);
      JsonNode line = new ObjectMapper().readTree(output);
      assertThat(line.path("level").asText()).isEqualTo("WARN");
      assertThat(line.path("formattedMessage").asText()).contains(" | 2026-01-01");
      assertThat(line.path("throwable").path("cause").path("message").asText())
          .isEqualTo("cause | ERROR forged");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void k1_secretsAndPrompts_areTakenOut_whoeverLogsThem(String format) {
    Exception thrown = new IOException("refused: Authorization: Bearer sk-canary-of-a-vendor");
    String output =
        logged(
            "INFO",
            format,
            log ->
                LoggerFactory.getLogger("some.library")
                    .warn("sent {}", "{\"content\":\"the canary prompt\"}", thrown));

    assertThat(output).contains("some.library", "refused", "***").doesNotContain("canary");
  }

  @Test
  void line_tellsTraceAndRequest_inJson() throws IOException {
    MDC.put("library_key", "its own");
    JsonNode line =
        new ObjectMapper().readTree(inCall("r-3", "json", log -> log.info("with both")));

    assertThat(line.path("mdc").path("trace_id").asText()).isEqualTo(TRACE);
    assertThat(line.path("mdc").path("request_id").asText()).isEqualTo("r-3");
    assertThat(line.path("mdc").path("library_key").asText()).isEqualTo("its own");
  }

  @Test
  void lineOutsideOfCalls_hasNeitherId() throws IOException {
    JsonNode line = new ObjectMapper().readTree(logged("INFO", "json", log -> log.info("alone")));

    assertThat(line.path("mdc")).isEmpty();
  }

  @Test
  void javaUtilLogging_goesTheSameWay_whenALibraryUsesIt() {
    String output =
        logged(
            "INFO",
            "text",
            log -> java.util.logging.Logger.getLogger("some.library").warning("by jul"));

    assertThat(output).contains("WARN", "some.library", "by jul");
  }

  /** What is written by work of a request with that id, in a trace. */
  private static String inCall(String requestId, String format, Consumer<Logger> work) {
    SpanContext span =
        SpanContext.createFromRemoteParent(
            TRACE, "b7ad6b7169203331", TraceFlags.getDefault(), TraceState.getDefault());
    io.opentelemetry.context.Context trace =
        io.opentelemetry.context.Context.root().with(Span.wrap(span));
    Context call = CallContext.of(requestId, "acme", trace);
    return logged("INFO", format, log -> call.run(() -> work.accept(log)));
  }

  private static String logged(String level, String format, Consumer<Logger> work) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    TelemetrySettings defaults = TelemetrySettings.defaults();
    Logs.apply(
        new TelemetrySettings(
            level,
            format,
            true,
            "",
            "grpc",
            "",
            1.0,
            0,
            defaults.exportInterval(),
            defaults.exportTimeout(),
            defaults.exportQueue(),
            defaults.flushTimeout(),
            ""));
    work.accept(logger);
    Logs.drain();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
