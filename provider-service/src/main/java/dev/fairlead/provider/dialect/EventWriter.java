package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * Writes the events of one answer and hands them on in batches that say what they carry. Not
 * thread-safe.
 */
public final class EventWriter {

  private static final JsonFactory JSON =
      new JsonFactoryBuilder().rootValueSeparator((String) null).build();

  private final Dialect dialect;
  private final Consumer<RawEvents> sink;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private final JsonGenerator json;
  private int contentEvents;

  /** A writer for one answer. */
  public EventWriter(Dialect dialect, Consumer<RawEvents> sink) {
    this.dialect = dialect;
    this.sink = sink;
    try {
      this.json = JSON.createGenerator(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the members of an event's object. */
  interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** An event without a name that carries no generated content. */
  void control(Members members) {
    event("", members);
  }

  /** An event without a name that carries generated content. */
  void content(Members members) {
    contentEvents++;
    event("", members);
  }

  /** A named event that carries no generated content; its object begins with its name as type. */
  void control(String name, Members members) {
    event(name, members);
  }

  /** A named event that carries generated content. */
  void content(String name, Members members) {
    contentEvents++;
    event(name, members);
  }

  private void event(String name, Members members) {
    try {
      if (name.isEmpty()) {
        json.writeRaw("data: ");
        json.writeStartObject();
      } else {
        json.writeRaw("event: ");
        json.writeRaw(name);
        json.writeRaw("\ndata: ");
        json.writeStartObject();
        json.writeStringField("type", name);
      }
      members.write(json);
      json.writeEndObject();
      json.writeRaw("\n\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hands on what has been written since the last time, if anything. */
  public void flush() {
    flushAs(contentEvents > 0 ? RawEvents.Kind.KIND_CONTENT : RawEvents.Kind.KIND_CONTROL);
  }

  /** As {@link #flush}, for what is known to carry that. */
  void flushAs(RawEvents.Kind kind) {
    try {
      json.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (bytes.size() == 0) {
      return;
    }
    RawEvents events =
        RawEvents.newBuilder()
            .setDialect(dialect)
            .setSse(UnsafeByteOperations.unsafeWrap(bytes.toByteArray()))
            .setKind(kind)
            .setContentEvents(contentEvents)
            .build();
    bytes.reset();
    contentEvents = 0;
    sink.accept(events);
  }
}
