package dev.fairlead.gateway.ledger;

import dev.fairlead.catalog.TokenUsage;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;

/** Rows to try a ledger with. */
final class LedgerRows {

  static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123456Z");

  private LedgerRows() {}

  static Draft row() {
    return new Draft();
  }

  /** A row that a test changes where it matters. */
  static final class Draft {
    private Instant at = NOON;
    private String requestId = "request";
    private LedgerRow.Payer payer = new LedgerRow.Payer("acme", "search", "key-1");
    private List<String> tags = List.of();
    private String model = "small";
    private String modelAsked = "auto";
    private String policy = "complexity";
    private String cache = "miss";
    private String status = "success";
    private long cost = 1000;
    private long saved = 500;
    private long completionTokens = 20;
    private List<LedgerRow.Try> tries = List.of();
    private long price = 150;
    private OptionalDouble expectedQuality = OptionalDouble.empty();
    private String serviceLevel = "";

    Draft at(Instant value) {
      at = value;
      return this;
    }

    Draft requestId(String value) {
      requestId = value;
      return this;
    }

    Draft payer(String tenant, String team, String key) {
      payer = new LedgerRow.Payer(tenant, team, key);
      return this;
    }

    Draft tags(String... values) {
      tags = List.of(values);
      return this;
    }

    Draft model(String value) {
      model = value;
      return this;
    }

    Draft modelAsked(String value) {
      modelAsked = value;
      return this;
    }

    Draft cache(String value) {
      cache = value;
      return this;
    }

    Draft status(String value) {
      status = value;
      return this;
    }

    Draft cost(long value) {
      cost = value;
      return this;
    }

    Draft saved(long value) {
      saved = value;
      return this;
    }

    Draft completionTokens(long value) {
      completionTokens = value;
      return this;
    }

    Draft worth(double quality, String level) {
      expectedQuality = OptionalDouble.of(quality);
      serviceLevel = level;
      return this;
    }

    Draft price(long value) {
      price = value;
      return this;
    }

    Draft failedTry(String triedModel, long triedCost) {
      tries =
          List.of(
              new LedgerRow.Try(
                  1, triedModel, "fake", "malformed", TokenUsage.of(10, 5), triedCost));
      cost += triedCost;
      return this;
    }

    LedgerRow build() {
      return new LedgerRow(
          UUID.randomUUID().toString(),
          requestId,
          at,
          payer,
          tags,
          new LedgerRow.Route(
              modelAsked,
              model,
              policy,
              "low_complexity",
              "cheap",
              "text_short",
              OptionalDouble.of(0.25),
              cache,
              OptionalDouble.empty()),
          new LedgerRow.Bill(
              TokenUsage.of(100, completionTokens),
              "reported",
              cost,
              tries,
              cost + saved,
              saved,
              OptionalLong.of(price),
              OptionalLong.of(4 * price)),
          new LedgerRow.Timing(5000, OptionalLong.of(900), 1),
          new LedgerRow.Outcome(
              status,
              status.equals("success") ? "" : "upstream_unavailable",
              expectedQuality,
              serviceLevel),
          "0af7651916cd43dd8448eb211c80319c",
          null);
    }
  }
}
