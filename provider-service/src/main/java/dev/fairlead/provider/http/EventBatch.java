package dev.fairlead.provider.http;

import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawEvents;
import org.jspecify.annotations.Nullable;

/**
 * Hands events on unchanged. Those that lie side by side in one read go on as one part, so that a
 * fast stream costs one message a read and not one an event. Not thread-safe.
 */
public final class EventBatch {

  private final AnswerListener listener;
  private final Dialect dialect;

  private byte @Nullable [] batch;
  private int from;
  private int to;
  private int content;

  /** A batch of events of that dialect. */
  public EventBatch(AnswerListener listener, Dialect dialect) {
    this.listener = listener;
    this.dialect = dialect;
  }

  /** Adds an event, which must not be changed later; to be followed by {@link #flush} soon. */
  public void add(byte[] raw, int rawFrom, int rawTo, boolean hasContent) {
    if (batch != raw || to != rawFrom) {
      flush();
      batch = raw;
      from = rawFrom;
    }
    to = rawTo;
    content += hasContent ? 1 : 0;
  }

  /** Hands on an event that carries usage and nothing else, after all that came before it. */
  public void usage(byte[] raw, int rawFrom, int rawTo) {
    flush();
    add(raw, rawFrom, rawTo, false);
    flush(RawEvents.Kind.KIND_USAGE);
  }

  /** Hands on what has been added. */
  public void flush() {
    flush(content > 0 ? RawEvents.Kind.KIND_CONTENT : RawEvents.Kind.KIND_CONTROL);
  }

  private void flush(RawEvents.Kind kind) {
    byte[] bytes = batch;
    if (bytes == null) {
      return;
    }
    RawEvents events =
        RawEvents.newBuilder()
            .setDialect(dialect)
            // Neither the framer nor the transport writes to these bytes again.
            .setSse(UnsafeByteOperations.unsafeWrap(bytes, from, to - from))
            .setKind(kind)
            .setContentEvents(content)
            .build();
    batch = null;
    content = 0;
    listener.onPart(new AnswerPart.Events(events));
  }
}
