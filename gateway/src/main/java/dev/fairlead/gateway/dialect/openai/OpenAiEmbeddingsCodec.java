package dev.fairlead.gateway.dialect.openai;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.Capability;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.ControlsReader;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.json.CanonicalDigest;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.TopLevel;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI Embeddings: the request, and the answer when the vectors are made here. Stateless and
 * thread-safe.
 */
public final class OpenAiEmbeddingsCodec {

  /** Most texts of one request. */
  public static final int MAX_INPUTS = 2048;

  private static final int MAX_DIMENSIONS = 65_536;
  private static final Set<String> KNOWN =
      Set.of("model", "input", "encoding_format", "dimensions", "user", "fairlead");
  private static final Set<String> OUTSIDE_SCOPE = Set.of("model", "user", "fairlead");

  private final ScanLimits limits;

  /** A codec that refuses what exceeds the limits. */
  public OpenAiEmbeddingsCodec(ScanLimits limits) {
    this.limits = limits;
  }

  /**
   * Validates a request body.
   *
   * @param body the whole body; kept, not copied
   * @throws dev.fairlead.common.failure.FailureException with an {@code InvalidRequest} that names
   *     the field
   */
  public ScannedEmbeddings scan(byte[] body) {
    JsonTape tape = JsonScanner.scan(body, limits.json());
    TopLevel members = TopLevel.of(tape, KNOWN);
    Reading reading = new Reading(tape);
    for (int i = 0; i < members.count(); i++) {
      if (JsonExpect.isPresent(tape, members.value(i))) {
        reading.member(members.name(i), members.value(i));
      }
    }
    return reading.finish(members);
  }

  /** The JSON body of an error answer. */
  public byte[] error(Failure failure, String requestId) {
    return OpenAiErrors.body(failure, requestId);
  }

  /**
   * The answer's JSON.
   *
   * @param vectors one an input, in order, of finite floats
   * @param model the model's name
   * @param promptTokens tokens of all inputs
   * @param base64 whether to encode each vector as base64 of little-endian floats
   */
  public byte[] answer(List<float[]> vectors, String model, long promptTokens, boolean base64) {
    return EmbeddingsAnswer.of(vectors, model, promptTokens, base64);
  }

  private static final class Reading {
    private final JsonTape tape;
    private final List<String> inputs = new ArrayList<>();
    private String model = RequestFacts.AUTO;
    private boolean base64;
    private OptionalInt dimensions = OptionalInt.empty();
    private @Nullable String user;
    private Controls controls = Controls.NONE;
    private long characters;

    private Reading(JsonTape tape) {
      this.tape = tape;
    }

    private void member(String name, int value) {
      switch (name) {
        case "model" -> model = JsonExpect.string(tape, value);
        case "input" -> input(value);
        case "encoding_format" -> base64 = encoding(value);
        case "dimensions" ->
            dimensions = OptionalInt.of((int) JsonExpect.integer(tape, value, 1, MAX_DIMENSIONS));
        case "user" -> user = JsonExpect.string(tape, value);
        case "fairlead" -> controls = ControlsReader.fromBody(tape, value);
        default -> {
          // Passes through, and counts for the digest.
        }
      }
    }

    private boolean encoding(int value) {
      return switch (JsonExpect.string(tape, value)) {
        case "base64" -> true;
        case "float" -> false;
        default -> throw JsonExpect.wrongValue(tape, value, "float or base64");
      };
    }

    private void input(int value) {
      if (tape.kind(value) == Kind.STRING) {
        text(value);
        return;
      }
      if (tape.kind(value) != Kind.ARRAY) {
        throw JsonExpect.wrongType(tape, value, "a string or an array of strings");
      }
      if (tape.count(value) < 1 || tape.count(value) > MAX_INPUTS) {
        throw JsonExpect.wrongValue(tape, value, "1.." + MAX_INPUTS + " texts");
      }
      int element = tape.first(value);
      for (int left = tape.count(value); left > 0; left--) {
        text(element);
        element = tape.next(element);
      }
    }

    private void text(int value) {
      if (tape.kind(value) == Kind.NUMBER || tape.kind(value) == Kind.ARRAY) {
        throw JsonExpect.wrongType(tape, value, "text; arrays of token numbers are not supported");
      }
      String text = JsonExpect.string(tape, value);
      if (text.isEmpty()) {
        throw JsonExpect.wrongValue(tape, value, "a text that is not empty");
      }
      characters += tape.characters(value);
      inputs.add(text);
    }

    private ScannedEmbeddings finish(TopLevel members) {
      if (inputs.isEmpty()) {
        throw JsonExpect.missing(tape, tape.root(), "input", "a string or an array of strings");
      }
      ByteString digest =
          CanonicalDigest.of(
              tape,
              members,
              Dialect.DIALECT_OPENAI_EMBEDDINGS.name(),
              OUTSIDE_SCOPE,
              new int[0],
              "");
      RequestFacts facts =
          new RequestFacts(
              model,
              false,
              OptionalInt.empty(),
              1,
              Set.of(Capability.EMBEDDINGS),
              "",
              false,
              characters,
              user,
              digest,
              true);
      RawRequest raw = members.raw(Dialect.DIALECT_OPENAI_EMBEDDINGS);
      return new ScannedEmbeddings(
          new ScannedRequest(facts, raw, false, controls), inputs, base64, dimensions);
    }
  }
}
