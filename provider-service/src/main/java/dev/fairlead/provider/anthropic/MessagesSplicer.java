package dev.fairlead.provider.anthropic;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.splice.BodyEdits;
import dev.fairlead.v1.RawRequest;

/** Turns a client's Messages body into the one to send. Pure. */
final class MessagesSplicer {

  /** For a model whose largest answer is not known; every model of the API can say as much. */
  static final int DEFAULT_BOUND = 4096;

  private static final byte[] TRUE = "true".getBytes(US_ASCII);
  private static final byte[] FALSE = "false".getBytes(US_ASCII);

  private MessagesSplicer() {}

  static byte[] splice(RawRequest request, ModelCall call) {
    BodyEdits body = new BodyEdits(request);
    body.putFirst("model", BodyEdits.quoted(call.model().upstream()));
    body.drop("fairlead");
    boolean asked = body.firstByte("stream") == 't';
    if (asked != call.streamed()) {
      body.put("stream", call.streamed() ? TRUE : FALSE);
    }
    int most = call.maxOutputTokens() > 0 ? call.maxOutputTokens() : Integer.MAX_VALUE;
    if (!body.clamp("max_tokens", most)) {
      int bound = Math.min(most, defaultBound(call));
      body.put("max_tokens", Integer.toString(bound).getBytes(US_ASCII));
    }
    return body.apply();
  }

  /** What an answer is bound by when nobody says: the API demands a number. */
  static int defaultBound(ModelCall call) {
    long known = call.model().maxOutputTokens();
    return known > 0 ? (int) Math.min(known, Integer.MAX_VALUE) : DEFAULT_BOUND;
  }
}
