package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LogsTest {

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
    MDC.put(CallScope.REQUEST_ID, "r-1");
    String output = logged("INFO", "text", log -> log.info("first\nINFO forged"));

    assertThat(output.lines()).hasSize(1);
    assertThat(output).contains("INFO", "r-1", "first | INFO forged");
  }

  @Test
  void line_isOneObjectWithRequestId_inJson() throws IOException {
    MDC.put(CallScope.REQUEST_ID, "r-2");
    String output = logged("INFO", "json", log -> log.warn("a \"quoted\" {}", "value"));

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
  void javaUtilLogging_goesTheSameWay_whenALibraryUsesIt() {
    String output =
        logged(
            "INFO",
            "text",
            log -> java.util.logging.Logger.getLogger("some.library").warning("by jul"));

    assertThat(output).contains("WARN", "some.library", "by jul");
  }

  private static String logged(String level, String format, Consumer<Logger> work) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    TelemetrySettings defaults = TelemetrySettings.defaults();
    Logs.apply(
        new TelemetrySettings(
            level,
            format,
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
