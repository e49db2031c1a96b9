package dev.fairlead.provider.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.fairlead.catalog.pricelist.PriceList;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PriceListSourceTest {

  private static final String LIST =
      """
      { "m": { "litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06,
               "output_cost_per_token": 2e-06 },
        "bad": 7 }
      """;

  @TempDir private Path folder = Path.of(".");

  private final List<String> warnings = new ArrayList<>();
  private final PriceListSource source = new PriceListSource();

  private PriceList read(String catalog) {
    return source.read(
        ConfigSource.parse("test.yaml", "catalog: { " + catalog + " }", Map.of()), warnings);
  }

  @Test
  void nothingIsRead_whenNothingIsConfigured() {
    assertThat(source.read(ConfigSource.parse("test.yaml", "", Map.of()), warnings))
        .isSameAs(PriceList.NONE);
    assertThat(warnings).isEmpty();
  }

  @Test
  void file_isRead_andItsMistakesAreTold() throws IOException {
    Path file = Files.writeString(folder.resolve("prices.json"), LIST);

    assertThat(read("price_file: \"" + file + "\"").table().find("openai", "m")).isPresent();
    assertThat(warnings)
        .containsExactly(file + ": 1 entries left out, the first: bad: not an object");
  }

  @Test
  void badFile_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("prices.json"), "{");

    assertThatThrownBy(() -> read("price_file: \"" + file + "\""))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("test.yaml: catalog: " + file + ": not valid JSON");
  }

  @Test
  void lastList_goesOnCounting_whenTheUrlIsGone() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = LIST.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/prices.json";
    String catalog = "price_url: \"" + url + "\"";
    try {
      assertThat(read(catalog).table().size()).isEqualTo(1);
    } finally {
      server.stop(0);
    }
    warnings.clear();

    assertThat(read(catalog).table().size()).isEqualTo(1);
    assertThat(warnings).singleElement().asString().contains(url, "the last list counts");
    warnings.clear();
    assertThat(
            new PriceListSource()
                .read(
                    ConfigSource.parse("test.yaml", "catalog: { " + catalog + " }", Map.of()),
                    warnings))
        .isSameAs(PriceList.NONE);
    assertThat(warnings).singleElement().asString().contains("only the shipped table counts");
  }

  @Test
  void metadataService_isNeverAsked() {
    assertThatThrownBy(() -> read("price_url: \"http://169.254.169.254/latest\""))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("catalog.price_url");
    assertThatThrownBy(() -> read("price_url: \"file:///etc/passwd\""))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("an http or https URL");
    assertThatThrownBy(() -> read("price_url: \"http://a.example/x\", price_file: y"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("price_file is set");
  }
}
