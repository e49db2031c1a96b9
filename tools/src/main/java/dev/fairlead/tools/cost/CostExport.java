package dev.fairlead.tools.cost;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What OpenAI says it was paid: the answer of {@code GET /v1/organization/costs} with {@code
 * group_by=line_item} (one page, or several in an array), or the dashboard's export as CSV with
 * {@code start_time} or {@code start_time_iso}, {@code amount_value} and {@code line_item} (API
 * reference, read 2026-11).
 */
final class CostExport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private CostExport() {}

  /**
   * One amount.
   *
   * @param model the vendor's name of the model, empty when the export does not group by it
   */
  record Amount(LocalDate day, String model, BigDecimal usd) {}

  static List<Amount> read(Path file) throws CostException {
    try {
      String text = Files.readString(file).strip();
      List<Amount> amounts = text.startsWith("{") || text.startsWith("[") ? json(text) : csv(text);
      if (amounts.isEmpty()) {
        throw new CostException(file + ": no costs in it", null);
      }
      return amounts;
    } catch (IOException | DateTimeException | NumberFormatException e) {
      throw new CostException(
          file + ": cannot be read (expected: OpenAI's organization costs as JSON or CSV)", e);
    }
  }

  private static List<Amount> json(String text) throws IOException, CostException {
    List<Amount> amounts = new ArrayList<>();
    JsonNode tree = JSON.readTree(text);
    for (JsonNode page : tree.isArray() ? tree : JSON.createArrayNode().add(tree)) {
      if (page.path("has_more").asBoolean() && !tree.isArray()) {
        throw new CostException(
            "the export goes on at next_page (expected: all pages, as an array of them)", null);
      }
      for (JsonNode bucket : page.path("data")) {
        LocalDate day = day(bucket.path("start_time").asText());
        for (JsonNode result : bucket.path("results")) {
          JsonNode amount = result.path("amount");
          amounts.add(
              amount(
                  day,
                  result.path("line_item").asText(""),
                  amount.path("value").asText("0"),
                  amount.path("currency").asText("usd")));
        }
      }
    }
    return amounts;
  }

  private static List<Amount> csv(String text) throws CostException {
    List<List<String>> records = Csv.parse(text);
    List<String> head = records.getFirst();
    int start =
        head.contains("start_time") ? head.indexOf("start_time") : head.indexOf("start_time_iso");
    int value = head.indexOf("amount_value");
    int item = head.indexOf("line_item");
    int currency = head.indexOf("amount_currency");
    if (start < 0 || value < 0) {
      throw new CostException(
          "the export has no column start_time and amount_value (it has " + head + ")", null);
    }
    List<Amount> amounts = new ArrayList<>();
    for (List<String> record : records.subList(1, records.size())) {
      if (record.size() == head.size() && !record.get(value).isBlank()) {
        amounts.add(
            amount(
                day(record.get(start)),
                item < 0 ? "" : record.get(item),
                record.get(value),
                currency < 0 ? "usd" : record.get(currency)));
      }
    }
    return amounts;
  }

  private static LocalDate day(String text) {
    if (text.chars().allMatch(Character::isDigit)) {
      Instant start = Instant.ofEpochSecond(Long.parseLong(text));
      return LocalDate.ofInstant(start, ZoneOffset.UTC);
    }
    return LocalDate.parse(text.substring(0, Math.min(10, text.length())));
  }

  /** A line item reads {@code gpt-4o-2024-08-06, input}. */
  private static Amount amount(LocalDate day, String item, String value, String currency)
      throws CostException {
    if (!currency.toLowerCase(Locale.ROOT).equals("usd")) {
      throw new CostException("the export is in " + currency + " (expected: usd)", null);
    }
    int comma = item.indexOf(',');
    String model = (comma < 0 ? item : item.substring(0, comma)).strip();
    return new Amount(
        day, model.toLowerCase(Locale.ROOT).replace(' ', '-'), new BigDecimal(value.strip()));
  }
}
