package dev.fairlead.gateway.edge;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.RequestFields;
import dev.fairlead.gateway.dialect.json.TopLevel;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code /v1/infer}: a prompt and a few wishes, read strictly.
 *
 * @param chat the prompt as a typed request
 */
record InferBody(ChatRequest chat, Controls controls) {

  private static final Set<String> KEYS =
      Set.of("prompt", "model", "policy", "max_tokens", "max_cost_usd", "latency_slo_ms");

  /** A nano-dollar; also keeps exponents out whose rounding would take minutes. */
  private static final BigDecimal MIN_USD = new BigDecimal("1e-9");

  private static final BigDecimal MAX_USD = BigDecimal.valueOf(1_000_000);

  /** Reads a body; {@link Failure.InvalidRequest} names what is wrong. */
  static InferBody read(byte[] body, ScanLimits limits) {
    JsonTape tape = JsonScanner.scan(body, limits.json());
    TopLevel members = TopLevel.of(tape, KEYS);
    for (int i = 0; i < members.count(); i++) {
      if (!KEYS.contains(members.name(i))) {
        String path = tape.pathOf(members.value(i));
        throw Failure.InvalidRequest.of(
                path,
                path + ": unknown key (expected: one of " + KEYS.stream().sorted().toList() + ")")
            .asException();
      }
    }
    InferBody read =
        new InferBody(
            chat(tape),
            new Controls(
                text(tape, "policy"), maxCost(tape), latency(tape), null, null, List.of()));
    tape.release();
    return read;
  }

  private static ChatRequest chat(JsonTape tape) {
    String prompt = text(tape, "prompt");
    if (prompt == null) {
      throw JsonExpect.missing(tape, tape.root(), "prompt", "a text");
    }
    if (prompt.isBlank()) {
      throw JsonExpect.wrongValue(tape, tape.member(tape.root(), "prompt"), "a text");
    }
    ChatRequest.Builder chat =
        ChatRequest.newBuilder()
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_USER)
                    .addContent(ContentPart.newBuilder().setText(prompt)));
    String model = text(tape, "model");
    if (model != null) {
      chat.setModel(model);
    }
    int maxTokens = tape.member(tape.root(), "max_tokens");
    if (JsonExpect.isPresent(tape, maxTokens)) {
      chat.setMaxOutputTokens(RequestFields.integer(tape, maxTokens, 1, Integer.MAX_VALUE));
    }
    return chat.build();
  }

  private static @Nullable String text(JsonTape tape, String name) {
    int value = tape.member(tape.root(), name);
    return JsonExpect.isPresent(tape, value) ? JsonExpect.string(tape, value) : null;
  }

  private static @Nullable Long maxCost(JsonTape tape) {
    int value = tape.member(tape.root(), "max_cost_usd");
    if (!JsonExpect.isPresent(tape, value)) {
      return null;
    }
    JsonExpect.kind(tape, value, Kind.NUMBER);
    BigDecimal usd = JsonExpect.decimal(tape, value);
    if (usd.compareTo(MIN_USD) < 0 || usd.compareTo(MAX_USD) > 0) {
      throw JsonExpect.wrongValue(tape, value, "USD of 0.000000001 up to 1000000");
    }
    return usd.movePointRight(9).setScale(0, RoundingMode.DOWN).longValueExact();
  }

  private static @Nullable Duration latency(JsonTape tape) {
    int value = tape.member(tape.root(), "latency_slo_ms");
    if (!JsonExpect.isPresent(tape, value)) {
      return null;
    }
    JsonExpect.kind(tape, value, Kind.NUMBER);
    double millis = JsonExpect.decimal(tape, value).doubleValue();
    if (!(millis > 0 && millis <= 3_600_000)) {
      throw JsonExpect.wrongValue(tape, value, "milliseconds above 0 up to 3600000");
    }
    return Duration.ofNanos(Math.round(millis * 1e6));
  }
}
