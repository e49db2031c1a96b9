package dev.fairlead.provider.bedrock;

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
import dev.fairlead.provider.testkit.EventStreams;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server that speaks Converse, checks every signature, and misbehaves on demand: the model's id
 * is the script. Streams are framed by Amazon's own event stream library. Everything it was asked
 * is in the ledger.
 */
final class ScriptedBedrock implements AutoCloseable {

  static final String KEY_ID = "AKIACANARY";
  static final String SECRET = "canary/secret+key";
  static final String REGION = "eu-central-1";
  static final int MANY = 40_000;

  private static final String USAGE =
      "\"usage\":{\"inputTokens\":9,\"outputTokens\":4,\"totalTokens\":20,"
          + "\"cacheReadInputTokens\":5,\"cacheWriteInputTokens\":2}";

  private final Server server;
  final List<Entry> ledger = new CopyOnWriteArrayList<>();

  /** One call that came in. */
  static final class Entry {
    final AggregatedHttpRequest request;
    final String path;
    final String complaint;
    final AtomicLong bytesSent = new AtomicLong();
    volatile String end = "open";

    Entry(AggregatedHttpRequest request, String path, String complaint) {
      this.request = request;
      this.path = path;
      this.complaint = complaint;
    }
  }

  ScriptedBedrock() {
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
              Entry entry =
                  new Entry(whole, context.rawPath(), complaint(whole, context.rawPath()));
              ledger.add(entry);
              HttpResponse response =
                  entry.complaint.isEmpty()
                      ? play(entry)
                      : error(403, "InvalidSignatureException", entry.complaint);
              response
                  .whenComplete()
                  .whenComplete(
                      (done, error) -> entry.end = error == null ? "finished" : "cancelled");
              return response;
            }));
  }

  private static String complaint(AggregatedHttpRequest request, String path) {
    try {
      return SignatureCheck.complaint(request, path, KEY_ID, SECRET, REGION);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse play(Entry entry) {
    String[] path = entry.path.split("/");
    String script = path[2];
    return switch (script) {
      case "ok" -> whole("{\"text\":\"Hello world\"}", "end_turn");
      case "both" ->
          path[3].equals("converse-stream")
              ? stream(1 << 20, okEvents())
              : whole("{\"text\":\"Hello world\"}", "end_turn");
      case "s-tool" ->
          stream(
              1 << 20,
              start(0, "t1", "weather"),
              input(0, "{\\\"city\\\":"),
              input(0, "\\\"Oslo\\\"}"),
              EventStreams.event("messageStop", "{\"stopReason\":\"tool_use\"}"),
              meta());
      case "with%3Acolon" -> whole("{\"text\":\"found\"}", "end_turn");
      case "tools" ->
          whole(
              "{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"weather\","
                  + "\"input\":{\"city\":\"Oslo\",\"n\":[1,2.50,null,true]}}}",
              "tool_use");
      case "thoughts" ->
          whole(
              "{\"reasoningContent\":{\"reasoningText\":{\"text\":\"hm\",\"signature\":\"sig\"}}},"
                  + "{\"reasoningContent\":{\"redactedContent\":\"AQI=\"}},{\"text\":\"Hi\"}",
              "end_turn");
      case "guardrail" -> whole("{\"text\":\"Sorry\"}", "guardrail_intervened");
      case "malformed-call" -> whole("", "malformed_tool_use");
      case "html" -> HttpResponse.of(HttpStatus.OK, MediaType.HTML_UTF_8, "<html>Hi</html>");
      case "empty" -> HttpResponse.of(HttpStatus.OK, MediaType.JSON, "");
      case "schema" -> HttpResponse.of(HttpStatus.OK, MediaType.JSON, "{\"result\":1}");
      case "huge" ->
          HttpResponse.of(HttpStatus.OK, MediaType.JSON, "{\"x\":\"" + "y".repeat(2 << 20) + "\"}");
      case "gzip" ->
          HttpResponse.of(
              ResponseHeaders.builder(200)
                  .contentType(MediaType.JSON)
                  .set("content-encoding", "gzip")
                  .build(),
              HttpData.wrap(new byte[] {31, -117, 8}));
      case "redirect" -> HttpResponse.ofRedirect(HttpStatus.FOUND, "http://127.0.0.1:1/x");
      case "throttled" ->
          HttpResponse.of(
              ResponseHeaders.builder(429)
                  .contentType(MediaType.JSON)
                  .set("x-amzn-errortype", "ThrottlingException")
                  .set("retry-after", "7")
                  .build(),
              HttpData.ofUtf8("{\"message\":\"Too many tokens\"}"));
      case "quota" -> error(400, "ServiceQuotaExceededException", "quota");
      case "invalid" -> error(400, "ValidationException", "temperature must be at most 1");
      case "no-model" ->
          error(400, "ValidationException", "The provided model identifier is invalid.");
      case "404" -> error(404, "ResourceNotFoundException", "no such model");
      case "denied" -> error(403, "AccessDeniedException", "account 123 is not authorized");
      case "expired" -> error(403, "ExpiredTokenException", "token");
      case "late" -> error(408, "ModelTimeoutException", "late");
      case "model-error" -> error(424, "ModelErrorException", "broke");
      case "not-ready" -> error(429, "ModelNotReadyException", "warming up");
      case "500" -> error(500, "InternalServerException", "broke");
      case "503" -> error(503, "ServiceUnavailableException", "busy");
      case "502" -> HttpResponse.of(HttpStatus.BAD_GATEWAY, MediaType.HTML_UTF_8, "<html>");
      case "s-ok" -> stream(1 << 20, okEvents());
      case "s-bytes" -> stream(1, okEvents());
      case "s-tools" -> stream(11, toolEvents());
      case "s-guardrail" ->
          stream(
              1 << 20,
              EventStreams.event("messageStop", "{\"stopReason\":\"guardrail_intervened\"}"),
              meta());
      case "s-cut" -> stream(1 << 20, text("He"));
      case "s-cut-inside" -> stream(1 << 20, Arrays.copyOf(okEvents(), 60));
      case "s-error" ->
          stream(
              1 << 20, text("He"), EventStreams.exception("modelStreamErrorException", "it broke"));
      case "s-throttled" -> stream(1 << 20, EventStreams.exception("throttlingException", "slow"));
      case "s-invalid" -> stream(1 << 20, EventStreams.exception("validationException", "bad"));
      case "s-corrupt" -> {
        byte[] events = okEvents();
        events[40] ^= 1;
        yield stream(1 << 20, events);
      }
      case "s-garbage" ->
          stream(
              1 << 20,
              "<html>this is no event stream at all</html>".getBytes(StandardCharsets.UTF_8));
      case "s-stall" -> {
        HttpResponseWriter writer = HttpResponse.streaming();
        writer.write(head());
        writer.write(HttpData.wrap(text("He")));
        yield writer;
      }
      case "s-many" -> {
        HttpResponseWriter writer = HttpResponse.streaming();
        writer.write(head());
        next(writer, entry, HttpData.wrap(text("word ".repeat(40))), 0);
        yield writer;
      }
      default -> error(404, "ResourceNotFoundException", "no script");
    };
  }

  private static void next(HttpResponseWriter writer, Entry entry, HttpData event, int sent) {
    if (sent == MANY) {
      writer.write(
          HttpData.wrap(
              joined(EventStreams.event("messageStop", "{\"stopReason\":\"end_turn\"}"), meta())));
      writer.close();
    } else if (writer.tryWrite(event)) {
      entry.bytesSent.addAndGet(event.length());
      writer.whenConsumed().thenRun(() -> next(writer, entry, event, sent + 1));
    }
  }

  private static HttpResponse whole(String content, String reason) {
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, answer(content, reason, true));
  }

  static String answer(String content, String reason, boolean usage) {
    return "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":["
        + content
        + "]}},\"stopReason\":\""
        + reason
        + "\","
        + (usage ? USAGE + "," : "")
        + "\"metrics\":{\"latencyMs\":5}}";
  }

  /** A plain stream, the first text in the second frame. */
  static List<byte[]> frames(boolean usage, String... pieces) {
    List<byte[]> frames = new ArrayList<>();
    frames.add(EventStreams.event("messageStart", "{\"role\":\"assistant\"}"));
    for (String piece : pieces) {
      frames.add(text(piece));
    }
    frames.add(EventStreams.event("messageStop", "{\"stopReason\":\"end_turn\"}"));
    frames.add(usage ? meta() : EventStreams.event("metadata", "{\"metrics\":{\"latencyMs\":5}}"));
    return frames;
  }

  private static HttpResponse error(int status, String type, String message) {
    return HttpResponse.of(
        ResponseHeaders.builder(status)
            .contentType(MediaType.JSON)
            .set("x-amzn-errortype", type)
            .build(),
        HttpData.ofUtf8("{\"message\":\"" + message.replace("\n", " ") + "\"}"));
  }

  /** Everything that a short answer has, and an event of a kind that is not known yet. */
  static byte[] okEvents() {
    return joined(
        EventStreams.event("messageStart", "{\"role\":\"assistant\"}"),
        EventStreams.event(
            "contentBlockDelta",
            "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"hm\"}}}"),
        EventStreams.event(
            "contentBlockDelta",
            "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"sig\"}}}"),
        EventStreams.event("contentBlockStop", "{\"contentBlockIndex\":0}"),
        EventStreams.event("somethingNew", "{\"x\":1}"),
        EventStreams.event(
            "contentBlockDelta", "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"Grüße \"}}"),
        EventStreams.event(
            "contentBlockDelta", "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"🚢 你好\"}}"),
        EventStreams.event("contentBlockStop", "{\"contentBlockIndex\":1}"),
        EventStreams.event("messageStop", "{\"stopReason\":\"end_turn\"}"),
        meta());
  }

  /** Two calls that are told in turns. */
  private static byte[] toolEvents() {
    return joined(
        EventStreams.event("messageStart", "{\"role\":\"assistant\"}"),
        text("Let me see."),
        start(1, "t1", "weather"),
        input(1, "{\\\"city\\\":"),
        start(2, "t2", "time"),
        input(2, "{}"),
        input(1, " \\\"Oslo\\\"}"),
        EventStreams.event("contentBlockStop", "{\"contentBlockIndex\":1}"),
        EventStreams.event("messageStop", "{\"stopReason\":\"tool_use\"}"),
        meta());
  }

  private static byte[] start(int block, String id, String name) {
    return EventStreams.event(
        "contentBlockStart",
        "{\"contentBlockIndex\":%d,\"start\":{\"toolUse\":{\"toolUseId\":\"%s\",\"name\":\"%s\"}}}"
            .formatted(block, id, name));
  }

  private static byte[] input(int block, String json) {
    return EventStreams.event(
        "contentBlockDelta",
        "{\"contentBlockIndex\":%d,\"delta\":{\"toolUse\":{\"input\":\"%s\"}}}"
            .formatted(block, json));
  }

  private static byte[] text(String text) {
    return EventStreams.event(
        "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"" + text + "\"}}");
  }

  private static byte[] meta() {
    return EventStreams.event("metadata", "{" + USAGE + ",\"metrics\":{\"latencyMs\":5}}");
  }

  private static byte[] joined(byte[]... frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      out.writeBytes(frame);
    }
    return out.toByteArray();
  }

  /** Frames in pieces of that many bytes. */
  private static HttpResponse stream(int piece, byte[]... frames) {
    byte[] bytes = joined(frames);
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(head());
    for (int at = 0; at < bytes.length; at += piece) {
      writer.write(HttpData.copyOf(bytes, at, Math.min(piece, bytes.length - at)));
    }
    writer.close();
    return writer;
  }

  private static ResponseHeaders head() {
    return ResponseHeaders.builder(200)
        .contentType(MediaType.parse("application/vnd.amazon.eventstream"))
        .build();
  }
}
