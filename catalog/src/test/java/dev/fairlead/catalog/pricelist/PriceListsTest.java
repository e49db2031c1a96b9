package dev.fairlead.catalog.pricelist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.KnownModel;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.PriceConfig;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.config.ConfigException;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceListsTest {

  /** The form of LiteLLM's file, with made-up models and prices. */
  private static final String LIST =
      """
      {
        "sample_spec": { "max_tokens": "LEGACY", "mode": "one of: chat, embedding",
          "litellm_provider": "one of https://docs.litellm.ai/docs/providers",
          "input_cost_per_token": 0.0 },
        "alpha-1": { "litellm_provider": "openai", "mode": "chat", "max_input_tokens": 1000,
          "max_output_tokens": 100, "max_tokens": 100,
          "input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07,
          "cache_read_input_token_cost": 7.5e-08, "input_cost_per_token_batches": 7.5e-08,
          "output_cost_per_token_priority": 1e-06, "supports_function_calling": true,
          "supports_vision": false, "source": "https://example.com/prices" },
        "gemini/beta-pro": { "litellm_provider": "gemini", "mode": "chat",
          "max_input_tokens": 1048576, "input_cost_per_token": 1.25e-06,
          "input_cost_per_token_above_200k_tokens": 2.5e-06,
          "output_cost_per_token": 1e-05, "output_cost_per_token_above_200k_tokens": 1.5e-05,
          "cache_read_input_token_cost": 1.25e-07,
          "cache_read_input_token_cost_above_200k_tokens": 2.5e-07,
          "output_cost_per_reasoning_token": 3e-05 },
        "together_ai/org/gamma": { "litellm_provider": "together_ai", "mode": "chat",
          "input_cost_per_token": "2e-07", "output_cost_per_token": 2e-07 },
        "bedrock/us-east-1/delta-v1:0": { "litellm_provider": "bedrock", "mode": "chat",
          "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06 },
        "delta-v1:0": { "litellm_provider": "bedrock_converse", "mode": "chat",
          "input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06 },
        "epsilon-embed": { "litellm_provider": "openai", "mode": "embedding",
          "input_cost_per_token": 2e-08, "max_input_tokens": 8191 },
        "painter": { "litellm_provider": "openai", "mode": "image_generation",
          "output_cost_per_image": 0.04 },
        "free-of-price": { "litellm_provider": "openai", "mode": "chat" },
        "below-zero": { "litellm_provider": "openai", "mode": "chat",
          "input_cost_per_token": -1e-06 },
        "words": { "litellm_provider": "openai", "mode": "chat",
          "input_cost_per_token": "cheap" },
        "huge": { "litellm_provider": "openai", "mode": "chat",
          "input_cost_per_token": 1e999999999 },
        "tiny": { "litellm_provider": "openai", "mode": "chat",
          "input_cost_per_token": 1e-999999999 },
        "nothing": { "litellm_provider": "openai", "mode": "chat",
          "input_cost_per_token": 0e999999999 },
        "not-an-object": 7
      }
      """;

  @TempDir private Path folder = Path.of(".");

  private static PriceList parse(String text) {
    return PriceLists.parse("list.json", text.getBytes(StandardCharsets.UTF_8), "2026-11-21");
  }

  private static Price price(PriceList list, String vendor, String name) {
    KnownModel model = list.table().find(vendor, name).orElseThrow();
    return Objects.requireNonNull(model.price()).toPrice();
  }

  @Test
  void price_isExactlyTheDecimalInTheFile() {
    KnownModel alpha = parse(LIST).table().find("openai", "alpha-1").orElseThrow();
    PriceConfig price = Objects.requireNonNull(alpha.price());

    assertThat(price.input()).isEqualByComparingTo(new BigDecimal("0.15"));
    assertThat(price.output()).isEqualByComparingTo(new BigDecimal("0.6"));
    assertThat(price.cachedInput()).isEqualByComparingTo(new BigDecimal("0.075"));
    assertThat(price.toPrice().cacheWriteNanoUsdPerMillion())
        .as("as input where the list says nothing")
        .isEqualTo(150_000_000);
    assertThat(alpha.contextWindow()).isEqualTo(1000);
    assertThat(alpha.maxOutputTokens()).isEqualTo(100);
    assertThat(alpha.capabilities()).containsExactly(Capability.TOOLS);
    assertThat(alpha.source()).isEqualTo("https://example.com/prices");
    assertThat(alpha.date()).isEqualTo("2026-11-21");
  }

  @Test
  void longContextRates_areTaken() {
    Price price = price(parse(LIST), "gemini", "beta-pro");

    assertThat(price.costNanoUsd(new TokenUsage(200_000, 100_000, 0, 10, 0, false)))
        .isEqualTo(125_000_000 + 12_500_000 + 100_000);
    assertThat(price.costNanoUsd(new TokenUsage(200_001, 100_001, 0, 10, 0, false)))
        .isEqualTo(250_000_000 + 25_000_250 + 150_000);
  }

  @Test
  void prefixes_areResolved_andRegionsLeftOut() {
    PriceList list = parse(LIST);

    assertThat(price(list, "together", "org/gamma").inputNanoUsdPerMillion())
        .isEqualTo(200_000_000);
    assertThat(price(list, "bedrock", "delta-v1:0").outputNanoUsdPerMillion())
        .isEqualTo(4_000_000_000L);
    assertThat(list.table().ofVendor("bedrock")).hasSize(1);
    assertThat(list.table().find("openai", "epsilon-embed").orElseThrow().capabilities())
        .containsExactly(Capability.EMBEDDINGS);
  }

  @Test
  void report_saysWhatWasLost() {
    ImportReport report = parse(LIST).report();

    assertThat(report.models()).isEqualTo(5);
    assertThat(report.skipped()).as("a region, an image model, one without a price").isEqualTo(3);
    assertThat(report.notExpressed())
        .containsEntry("_batches", 1)
        .containsEntry("_priority", 1)
        .containsEntry("output_cost_per_reasoning_token", 1);
    assertThat(report.problems())
        .hasSize(6)
        .anyMatch(problem -> problem.startsWith("below-zero: price.input: -1 "))
        .anyMatch(problem ->
            problem.equals("words.input_cost_per_token: cheap (expected: a number, USD per token)"))
        .anyMatch(problem -> problem.startsWith("huge: price.input"))
        .anyMatch(problem -> problem.startsWith("tiny: price.input"))
        .anyMatch(problem -> problem.startsWith("nothing: price.input"))
        .contains("not-an-object: not an object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|empty (expected: a price list)",
        "{|not valid JSON",
        "[]|not an object (expected: an object of models)",
        "{}|no model with a price",
        "{\"sample_spec\":{}}|no model with a price",
        "{\"a\":{},\"a\":{}}|Duplicate",
        "{} {}|more after the end",
        "models: []|no models",
        "models: [ { id: m, price: { input: 1 } } ]|models[].provider: missing",
        "<html>|expected: a mapping of sections"
      })
  void badList_isRefused_sayingWhy(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("list.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void ownForm_isRead() {
    PriceList list =
        parse(
            """
            models:
              - { id: m, provider: groq, price: { input: 0.1, output: 0.2 }, context_window: 5 }
            """);

    assertThat(price(list, "groq", "m")).isEqualTo(Price.of(100_000_000, 200_000_000));
  }

  @Test
  void file_isNamed_whenItCannotBeRead() throws IOException {
    Path file = Files.writeString(folder.resolve("prices.json"), LIST);

    assertThat(PriceLists.file(file).report().models()).isEqualTo(5);
    assertThatThrownBy(() -> PriceLists.file(folder.resolve("none.json")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.json: cannot be read");
  }

  @Test
  void url_isFetched() throws IOException {
    try (Site site = new Site(200, LIST.getBytes(StandardCharsets.UTF_8))) {
      PriceList list = PriceLists.url(site.address(), Duration.ofSeconds(10));

      assertThat(list.origin()).isEqualTo(site.address().toString());
      assertThat(list.table().size()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 500, 302})
  void url_isUnavailable_whenItDoesNotAnswer200(int status) throws IOException {
    try (Site site = new Site(status, new byte[0])) {
      assertThatThrownBy(() -> PriceLists.url(site.address(), Duration.ofSeconds(10)))
          .isInstanceOf(PriceListUnavailable.class)
          .hasMessageContaining("HTTP " + status);
    }
  }

  @Test
  void url_isUnavailable_whenNobodyListensOrAnswers() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      URI address = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");

      assertThatThrownBy(() -> PriceLists.url(address, Duration.ofMillis(200)))
          .isInstanceOf(PriceListUnavailable.class);
    }
    try (Site site = new Site(200, new byte[0])) {
      URI gone = site.address();
      site.close();
      assertThatThrownBy(() -> PriceLists.url(gone, Duration.ofSeconds(10)))
          .isInstanceOf(PriceListUnavailable.class);
    }
  }

  @Test
  void url_isRefused_whenItsAnswerDoesNotEnd() throws IOException {
    try (Site site = new Site(200, new byte[(32 << 20) + 1])) {
      assertThatThrownBy(() -> PriceLists.url(site.address(), Duration.ofSeconds(30)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("longer than 33554432 bytes");
    }
  }

  /** A web server with one page. */
  private static final class Site implements AutoCloseable {
    private final HttpServer server;

    Site(int status, byte[] body) throws IOException {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      server.createContext(
          "/",
          exchange -> {
            exchange.getResponseHeaders().set("location", "http://127.0.0.1:9/");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            try (var out = exchange.getResponseBody()) {
              out.write(body);
            }
          });
      server.start();
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/prices.json");
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
