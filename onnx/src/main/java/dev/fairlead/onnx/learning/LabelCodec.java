package dev.fairlead.onnx.learning;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.onnx.features.PromptFeatures;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;

/**
 * A label as a line of JSON. The prompt's text is not in it. A line of another format, encoder or
 * set of features is not read: its vectors could not be compared.
 */
public final class LabelCodec {

  private static final int VERSION = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private final String fingerprint;

  /**
   * A codec.
   *
   * @param fingerprint of the encoder and the head whose numbers the labels hold
   */
  public LabelCodec(String fingerprint) {
    this.fingerprint = fingerprint;
  }

  /**
   * A label and whose it is.
   *
   * @param number which of all labels of the tenant it is, from 1; 0 while nobody has counted
   */
  public record Line(String tenant, TrafficLabel label, long number) {

    /** One that is not counted. */
    public Line(String tenant, TrafficLabel label) {
      this(tenant, label, 0);
    }
  }

  /** One line, without its end. */
  public String write(Line line) {
    LabelledPrompt prompt = line.label().prompt();
    ObjectNode node = JSON.createObjectNode();
    node.put("version", VERSION);
    node.put("tenant", line.tenant());
    if (line.number() > 0) {
      node.put("number", line.number());
    }
    node.put("origin", line.label().origin());
    node.put("gain", prompt.gain());
    node.put("propensity", line.label().propensity());
    node.put("prior", prompt.prior());
    node.put("fingerprint", fingerprint);
    node.put("embedding", text(prompt.embedding()));
    node.put("features", text(prompt.features()));
    return node.toString();
  }

  /** The label of a line; nothing when it is damaged or does not fit. */
  public Optional<Line> read(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      float[] features = floats(node.path("features").asText());
      if (node.path("version").asInt() != VERSION
          || !node.path("fingerprint").asText().equals(fingerprint)
          || features.length != PromptFeatures.names().size()) {
        return Optional.empty();
      }
      LabelledPrompt prompt =
          new LabelledPrompt(
              floats(node.path("embedding").asText()),
              features,
              node.path("prior").asDouble(),
              node.path("gain").asDouble());
      return Optional.of(
          new Line(
              node.path("tenant").asText(),
              new TrafficLabel(
                  prompt, node.path("propensity").asDouble(), node.path("origin").asText()),
              Math.max(node.path("number").asLong(), 0)));
    } catch (JacksonException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String text(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static float[] floats(String text) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }
}
