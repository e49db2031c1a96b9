package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.AnswerReader;
import dev.fairlead.provider.http.RetryAfter;
import dev.fairlead.provider.sse.SseFramer;
import dev.fairlead.provider.sse.SseSink;
import dev.fairlead.provider.usage.TypedTally;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one answer of Gemini's, whole or streamed. */
final class GeminiReader implements AnswerReader, SseSink {

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(64 << 20).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final ModelCall call;
  private final AnswerListener listener;
  private final GeminiFailures failures;
  private final GeminiAnswer answer = new GeminiAnswer();
  private final TypedTally tally = new TypedTally();
  private final SseFramer events;
  private @Nullable UpstreamFailure failure;

  GeminiReader(ModelCall call, AnswerListener listener, GeminiFailures failures, int eventBytes) {
    this.call = call;
    this.listener = listener;
    this.failures = failures;
    this.events = new SseFramer(this, eventBytes);
  }

  @Override
  public @Nullable UpstreamFailure feed(byte[] bytes) {
    boolean fits = events.feed(bytes, 0, bytes.length);
    return fits || failure != null ? failure : failures.malformed("sent an event that is too long");
  }

  @Override
  public void onEvent(byte[] raw, int rawFrom, int rawTo, byte[] data, int dataFrom, int dataTo) {
    if (failure != null) {
      return;
    }
    JsonNode root = json(data, dataFrom, dataTo - dataFrom);
    VendorError error = root == null ? null : VendorError.of(root);
    if (error != null) {
      failure = failures.of(200, error, null);
    } else if (root == null || !root.isObject()) {
      failure = failures.malformed("sent an event that is not JSON");
    } else {
      for (ChatDelta delta : answer.deltas(root)) {
        part(delta);
      }
      failure = brokenAnswer();
    }
  }

  /** This API has no terminator; one that comes from a server in front of it changes nothing. */
  @Override
  public void onDone() {}

  private void part(ChatDelta delta) {
    tally.add(delta);
    listener.onPart(new AnswerPart.Delta(delta));
  }

  @Override
  public boolean done() {
    return false;
  }

  @Override
  public boolean finished() {
    return answer.finished() && failure == null;
  }

  @Override
  public @Nullable UpstreamFailure end(boolean cut) {
    if (!cut) {
      events.end();
    }
    if (failure != null) {
      return failure;
    }
    if (!answer.finished()) {
      return failures.malformed("the stream was cut");
    }
    answer.finishes().forEach(this::part);
    return null;
  }

  @Override
  public @Nullable UpstreamFailure whole(ResponseHeaders head, byte[] body, int length) {
    JsonNode root = json(body, 0, length);
    VendorError error = root == null ? null : VendorError.of(root);
    int status = head.status().code();
    if (status != 200 || error != null) {
      return failures.of(status, error, RetryAfter.of(head));
    }
    if (root == null) {
      return failures.malformed(
          length == 0 ? "sent an empty answer" : "sent an answer that is not JSON");
    }
    if (call.streamed()) {
      return failures.malformed("sent a whole answer where a stream was asked for");
    }
    if (!GeminiAnswer.isAnswer(root)) {
      return failures.malformed("sent an answer without candidates");
    }
    ChatResponse whole = answer.response(root);
    UpstreamFailure broken = brokenAnswer();
    if (broken == null && !answer.finished()) {
      broken = failures.malformed("sent an answer without a finish reason");
    }
    if (broken == null) {
      tally.add(whole);
      listener.onPart(new AnswerPart.Response(whole));
    }
    return broken;
  }

  private @Nullable UpstreamFailure brokenAnswer() {
    return answer.broken() == null
        ? null
        : failures.malformed("wrote a tool call that cannot be made");
  }

  @Override
  public Completion completion(Map<String, String> headers) {
    return tally.completion(call, answer.usage(), headers);
  }

  @Override
  public @Nullable TokenUsage spent() {
    return tally.content() ? spent(answer.usage()) : null;
  }

  /**
   * Before its end a stream may have told its input only, or a beginning of its output: then the
   * output is counted here.
   */
  private TokenUsage spent(@Nullable TokenUsage told) {
    if (answer.finished() || told == null || told.estimated()) {
      return tally.usage(call, told);
    }
    long counted = tally.usage(call, null).completionTokens();
    return new TokenUsage(
        told.promptTokens(),
        told.cachedPromptTokens(),
        told.cacheWriteTokens(),
        Math.max(told.completionTokens(), counted),
        told.reasoningTokens(),
        true);
  }

  private static @Nullable JsonNode json(byte[] bytes, int from, int length) {
    try {
      JsonNode node = JSON.readTree(bytes, from, length);
      if (node == null || node.isMissingNode()) {
        return null;
      }
      CallArguments.keep(JSON, bytes, from, length, node);
      return node;
    } catch (IOException e) {
      return null;
    }
  }
}
