package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TelemetrySettingsTest {

  private static final JsonMapper BINDER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .addModule(new SimpleModule().addDeserializer(Duration.class, new Seconds()))
          .build();

  @Test
  void referenceFile_agreesWithTheRecord_inEveryKeyAndDefault() throws IOException {
    assertThat(bind(reference())).isEqualTo(TelemetrySettings.defaults());
    assertThat(reference().size()).isEqualTo(TelemetrySettings.class.getRecordComponents().length);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:4317, http://localhost:4317",
    "collector.lan:4317, http://collector.lan:4317",
    "http://otel:4318, http://otel:4318",
    "https://otel.example/prefix, https://otel.example/prefix",
    "'', ''"
  })
  void endpoint_isMadeAUrl_whenGivenWithoutScheme(String given, String url) throws IOException {
    assertThat(with(node -> node.put("otlp_endpoint", given)).otlpEndpoint()).isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://otel:4317", "http://", "http://a b", "://x"})
  void endpoint_isRefused_whenNotAnHttpUrl(String given) {
    assertThatThrownBy(() -> with(node -> node.put("otlp_endpoint", given)))
        .hasMessageContaining("otlp_endpoint: " + given)
        .hasMessageContaining("expected: host:port or an http(s) URL");
  }

  @Test
  void values_areRefusedByKey_whenOutOfRange() {
    assertThatThrownBy(() -> with(node -> node.put("log_level", "LOUD")))
        .hasMessageContaining("log_level: LOUD");
    assertThatThrownBy(() -> with(node -> node.put("log_format", "xml")))
        .hasMessageContaining("log_format: xml");
    assertThatThrownBy(() -> with(node -> node.put("otlp_protocol", "udp")))
        .hasMessageContaining("otlp_protocol: udp");
    assertThatThrownBy(() -> with(node -> node.put("sampling_ratio", 1.5)))
        .hasMessageContaining("sampling_ratio: 1.5");
    assertThatThrownBy(() -> with(node -> node.put("export_queue", 0)))
        .hasMessageContaining("export_queue: 0");
    assertThatThrownBy(() -> with(node -> node.put("export_interval", "0s")))
        .hasMessageContaining("export_interval");
  }

  @Test
  void level_isAccepted_whenInLowerCase() throws IOException {
    assertThat(with(node -> node.put("log_level", "debug")).logLevel()).isEqualTo("DEBUG");
  }

  @Test
  void headers_areParsedAndKeptOutOfText_whenTheyHoldAToken() throws IOException {
    TelemetrySettings settings =
        with(node -> node.put("otlp_headers", "authorization=Bearer a=b, x-scope=dev"));

    assertThat(settings.exportHeaders())
        .containsEntry("authorization", "Bearer a=b")
        .containsEntry("x-scope", "dev");
    assertThat(settings.toString()).doesNotContain("Bearer");
    assertThatThrownBy(() -> with(node -> node.put("otlp_headers", "secret")))
        .hasMessageContaining("otlp_headers")
        .hasMessageNotContaining("secret");
  }

  private static TelemetrySettings with(Consumer<ObjectNode> change) throws IOException {
    ObjectNode tree = reference();
    change.accept(tree);
    return bind(tree);
  }

  private static TelemetrySettings bind(JsonNode tree) throws IOException {
    return BINDER.treeToValue(tree, TelemetrySettings.class);
  }

  private static ObjectNode reference() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            TelemetrySettings.class.getResourceAsStream("/fairlead/telemetry.yaml"))) {
      return (ObjectNode) new YAMLMapper().readTree(file);
    }
  }

  private static final class Seconds extends StdDeserializer<Duration> {
    Seconds() {
      super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return Duration.parse("PT" + parser.getText());
    }
  }
}
