package dev.fairlead.provider.gemini;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server that speaks Gemini's wire format and misbehaves on demand: the name of the model is the
 * script. Everything it was asked is in the ledger.
 */
final class ScriptedGemini implements AutoCloseable {

  static final int MANY = 60_000;

  private static final String USAGE =
      "\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":4,"
          + "\"thoughtsTokenCount\":3,\"cachedContentTokenCount\":5,\"totalTokenCount\":16}";

  private final Server server;
  final List<Entry> ledger = new CopyOnWriteArrayList<>();

  /** One call that came in. */
  static final class Entry {
    final AggregatedHttpRequest request;
    final AtomicLong bytesSent = new AtomicLong();
    volatile String end = "open";

    Entry(AggregatedHttpRequest request) {
      this.request = request;
    }
  }

  ScriptedGemini() {
    server =
        Server.builder()
            .http(0)
            .requestTimeoutMillis(0)
            .maxRequestLength(64 << 20)
            .serviceUnder("/", this::serve)
            .build();
    server.start().join();
  }

  String baseUrl() {
    return "http://127.0.0.1:" + server.activeLocalPort();
  }

  Entry last() {
    return ledger.getLast();
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApply(whole -> {
              Entry entry = new Entry(whole);
              ledger.add(entry);
              HttpResponse response = play(entry);
              response
                  .whenComplete()
                  .whenComplete(
                      (done, error) -> entry.end = error == null ? "finished" : "cancelled");
              return response;
            }));
  }

  private static HttpResponse play(Entry entry) {
    String path = entry.request.path();
    boolean stream = path.endsWith(":streamGenerateContent?alt=sse");
    String script = path.substring(path.lastIndexOf('/') + 1, path.lastIndexOf(':'));
    return switch (script) {
      case "ok" ->
          stream ? events(1 << 20, okEvents()) : json(200, whole("Hello \\\"world\\\"", true));
      case "bytes" -> events(1, okEvents());
      case "tools" ->
          stream
              ? events(7, toolsEvents())
              : json(
                  200,
                  "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":["
                      + "{\"functionCall\":{\"name\":\"weather\",\"args\":{\"city\":\"Oslo\"}},"
                      + "\"thoughtSignature\":\"c2ln\"}]},\"finishReason\":\"STOP\"}],"
                      + USAGE
                      + "}");
      case "stall" -> stalled(entry);
      case "many" -> many(entry);
      case "blocked" -> {
        String body = "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}," + USAGE + "}";
        yield stream ? events(1 << 20, "data: " + body + "\n\n") : json(200, body);
      }
      case "safety" ->
          events(
              1 << 20,
              "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"I\"}]},"
                  + "\"finishReason\":\"SAFETY\"}]}\n\n");
      case "malformed-call" ->
          json(200, "{\"candidates\":[{\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]}");
      case "no-usage" ->
          json(
              200,
              "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hello\"}]},"
                  + "\"finishReason\":\"STOP\"}]}");
      case "cut" ->
          events(
              1 << 20,
              "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"He\"}]}}]}\n\n");
      case "garbage" -> events(1 << 20, "data: {\"candidates\":[{\"cont\n\n");
      case "error-midstream" ->
          events(
              1 << 20,
              "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"He\"}]}}]}\n\n"
                  + "data: "
                  + error(503, "UNAVAILABLE", "The model is overloaded.", "")
                  + "\n\n");
      case "html" -> HttpResponse.of(HttpStatus.OK, MediaType.HTML_UTF_8, "<html>Welcome</html>");
      case "empty" -> json(200, "");
      case "array" -> json(200, "[]");
      case "error200" -> json(200, error(429, "RESOURCE_EXHAUSTED", "slow", ""));
      case "huge" -> json(200, "{\"x\":\"" + "y".repeat(2 << 20) + "\"}");
      case "long-event" -> events(1 << 16, "data: {\"x\":\"" + "y".repeat(1 << 20) + "\"}\n\n");
      case "gzip" ->
          HttpResponse.of(
              ResponseHeaders.builder(200)
                  .contentType(MediaType.JSON)
                  .set("content-encoding", "gzip")
                  .build(),
              HttpData.wrap(new byte[] {31, -117, 8}));
      case "redirect" -> HttpResponse.ofRedirect(HttpStatus.FOUND, "http://127.0.0.1:1/x");
      case "key" ->
          json(
              400,
              error(
                  400,
                  "INVALID_ARGUMENT",
                  "API key not valid: " + entry.request.headers().get("x-goog-api-key"),
                  "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
                      + "\"reason\":\"API_KEY_INVALID\"}"));
      case "400" -> json(400, error(400, "INVALID_ARGUMENT", "temperature must be at most 2", ""));
      case "echo-key" ->
          json(
              400,
              error(
                  400,
                  "INVALID_ARGUMENT",
                  "bad " + entry.request.headers().get("x-goog-api-key"),
                  ""));
      case "precondition" ->
          json(400, error(400, "FAILED_PRECONDITION", "User location is not supported", ""));
      case "403" -> json(403, error(403, "PERMISSION_DENIED", "no", ""));
      case "404" -> json(404, error(404, "NOT_FOUND", "models/404 is not found", ""));
      case "429" ->
          json(
              429,
              error(
                  429,
                  "RESOURCE_EXHAUSTED",
                  "slow down",
                  "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\","
                      + "\"retryDelay\":\"7.5s\"}"));
      case "daily" ->
          json(
              429,
              error(
                  429,
                  "RESOURCE_EXHAUSTED",
                  "quota",
                  "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":["
                      + "{\"quotaId\":\"GenerateRequestsPerDayPerProjectPerModel-FreeTier\"}]},"
                      + "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\","
                      + "\"retryDelay\":\"1s\"}"));
      case "500" -> json(500, error(500, "INTERNAL", "it broke", ""));
      case "503" -> json(503, "[" + error(503, "UNAVAILABLE", "busy", "") + "]");
      case "504" -> json(504, error(504, "DEADLINE_EXCEEDED", "late", ""));
      default -> json(404, error(404, "NOT_FOUND", "no script", ""));
    };
  }

  private static String okEvents() {
    return "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"thinking\","
        + "\"thought\":true}],\"role\":\"model\"},\"index\":0}],"
        + "\"usageMetadata\":{\"promptTokenCount\":9},\"responseId\":\"r1\"}\r\n\r\n"
        + "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Grüße \"}]},\"index\":0}]}"
        + "\r\n\r\n"
        + "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"🚢 你好\"},"
        + "{\"text\":\"\",\"thoughtSignature\":\"c2lnbmF0dXJl\"}]},"
        + "\"finishReason\":\"STOP\",\"index\":0}],"
        + USAGE
        + "}\r\n\r\n";
  }

  private static String toolsEvents() {
    String call =
        "{\"functionCall\":{\"name\":\"weather\",\"args\":{\"city\":\"Oslo\",\"days\":2}},"
            + "\"thoughtSignature\":\"c2ln\"}";
    return "data: {\"candidates\":[{\"content\":{\"parts\":["
        + call
        + "]}}]}\n\n"
        + "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}]},"
        + "\"finishReason\":\"STOP\"}],"
        + USAGE
        + "}\n\n";
  }

  static String whole(String text, boolean usage) {
    return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\""
        + text
        + "\"}]},\"finishReason\":\"STOP\",\"index\":0}],"
        + (usage ? USAGE + "," : "")
        + "\"modelVersion\":\"ok\",\"responseId\":\"r1\"}";
  }

  /** The events of a stream; the last one has the end in it. */
  static List<String> stream(boolean usage, String... pieces) {
    List<String> events = new ArrayList<>();
    events.add("data: {\"responseId\":\"r1\",\"modelVersion\":\"m\"}\n\n");
    for (String piece : pieces) {
      events.add(
          "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\""
              + piece
              + "\"}]},\"index\":0}]}\n\n");
    }
    events.add(
        "data: {\"candidates\":[{\"finishReason\":\"STOP\",\"index\":0}]"
            + (usage ? "," + USAGE : "")
            + "}\n\n");
    return events;
  }

  static String error(int code, String status, String message, String details) {
    return "{\"error\":{\"code\":%d,\"message\":\"%s\",\"status\":\"%s\",\"details\":[%s]}}"
        .formatted(code, message, status, details);
  }

  private static HttpResponse json(int status, String body) {
    return HttpResponse.of(HttpStatus.valueOf(status), MediaType.JSON_UTF_8, body);
  }

  /** Events in pieces of that many bytes. */
  private static HttpResponse events(int piece, String events) {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(head());
    byte[] bytes = events.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; at += piece) {
      writer.write(HttpData.copyOf(bytes, at, Math.min(piece, bytes.length - at)));
    }
    writer.close();
    return writer;
  }

  private static HttpResponse stalled(Entry entry) {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(head());
    writer.write(
        HttpData.ofUtf8(
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"He\"}]}}]}\n\n"));
    return writer;
  }

  private static HttpResponse many(Entry entry) {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(head());
    HttpData event =
        HttpData.ofUtf8(
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""
                + "word ".repeat(20)
                + "\"}]}}]}\n\n");
    next(writer, entry, event, 0);
    return writer;
  }

  private static void next(HttpResponseWriter writer, Entry entry, HttpData event, int sent) {
    if (sent == MANY) {
      writer.write(
          HttpData.ofUtf8(
              "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]," + USAGE + "}\n\n"));
      writer.close();
      return;
    }
    if (writer.tryWrite(event)) {
      entry.bytesSent.addAndGet(event.length());
      writer.whenConsumed().thenRun(() -> next(writer, entry, event, sent + 1));
    }
  }

  private static ResponseHeaders head() {
    return ResponseHeaders.builder(200).contentType(MediaType.EVENT_STREAM).build();
  }
}
