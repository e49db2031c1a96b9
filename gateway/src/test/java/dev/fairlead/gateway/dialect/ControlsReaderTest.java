package dev.fairlead.gateway.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlsReaderTest {

  @Test
  void body_givesEveryWish_whenAllAreStated() {
    String body =
        """
        {"policy":"cheapest","max_cost_usd":0.0012345678901,"latency_slo_ms":1500,"quality_target":0.95,
         "cache_control":"no-cache, max-age=60","tags":["a","b"]}\
        """;
    assertThat(read(body))
        .isEqualTo(
            new Controls(
                "cheapest",
                1_234_567L,
                Duration.ofMillis(1500),
                0.95,
                new CacheControl(true, false, Duration.ofSeconds(60)),
                List.of("a", "b")));
  }

  @Test
  void body_givesNothing_whenMembersAreNullOrAbsent() {
    assertThat(read("{}")).isSameAs(Controls.NONE);
    assertThat(read("null")).isSameAs(Controls.NONE);
    assertThat(read("{\"policy\":null,\"tags\":null,\"cache_control\":null}"))
        .isSameAs(Controls.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"polcy\":\"x\"}                 | fairlead.polcy",
        "{\"Policy\":\"x\"}                | fairlead.Policy",
        "{\"policy\":\"\"}                 | fairlead.policy",
        "{\"max_cost_usd\":-1}             | fairlead.max_cost_usd",
        "{\"max_cost_usd\":1,\"max_cost_usd\":2} | fairlead.max_cost_usd",
        "{\"policy\":\"a\",\"p\\u006flicy\":null} | fairlead.policy",
        "{\"max_cost_usd\":1e300}          | fairlead.max_cost_usd",
        "{\"latency_slo_ms\":0}            | fairlead.latency_slo_ms",
        "{\"latency_slo_ms\":86400001}     | fairlead.latency_slo_ms",
        "{\"quality_target\":0}            | fairlead.quality_target",
        "{\"quality_target\":1.01}         | fairlead.quality_target",
        "{\"cache_control\":\"only-if-cached\"} | fairlead.cache_control",
        "{\"cache_control\":\"max-age=-1\"} | fairlead.cache_control",
        "{\"cache_ttl_s\":0}               | fairlead.cache_ttl_s",
        "{\"cache_ttl_s\":1e10}            | fairlead.cache_ttl_s",
        "{\"cache_similarity\":1.01}       | fairlead.cache_similarity",
        "{\"cache_similarity\":-0.1}       | fairlead.cache_similarity",
        "{\"cache_scope\":\"\"}            | fairlead.cache_scope",
        "{\"tags\":[\"\"]}                 | fairlead.tags",
      })
  void body_isRefusedByName_whenValueOrKeyIsWrong(String body, String param) {
    InvalidRequest refusal = Refusal.of(() -> read(body));
    assertThat(refusal.param()).isEqualTo(param);
    assertThat(refusal.message()).startsWith(param + ": ").contains("(expected: ");
  }

  @Test
  void body_isRefusedWithPath_whenTypeIsWrong() {
    assertThat(Refusal.of(() -> scanned("{\"fairlead\":{\"policy\":1}}")).param())
        .isEqualTo("fairlead.policy");
    assertThat(Refusal.of(() -> scanned("{\"fairlead\":{\"max_cost_usd\":\"1\"}}")).param())
        .isEqualTo("fairlead.max_cost_usd");
    assertThat(Refusal.of(() -> scanned("{\"fairlead\":[]}")).param()).isEqualTo("fairlead");
    assertThat(Refusal.of(() -> scanned("{\"fairlead\":{\"tags\":[\"a\",1]}}")).param())
        .isEqualTo("fairlead.tags[1]");
  }

  @Test
  void tags_areRefused_whenThereAreTooMany() {
    String seventeen = "\"t\",".repeat(16) + "\"t\"";
    assertThat(Refusal.of(() -> read("{\"tags\":[" + seventeen + "]}")).message())
        .contains("17 tags");
  }

  @Test
  void headers_giveEveryWish_whenAllAreSet() {
    Map<String, String> headers =
        Map.of(
            "X-Fairlead-Policy", "fastest_p95",
            "X-Fairlead-Max-Cost-Usd", "0.01",
            "X-Fairlead-Latency-Slo-Ms", "800",
            "X-Fairlead-Quality-Target", "1",
            "X-Fairlead-Tags", "team-a, nightly",
            "Cache-Control", "No-Store");
    assertThat(ControlsReader.fromHeaders(headers::get))
        .isEqualTo(
            new Controls(
                "fastest_p95",
                10_000_000L,
                Duration.ofMillis(800),
                1.0,
                new CacheControl(false, true, null),
                List.of("team-a", "nightly")));
  }

  @Test
  @Timeout(10)
  void a4_timeWithABillionPlaces_isTheLeastAtOnce() {
    Map<String, String> headers =
        Map.of(
            "x-litellm-timeout", "1e-999999999",
            "x-litellm-stream-timeout", "1e-2147483647",
            "x-slo-ttft-ms", "1e-999999999",
            "x-slo-tpot-ms", "1e-10");
    Duration least = Duration.ofNanos(1);
    assertThat(ControlsReader.fromHeaders(headers::get).timing())
        .isEqualTo(new Timing(least, least, least, least));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-litellm-timeout",
        "x-slo-ttft-ms",
        "X-Fairlead-Max-Cost-Usd",
        "X-Fairlead-Latency-Slo-Ms",
        "X-Fairlead-Quality-Target"
      })
  @Timeout(10)
  void a4_numberWithABillionDigits_isRefusedAtOnce(String header) {
    assertThat(
            Refusal.of(() -> ControlsReader.fromHeaders(Map.of(header, "1e999999999")::get))
                .param())
        .isEqualTo(header);
  }

  @Test
  void headers_giveNothing_whenNoneIsSet() {
    assertThat(ControlsReader.fromHeaders(name -> null)).isSameAs(Controls.NONE);
  }

  @Test
  void cacheControlHeader_ignoresDirectivesForOthers() {
    assertThat(ControlsReader.fromHeaders(Map.of("Cache-Control", "no-transform, private")::get))
        .isSameAs(Controls.NONE);
    assertThat(
            ControlsReader.fromHeaders(Map.of("Cache-Control", "private, max-age=0")::get)
                .cacheControl())
        .isEqualTo(new CacheControl(false, false, Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({
    "X-Fairlead-Max-Cost-Usd,free",
    "X-Fairlead-Max-Cost-Usd,NaN",
    "X-Fairlead-Max-Cost-Usd,1e+999999999",
    "X-Fairlead-Latency-Slo-Ms,1s",
    "X-Fairlead-Latency-Slo-Ms,1e-999999999",
    "X-Fairlead-Quality-Target,2",
    "Cache-Control,max-age=soon",
    "X-Fairlead-Cache-Ttl,0.5",
    "X-Fairlead-Cache-Similarity,high",
  })
  void header_isRefusedByName_whenValueIsWrong(String name, String value) {
    InvalidRequest refusal = Refusal.of(() -> ControlsReader.fromHeaders(Map.of(name, value)::get));
    assertThat(refusal.param()).isEqualTo(name);
    assertThat(refusal.message()).containsIgnoringCase(value);
  }

  @Test
  void cost_isRoundedDownToZero_whenTooSmallForANanoDollar() {
    assertThat(
            ControlsReader.fromHeaders(Map.of("X-Fairlead-Max-Cost-Usd", "1e-999999999")::get)
                .maxCostNanoUsd())
        .isZero();
  }

  @Test
  void cacheWishes_areReadFromBodyAndHeaders_andMergedOneByOne() {
    Controls body =
        read(
            "{\"cache_ttl_s\":60,\"cache_similarity\":0.95,\"cache_scope\":\"faq\",\"cache_control\":\"no-cache\"}");
    assertThat(body.cacheControl())
        .isEqualTo(new CacheControl(true, false, null, Duration.ofSeconds(60), 0.95, "faq"));
    Controls header =
        ControlsReader.fromHeaders(
            Map.of(
                    "X-Fairlead-Cache-Ttl", "3600",
                    "X-Fairlead-Cache-Similarity", "0.99")
                ::get);
    assertThat(body.overriddenBy(header).cacheControl())
        .isEqualTo(new CacheControl(true, false, null, Duration.ofHours(1), 0.99, "faq"));
    Controls directive = ControlsReader.fromHeaders(Map.of("Cache-Control", "max-age=5")::get);
    assertThat(body.overriddenBy(directive).cacheControl())
        .isEqualTo(
            new CacheControl(
                false, false, Duration.ofSeconds(5), Duration.ofSeconds(60), 0.95, "faq"));
    assertThat(Controls.NONE.overriddenBy(header).cacheControl())
        .isEqualTo(new CacheControl(false, false, null, Duration.ofHours(1), 0.99, null));
  }

  @Test
  void controls_takeTheOthersStatedWishes_whenOverridden() {
    Controls body = new Controls("cheapest", 5L, null, null, null, List.of("a"));
    Controls header = new Controls("canary", null, Duration.ofSeconds(1), null, null, List.of());
    assertThat(body.overriddenBy(header))
        .isEqualTo(new Controls("canary", 5L, Duration.ofSeconds(1), null, null, List.of("a")));
    assertThat(body.overriddenBy(Controls.NONE)).isSameAs(body);
  }

  private static Controls read(String object) {
    return ControlsReader.fromJson(object.getBytes(UTF_8));
  }

  private static Controls scanned(String body) {
    JsonTape tape = JsonScanner.scan(body.getBytes(UTF_8), ScanLimits.DEFAULT.json());
    return ControlsReader.fromBody(tape, tape.member(tape.root(), "fairlead"));
  }
}
