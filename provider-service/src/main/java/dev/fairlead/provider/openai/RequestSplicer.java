package dev.fairlead.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.openai.Quirks.Trait;
import dev.fairlead.provider.splice.BodyEdits;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Turns the client's body into the vendor's at the spans of its top-level members; every other byte
 * stays as it was. No parsing beyond {@code stream_options}.
 */
final class RequestSplicer {

  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final ByteString ONE = ByteString.copyFromUtf8("1");
  private static final ByteString NULL = ByteString.copyFromUtf8("null");
  private static final byte[] USAGE_ONLY =
      "{\"include_usage\":true}".getBytes(StandardCharsets.US_ASCII);

  private final BodyEdits body;

  private RequestSplicer(RawRequest request) {
    this.body = new BodyEdits(request);
  }

  /**
   * The body to send.
   *
   * @param maxOutputTokens bound that replaces a larger or missing one; 0 means none
   */
  static byte[] splice(
      RawRequest request, String upstream, boolean streamed, int maxOutputTokens, Quirks quirks) {
    RequestSplicer splicer = new RequestSplicer(request);
    splicer.body.putFirst("model", BodyEdits.quoted(upstream));
    splicer.body.drop("fairlead");
    if (request.getDialect() == Dialect.DIALECT_OPENAI_RESPONSES) {
      splicer.responses(streamed, maxOutputTokens);
    } else if (request.getDialect() != Dialect.DIALECT_OPENAI_EMBEDDINGS) {
      splicer.stream(streamed, quirks);
      splicer.depart(quirks);
      splicer.clamp(request.getDialect(), maxOutputTokens, quirks);
    }
    return splicer.body.apply();
  }

  /**
   * Usage comes unasked. Vendors would keep the answer where the client says nothing; nobody could
   * ask for it through the gateway.
   */
  private void responses(boolean streamed, int bound) {
    boolean asked = body.firstByte("stream") == 't';
    if (streamed != asked) {
      body.put("stream", streamed ? TRUE : FALSE);
    }
    ByteString store = body.value("store");
    if (store == null || store.equals(NULL)) {
      body.put("store", FALSE);
    }
    if (bound > 0 && !body.clamp("max_output_tokens", bound)) {
      body.put("max_output_tokens", Integer.toString(bound).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void stream(boolean streamed, Quirks quirks) {
    boolean asked = body.firstByte("stream") == 't';
    if (streamed) {
      if (!asked) {
        body.put("stream", TRUE);
      }
      if (quirks.streamUsage()) {
        ByteString options = body.value("stream_options");
        body.put("stream_options", options == null ? USAGE_ONLY : withUsage(options));
      }
    } else if (asked) {
      body.put("stream", FALSE);
      body.drop("stream_options");
    }
  }

  private void depart(Quirks quirks) {
    if (quirks.has(Trait.ONE_CHOICE)) {
      ByteString n = body.value("n");
      if (n != null && !n.equals(ONE) && !n.equals(NULL)) {
        throw quirks.refusal("n", "more than one choice");
      }
    }
    if (quirks.has(Trait.RANDOM_SEED)) {
      body.rename("seed", quirks.seedField());
    }
    if (!quirks.streamUsage()) {
      body.drop("stream_options");
    }
  }

  private void clamp(Dialect dialect, int bound, Quirks quirks) {
    if (quirks.has(Trait.OLD_BOUND_ONLY) && renamed(bound)) {
      return;
    }
    if (bound <= 0) {
      return;
    }
    boolean present = body.clamp("max_tokens", bound);
    present |= body.clamp("max_completion_tokens", bound);
    if (!present) {
      String name = dialect == Dialect.DIALECT_OPENAI_CHAT ? quirks.maxTokensField() : "max_tokens";
      body.put(name, Integer.toString(bound).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Where a client gives both names, the new one counts, as it does with OpenAI. */
  private boolean renamed(int bound) {
    ByteString asked = body.value("max_completion_tokens");
    if (asked == null) {
      return false;
    }
    body.drop("max_completion_tokens");
    if (asked.equals(NULL)) {
      return false;
    }
    body.put("max_tokens", body.bounded("max_completion_tokens", bound));
    return true;
  }

  /** The client's own options with {@code include_usage} set; what is not an object is replaced. */
  private static byte[] withUsage(ByteString options) {
    byte[] json = options.toByteArray();
    ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 24);
    try (JsonParser parser = JSON.createParser(json);
        JsonGenerator generator = JSON.createGenerator(out)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return USAGE_ONLY;
      }
      generator.writeStartObject();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean usage = "include_usage".equals(parser.currentName());
        parser.nextToken();
        if (usage) {
          parser.skipChildren();
        } else {
          generator.writeFieldName(parser.currentName());
          generator.copyCurrentStructure(parser);
        }
      }
      generator.writeBooleanField("include_usage", true);
      generator.writeEndObject();
    } catch (IOException e) {
      throw Failure.InvalidRequest.of("stream_options", "stream_options: not valid JSON")
          .asException();
    }
    return out.toByteArray();
  }
}
