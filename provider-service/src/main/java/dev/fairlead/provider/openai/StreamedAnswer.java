package dev.fairlead.provider.openai;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.sse.SseFramer;
import dev.fairlead.provider.sse.SseSink;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawEvents;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Turns a vendor's event stream into parts. Events for a raw call go on unchanged; those that lie
 * side by side in one read go on as one part, so that a fast stream costs one message a read and
 * not one an event. Not thread-safe.
 */
final class StreamedAnswer implements SseSink {

  private final AnswerListener listener;
  private final OpenAiFailures failures;
  private final @Nullable Dialect dialect;
  private final ChunkCodec chunks = new ChunkCodec();
  private final AnswerScan scan;
  private final SseFramer framer;

  private byte @Nullable [] batch;
  private int batchFrom;
  private int batchTo;
  private int batchContent;

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
    this.dialect = dialect;
    this.scan = scan;
    this.framer = new SseFramer(this, maxEventBytes);
  }

  boolean sawContent() {
    return sawContent;
  }

  /** Whether the vendor has said that the stream is complete. */
  boolean done() {
    return framer.done();
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
  public void onEvent(byte[] raw, int rawFrom, int rawTo, byte[] data, int dataFrom, int dataTo) {
    if (failure != null) {
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
      failure =
          failures.ofErrorObject(error, ByteString.copyFrom(data, dataFrom, dataTo - dataFrom));
      return;
    }
    sawContent |= scan.content();
    if (dialect == null) {
      chunks
          .deltas(data, dataFrom, dataTo)
          .forEach(delta -> listener.onPart(new AnswerPart.Delta(delta)));
    } else if (scan.usageOnly()) {
      flush();
      add(raw, rawFrom, rawTo, 0);
      flush(RawEvents.Kind.KIND_USAGE);
    } else {
      add(raw, rawFrom, rawTo, scan.content() ? 1 : 0);
    }
  }

  @Override
  public void onDone() {
    flush();
  }

  private void add(byte[] raw, int from, int to, int content) {
    if (batch != raw || batchTo != from) {
      flush();
      batch = raw;
      batchFrom = from;
    }
    batchTo = to;
    batchContent += content;
  }

  private void flush() {
    flush(batchContent > 0 ? RawEvents.Kind.KIND_CONTENT : RawEvents.Kind.KIND_CONTROL);
  }

  private void flush(RawEvents.Kind kind) {
    byte[] bytes = batch;
    if (bytes == null || dialect == null) {
      return;
    }
    RawEvents events =
        RawEvents.newBuilder()
            .setDialect(dialect)
            // Neither the framer nor the transport writes to these bytes again.
            .setSse(UnsafeByteOperations.unsafeWrap(bytes, batchFrom, batchTo - batchFrom))
            .setKind(kind)
            .setContentEvents(batchContent)
            .build();
    batch = null;
    batchContent = 0;
    listener.onPart(new AnswerPart.Events(events));
  }
}
