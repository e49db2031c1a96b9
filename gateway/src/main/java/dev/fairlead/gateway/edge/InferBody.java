package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code /v1/infer}: a prompt and a few wishes, read strictly.
 *
 * @param chat the prompt as a typed request
 */
record InferBody(ChatRequest chat, Controls controls) {

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final Set<String> KEYS =
      Set.of("prompt", "model", "policy", "max_tokens", "max_cost_usd", "latency_slo_ms");

  /** A nano-dollar; also keeps exponents out whose rounding would take minutes. */
  private static final BigDecimal MIN_USD = new BigDecimal("1e-9");

  private static final BigDecimal MAX_USD = BigDecimal.valueOf(1_000_000);

  /** Reads a body; {@link Failure.InvalidRequest} names what is wrong. */
  static InferBody read(byte[] body) {
    ObjectNode root = parse(body);
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      require(
          KEYS.contains(entry.getKey()),
          entry.getKey(),
          "unknown key",
          "one of " + KEYS.stream().sorted().toList());
    }
    String prompt = text(root, "prompt");
    require(prompt != null && !prompt.isBlank(), "prompt", root.get("prompt"), "a text");
    ChatRequest.Builder chat =
        ChatRequest.newBuilder()
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_USER)
                    .addContent(ContentPart.newBuilder().setText(prompt == null ? "" : prompt)));
    String model = text(root, "model");
    if (model != null) {
      chat.setModel(model);
    }
    JsonNode maxTokens = present(root, "max_tokens");
    if (maxTokens != null) {
      boolean valid =
          maxTokens.isIntegralNumber() && maxTokens.canConvertToInt() && maxTokens.intValue() >= 1;
      require(valid, "max_tokens", maxTokens, "an integer of 1 or more");
      chat.setMaxOutputTokens(maxTokens.intValue());
    }
    return new InferBody(
        chat.build(),
        new Controls(text(root, "policy"), maxCost(root), latency(root), null, null, List.of()));
  }

  private static ObjectNode parse(byte[] body) {
    try {
      if (STRICT.readTree(body) instanceof ObjectNode object) {
        return object;
      }
      throw new Failure.InvalidRequest(
              "body: not an object (expected: {\"prompt\": ...})", null, null)
          .asException();
    } catch (JacksonException e) {
      throw new Failure.InvalidRequest(
              "body: not valid JSON: " + e.getOriginalMessage(), null, null)
          .asException();
    } catch (NumberFormatException e) {
      // Which the parser lets out for an exponent beyond an int.
      throw new Failure.InvalidRequest("body: a number's exponent is too long", null, null)
          .asException();
    } catch (IOException e) {
      throw new Failure.InvalidRequest("body: cannot be read", null, null).asException();
    }
  }

  private static @Nullable JsonNode present(ObjectNode root, String key) {
    JsonNode value = root.get(key);
    return value == null || value.isNull() ? null : value;
  }

  private static @Nullable String text(ObjectNode root, String key) {
    JsonNode value = present(root, key);
    if (value == null) {
      return null;
    }
    require(value.isTextual(), key, value, "a text");
    return value.textValue();
  }

  private static @Nullable Long maxCost(ObjectNode root) {
    JsonNode value = present(root, "max_cost_usd");
    if (value == null) {
      return null;
    }
    boolean valid =
        value.isNumber()
            && value.decimalValue().compareTo(MIN_USD) >= 0
            && value.decimalValue().compareTo(MAX_USD) <= 0;
    require(valid, "max_cost_usd", value, "USD of 0.000000001 up to 1000000");
    return value.decimalValue().movePointRight(9).setScale(0, RoundingMode.DOWN).longValueExact();
  }

  private static @Nullable Duration latency(ObjectNode root) {
    JsonNode value = present(root, "latency_slo_ms");
    if (value == null) {
      return null;
    }
    boolean valid = value.isNumber() && value.doubleValue() > 0 && value.doubleValue() <= 3_600_000;
    require(valid, "latency_slo_ms", value, "milliseconds above 0 up to 3600000");
    return Duration.ofNanos(Math.round(value.doubleValue() * 1e6));
  }

  private static void require(
      boolean holds, String key, @Nullable Object value, String expectation) {
    if (!holds) {
      String shown = String.valueOf(value);
      String cut = shown.length() <= 60 ? shown : shown.substring(0, 60) + "...";
      throw Failure.InvalidRequest.of(key, key + ": " + cut + " (expected: " + expectation + ")")
          .asException();
    }
  }
}
