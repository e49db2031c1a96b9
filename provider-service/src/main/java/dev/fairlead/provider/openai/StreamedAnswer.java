package dev.fairlead.provider.openai;

import com.google.protobuf.ByteString;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.EventBatch;
import dev.fairlead.provider.sse.SseFramer;
import dev.fairlead.provider.sse.SseSink;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.Dialect;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Turns a vendor's event stream into parts. Events for a raw call go on unchanged. Not thread-safe.
 */
final class StreamedAnswer implements SseSink {

  private final AnswerListener listener;
  private final OpenAiFailures failures;
  private final @Nullable EventBatch raw;
  private final ChunkCodec chunks = new ChunkCodec();
  private final AnswerScan scan;
  private final SseFramer framer;

  private boolean sawContent;
  private @Nullable UpstreamFailure failure;

  /**
   * An answer.
   *
   * @param dialect of a raw call; null for a typed one
   * @param scan told of every event
   */
  StreamedAnswer(
      AnswerListener listener,
      OpenAiFailures failures,
      @Nullable Dialect dialect,
      AnswerScan scan,
      int maxEventBytes) {
    this.listener = listener;
    this.failures = failures;
    this.raw = dialect == null ? null : new EventBatch(listener, dialect);
    this.scan = scan;
    this.framer = new SseFramer(this, maxEventBytes);
  }

  boolean sawContent() {
    return sawContent;
  }

  /** Whether the vendor has said that the stream is complete. */
  boolean done() {
    return failure == null && (framer.done() || scan.complete());
  }

  /** Takes the next read; what is wrong with it, if anything. */
  @Nullable UpstreamFailure feed(byte[] bytes) {
    boolean fits = framer.feed(bytes, 0, bytes.length);
    flush();
    return fits || failure != null ? failure : failures.malformed("sent an event that is too long");
  }

  /** The body has ended; what is wrong with the stream as a whole, if anything. */
  @Nullable UpstreamFailure end() {
    framer.end();
    flush();
    if (failure != null) {
      return failure;
    }
    return framer.done() || scan.finished() ? null : failures.malformed("the stream was cut");
  }

  @Override
  public void onEvent(byte[] bytes, int rawFrom, int rawTo, byte[] data, int dataFrom, int dataTo) {
    if (failure != null || scan.complete()) {
      return;
    }
    try {
      scan.read(data, dataFrom, dataTo);
    } catch (IOException e) {
      failure = failures.malformed("sent an event that is not JSON");
      return;
    }
    VendorError error = scan.error();
    if (error != null) {
      failure = failures.ofErrorObject(error, quoted(data, dataFrom, dataTo));
      return;
    }
    sawContent |= scan.content();
    EventBatch events = raw;
    if (events == null) {
      for (ChatDelta delta : chunks.deltas(data, dataFrom, dataTo)) {
        listener.onPart(new AnswerPart.Delta(delta));
      }
    } else if (scan.usageOnly()) {
      events.usage(bytes, rawFrom, rawTo);
    } else {
      events.add(bytes, rawFrom, rawTo, scan.content());
    }
  }

  /** An event of Responses is not what its clients know as an error's body. */
  private ByteString quoted(byte[] data, int from, int to) {
    return scan instanceof ResponsesScan
        ? ByteString.EMPTY
        : ByteString.copyFrom(data, from, to - from);
  }

  @Override
  public void onDone() {
    flush();
  }

  private void flush() {
    if (raw != null) {
      raw.flush();
    }
  }
}
