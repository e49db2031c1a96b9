package dev.fairlead.catalog.pricelist;

import dev.fairlead.catalog.KnownModel;
import dev.fairlead.catalog.ModelTable;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads price lists. Both forms are understood: LiteLLM's JSON, and YAML as {@code fairlead models
 * import} writes it, which is the form of the shipped table with a {@code provider} a model. All
 * methods block; what is wrong is a {@link ConfigException} that names the source.
 */
public final class PriceLists {

  /** LiteLLM's file has 1.7 million bytes; a list twenty times as long is something else. */
  private static final int MOST_BYTES = 32 << 20;

  private PriceLists() {}

  /** Reads a file. */
  public static PriceList file(Path path) {
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw tooLong(path.toString());
      }
      return parse(path.toString(), Files.readAllBytes(path), today());
    } catch (IOException e) {
      throw new ConfigException(
          path + ": cannot be read (expected: a price list that this user may read)", e);
    }
  }

  /**
   * Fetches a list by http or https, without following redirects and without proxies.
   *
   * @param timeout for the connection, and again for the whole answer
   */
  public static PriceList url(URI url, Duration timeout) {
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(ProxySelector.of(null))
            .build()) {
      try {
        HttpRequest request = HttpRequest.newBuilder(url).timeout(timeout).GET().build();
        return parse(url.toString(), body(url, client, request, timeout), today());
      } finally {
        client.shutdownNow();
      }
    }
  }

  private static byte[] body(URI url, HttpClient client, HttpRequest request, Duration timeout) {
    var pending = client.sendAsync(request, info -> new BoundedBody(MOST_BYTES));
    HttpResponse<byte[]> response;
    try {
      response = pending.get(timeout.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConfigException(url + ": interrupted", e);
    } catch (java.util.concurrent.TimeoutException e) {
      pending.cancel(true);
      throw new PriceListUnavailable(url + ": no answer within " + timeout.toMillis() + " ms", e);
    } catch (java.util.concurrent.ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof BoundedBody.TooLong) {
        throw tooLong(url.toString());
      }
      throw new PriceListUnavailable(url + ": cannot be fetched: " + cause, e);
    }
    if (response.statusCode() != 200) {
      throw new PriceListUnavailable(
          url + ": HTTP " + response.statusCode() + " (expected: 200)", null);
    }
    return response.body();
  }

  /**
   * Reads a list of either form.
   *
   * @param origin what messages call it
   * @param date of entries that say none, such as 2026-11-21
   */
  public static PriceList parse(String origin, byte[] content, String date) {
    int first = 0;
    while (first < content.length && Character.isWhitespace(content[first])) {
      first++;
    }
    if (first == content.length) {
      throw new ConfigException(origin + ": empty (expected: a price list)");
    }
    boolean json = content[first] == '{' || content[first] == '[' || content[first] == '"';
    return json
        ? LiteLlmFile.parse(origin, content, date)
        : table(origin, new String(content, StandardCharsets.UTF_8));
  }

  private static PriceList table(String origin, String yaml) {
    Map<String, List<KnownModel>> byVendor = new LinkedHashMap<>();
    List<ListedModel> listed =
        ConfigSource.parse(origin, yaml, Map.of())
            .listEntries("models", ListedModel.class, ListedModel.DEFAULTS);
    for (ListedModel model : listed) {
      byVendor
          .computeIfAbsent(model.provider(), vendor -> new java.util.ArrayList<>())
          .add(model.known());
    }
    if (listed.isEmpty()) {
      throw new ConfigException(origin + ": no models (expected: a list under `models`)");
    }
    return new PriceList(
        origin, ModelTable.of(byVendor), new ImportReport(listed.size(), 0, List.of(), Map.of()));
  }

  private static ConfigException tooLong(String origin) {
    return new ConfigException(origin + ": longer than " + MOST_BYTES + " bytes");
  }

  private static String today() {
    return LocalDate.now(java.time.ZoneOffset.UTC).toString();
  }
}
