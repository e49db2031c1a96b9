package dev.fairlead.provider.anthropic;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.AnswerReader;
import dev.fairlead.provider.http.EventBatch;
import dev.fairlead.provider.http.Refusal;
import dev.fairlead.provider.sse.SseFramer;
import dev.fairlead.provider.sse.SseSink;
import dev.fairlead.provider.usage.GeneratedText;
import dev.fairlead.v1.ChatDelta;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One answer of the Messages API, whole or streamed. Raw events go on as they came, but for {@code
 * message_stop}, which ends the stream.
 */
final class MessagesReader implements AnswerReader, SseSink {

  private final ModelCall call;
  private final AnswerListener listener;
  private final AnthropicFailures failures;
  private final MessageScan scan = new MessageScan();
  private final SseFramer framer;
  private final @Nullable EventBatch raw;
  private final MessageDeltas typed = new MessageDeltas();

  private boolean sawContent;
  private boolean stopped;
  private @Nullable UpstreamFailure failure;

  MessagesReader(
      ModelCall call, AnswerListener listener, AnthropicFailures failures, int eventBytes) {
    this.call = call;
    this.listener = listener;
    this.failures = failures;
    this.framer = new SseFramer(this, eventBytes);
    this.raw =
        call.form() instanceof RequestForm.Raw form
            ? new EventBatch(listener, form.dialect())
            : null;
  }

  @Override
  public @Nullable UpstreamFailure feed(byte[] bytes) {
    boolean fits = framer.feed(bytes, 0, bytes.length);
    flush();
    return fits || failure != null ? failure : failures.malformed("sent an event that is too long");
  }

  @Override
  public void onEvent(byte[] bytes, int rawFrom, int rawTo, byte[] data, int from, int to) {
    if (failure != null || stopped) {
      return;
    }
    try {
      scan.read(data, from, to);
    } catch (IOException e) {
      failure = failures.malformed("sent an event that is not JSON");
      return;
    }
    VendorError error = scan.error();
    if (error != null) {
      failure = failures.ofError(error, ByteString.copyFrom(data, from, to - from));
      return;
    }
    if (scan.type().equals("message_stop")) {
      stopped = true;
      return;
    }
    sawContent |= scan.content();
    EventBatch events = raw;
    if (events != null) {
      events.add(bytes, rawFrom, rawTo, scan.content());
      return;
    }
    for (ChatDelta delta : typed.of(data, from, to)) {
      listener.onPart(new AnswerPart.Delta(delta));
    }
  }

  /** Not of this API, but some servers that imitate it send it. */
  @Override
  public void onDone() {
    stopped = true;
  }

  private void flush() {
    if (raw != null) {
      raw.flush();
    }
  }

  @Override
  public boolean done() {
    return stopped && failure == null;
  }

  @Override
  public boolean finished() {
    return scan.finished() && failure == null;
  }

  @Override
  public @Nullable UpstreamFailure end(boolean cut) {
    if (!cut) {
      framer.end();
      flush();
    }
    if (failure != null) {
      return failure;
    }
    return stopped || scan.finished() ? null : failures.malformed("the stream was cut");
  }

  @Override
  public @Nullable UpstreamFailure whole(ResponseHeaders head, byte[] body, int length) {
    boolean json;
    try {
      scan.read(body, 0, length);
      json = true;
    } catch (IOException e) {
      json = false;
    }
    VendorError error = json ? scan.error() : null;
    if (head.status().code() != 200) {
      return failures.ofStatus(head, error, Refusal.shown(error != null, body, length));
    }
    if (error != null) {
      return failures.ofError(error, Refusal.shown(true, body, length));
    }
    if (!json) {
      return failures.malformed(
          length == 0 ? "sent an empty answer" : "sent an answer that is not JSON");
    }
    if (call.streamed()) {
      return failures.malformed("sent a whole answer where a stream was asked for");
    }
    if (!scan.blocks()) {
      return failures.malformed("sent an answer without content");
    }
    return deliver(body, length);
  }

  private @Nullable UpstreamFailure deliver(byte[] body, int length) {
    switch (call.form()) {
      case RequestForm.Raw form ->
          listener.onPart(
              AnswerPart.Body.of(form.dialect(), UnsafeByteOperations.unsafeWrap(body, 0, length)));
      case RequestForm.Typed form -> {
        try {
          listener.onPart(new AnswerPart.Response(MessageResponseCodec.decode(body, length)));
        } catch (IOException e) {
          return failures.malformed("sent an answer of an unknown form");
        }
      }
    }
    return null;
  }

  @Override
  public Completion completion(Map<String, String> headers) {
    GeneratedText generated = scan.generated();
    TokenUsage usage = generated.usage(call, scan.usage().reported());
    return new Completion(usage, scan.finishReason(), generated.text(), 200, headers);
  }

  /**
   * Before its end a stream has told its input only: the output that it names with its start is a
   * beginning.
   */
  @Override
  public @Nullable TokenUsage spent() {
    if (!sawContent) {
      return null;
    }
    TokenUsage counted = scan.generated().estimate(call);
    TokenUsage told = scan.usage().withOutput(counted.completionTokens());
    return told == null ? counted : told;
  }
}
