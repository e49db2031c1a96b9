package dev.fairlead.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.openai.Quirks.Trait;
import dev.fairlead.provider.splice.BodyEdits;
import dev.fairlead.provider.splice.ElementEdits;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.RawRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Turns the client's body into the vendor's at the spans of its top-level members; every other byte
 * stays as it was. No parsing beyond {@code stream_options}.
 */
final class RequestSplicer {

  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final String OLD_BOUND = "max_tokens";
  private static final String NEW_BOUND = "max_completion_tokens";
  private static final ByteString ZERO = ByteString.copyFromUtf8("0");
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
   * @param dropped hears of what the server would refuse and an answer can do without
   */
  static byte[] splice(
      RawRequest request,
      String upstream,
      boolean streamed,
      int maxOutputTokens,
      Quirks quirks,
      DroppedFields dropped) {
    RequestSplicer splicer = new RequestSplicer(request);
    splicer.body.putFirst("model", BodyEdits.quoted(upstream));
    splicer.body.drop("fairlead");
    if (request.getDialect() == Dialect.DIALECT_OPENAI_RESPONSES) {
      splicer.responses(streamed, maxOutputTokens);
    } else if (request.getDialect() != Dialect.DIALECT_OPENAI_EMBEDDINGS) {
      splicer.stream(streamed, quirks);
      splicer.depart(quirks);
      splicer.leaveOut(Unwelcome.at(quirks), quirks, dropped);
      splicer.clamp(request.getDialect(), maxOutputTokens, quirks, upstream);
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

  private void leaveOut(Unwelcome unwelcome, Quirks quirks, DroppedFields dropped) {
    if (unwelcome.members().isEmpty()) {
      return;
    }
    for (FieldSpan field : body.fields()) {
      if (unwelcome.members().contains(field.getName())) {
        body.drop(field.getName());
        dropped.addIf(!NULL.equals(body.value(field.getName())), field.getName());
      }
    }
    if (unwelcome.logprobs()) {
      withoutProbabilities("logprobs", quirks);
      withoutProbabilities("top_logprobs", quirks);
    }
    ByteString messages = body.value("messages");
    if (messages != null) {
      messages(messages.toByteArray(), unwelcome.ofMessages(), dropped);
    }
  }

  /** Saying that none are wanted is no loss; wanting them is for another candidate. */
  private void withoutProbabilities(String name, Quirks quirks) {
    ByteString value = body.value(name);
    if (value == null) {
      return;
    }
    if (!value.equals(NULL) && !value.equals(ZERO) && body.firstByte(name) != 'f') {
      throw quirks.refusal(name, "probabilities of tokens");
    }
    body.drop(name);
  }

  /** A tool's result may have a name. */
  private void messages(byte[] messages, Set<String> unwelcome, DroppedFields dropped) {
    try {
      byte[] kept =
          ElementEdits.without(
              messages,
              unwelcome,
              "role",
              (path, role, empty) -> {
                boolean goes = !role.equals("tool");
                dropped.addIf(goes && !empty, "messages" + path);
                return goes;
              });
      if (kept != messages) {
        body.put("messages", kept);
      }
    } catch (IOException e) {
      throw Failure.InvalidRequest.of("messages", "messages: not valid JSON").asException();
    }
  }

  private void clamp(Dialect dialect, int bound, Quirks quirks, String upstream) {
    if (quirks.has(Trait.OLD_BOUND_ONLY) && renamed(OLD_BOUND, NEW_BOUND, bound)) {
      return;
    }
    boolean chat = dialect == Dialect.DIALECT_OPENAI_CHAT;
    if (chat && quirks.wantsNewBound(upstream) && renamed(NEW_BOUND, OLD_BOUND, bound)) {
      return;
    }
    if (bound <= 0) {
      return;
    }
    boolean present = body.clamp(OLD_BOUND, bound);
    present |= body.clamp(NEW_BOUND, bound);
    if (!present) {
      String name = chat ? quirks.maxTokensField() : OLD_BOUND;
      body.put(name, Integer.toString(bound).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /**
   * Gives a bound the one name that is known. Where a client gives both, the new one counts, as it
   * does with OpenAI.
   */
  private boolean renamed(String known, String unknown, int bound) {
    ByteString asked = body.value(unknown);
    if (asked == null) {
      return false;
    }
    ByteString newer = body.value(NEW_BOUND);
    boolean counts = unknown.equals(NEW_BOUND) || newer == null || newer.equals(NULL);
    body.drop(unknown);
    if (asked.equals(NULL) || !counts) {
      return false;
    }
    body.put(known, body.bounded(unknown, bound));
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
