package dev.fairlead.provider.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/** Frames of Amazon's event streams, by Amazon's own library. */
public final class EventStreams {

  private EventStreams() {}

  /** An event of that type. */
  public static byte[] event(String type, String json) {
    return frame("event", ":event-type", type, json);
  }

  /** An exception that ends a stream. */
  public static byte[] exception(String type, String message) {
    return frame("exception", ":exception-type", type, "{\"message\":\"" + message + "\"}");
  }

  private static byte[] frame(String kind, String typeHeader, String type, String json) {
    Map<String, HeaderValue> headers = new LinkedHashMap<>();
    headers.put(":message-type", HeaderValue.fromString(kind));
    headers.put(typeHeader, HeaderValue.fromString(type));
    headers.put(":content-type", HeaderValue.fromString("application/json"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Message(headers, json.getBytes(StandardCharsets.UTF_8)).encode(out);
    return out.toByteArray();
  }
}
