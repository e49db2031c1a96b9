package dev.fairlead.provider.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks OpenAI's dialect and misbehaves on demand. What it does is chosen by the
 * upstream model's name, or by the header {@code x-script}; see {@link #SCRIPTS}. A name may carry
 * a suffix after {@code /}, so that one script can serve several models. Everything it was asked is
 * in the {@link #ledger}.
 */
public final class ScriptedUpstream implements AutoCloseable {

  /**
   * Scripts: what they answer. {@code flaky} fails with 500 on the first call of each model name,
   * then works; {@code tires} works for {@link #TIRES_AFTER} calls and then never answers again;
   * {@code comments} says a word and then sends nothing but comments.
   */
  public static final List<String> SCRIPTS =
      List.of(
          "ok",
          "tools",
          "empty-content",
          "utf8",
          "crlf",
          "no-usage",
          "400",
          "401",
          "404",
          "422",
          "429",
          "quota",
          "500",
          "503",
          "html",
          "empty",
          "malformed",
          "schema",
          "error200",
          "slow",
          "stall",
          "comments",
          "tires",
          "cut",
          "cut-at-once",
          "error-midstream",
          "no-done",
          "huge",
          "redirect",
          "flaky",
          "many",
          "gzip");

  /** Calls of a model name that the script {@code tires} answers. */
  public static final int TIRES_AFTER = 30;

  private static final long COMMENT_EVERY_MILLIS = 50;

  /** Fewer than the bytes of the script {@code many}, more than sockets and clients hold. */
  public static final int MANY_BYTES = 40_000_000;

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MANY = 240_000;
  private static final int HUGE_PIECE = 1 << 20;

  private final Server server;
  private final List<Entry> ledger = new CopyOnWriteArrayList<>();
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

  private ScriptedUpstream() {
    server =
        Server.builder()
            .http(0)
            // Of fixed size, so that a caller who does not read holds us back soon.
            .childChannelOption(ChannelOption.SO_SNDBUF, 256 << 10)
            .requestTimeoutMillis(0)
            .maxRequestLength(64 << 20)
            .serviceUnder("/", this::serve)
            .build();
    server.start().join();
  }

  /** One call that came in. */
  public static final class Entry {
    private final String path;
    private final String script;
    private final String key;
    private final String body;
    private volatile String end = "open";
    private final AtomicInteger bytesSent = new AtomicInteger();

    Entry(String path, String script, String key, String body) {
      this.path = path;
      this.script = script;
      this.key = key;
      this.body = body;
    }

    /** Path of the request. */
    public String path() {
      return path;
    }

    /** The script that was played. */
    public String script() {
      return script;
    }

    /** The authorization header, whole. */
    public String key() {
      return key;
    }

    /** The body, as it came. */
    public String body() {
      return body;
    }

    /** {@code open}, {@code finished} or {@code cancelled} by the caller. */
    public String end() {
      return end;
    }

    /** Bytes of the request's body. */
    public int bytesReceived() {
      return body.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Bytes given to the transport so far. */
    public int bytesSent() {
      return bytesSent.get();
    }
  }

  /** Starts one on a free port of the loopback. */
  public static ScriptedUpstream start() {
    return new ScriptedUpstream();
  }

  /** Base URL for configurations, including {@code /v1}. */
  public String baseUrl() {
    return "http://127.0.0.1:" + server.activeLocalPort() + "/v1";
  }

  /** Every call, in order of arrival. */
  public List<Entry> ledger() {
    return List.copyOf(ledger);
  }

  /** The latest call. */
  public Entry last() {
    return ledger.getLast();
  }

  /** Forgets what was asked. */
  public void reset() {
    ledger.clear();
    calls.clear();
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
              String body = whole.contentUtf8();
              JsonNode json = parse(body);
              String model = json.path("model").asText();
              String script = request.headers().get("x-script", model);
              String name =
                  script.contains("/") ? script.substring(0, script.indexOf('/')) : script;
              Entry entry =
                  new Entry(context.path(), name, request.headers().get("authorization", ""), body);
              ledger.add(entry);
              int call = calls.computeIfAbsent(model, m -> new AtomicInteger()).incrementAndGet();
              HttpResponse response = play(name, json, context.path(), call, entry);
              response
                  .whenComplete()
                  .whenComplete(
                      (done, error) -> entry.end = error == null ? "finished" : "cancelled");
              return response;
            }));
  }

  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      return JSON.createObjectNode();
    }
  }

  private static HttpResponse play(
      String script, JsonNode request, String path, int call, Entry entry) {
    boolean stream = request.path("stream").asBoolean();
    return switch (script) {
      case "400" ->
          error(400, "invalid_request_error", "unsupported_value", "temperature must be at most 2");
      case "401" ->
          error(
              401, "invalid_request_error", "invalid_api_key", "Incorrect API key: " + entry.key());
      case "404" ->
          error(404, "invalid_request_error", "model_not_found", "The model does not exist");
      case "422" ->
          error(422, "invalid_request_error", "bad", "cannot be processed: " + entry.key());
      case "429" ->
          HttpResponse.of(
              ResponseHeaders.builder(429)
                  .contentType(MediaType.JSON)
                  .set("retry-after", "7")
                  .build(),
              HttpData.ofUtf8(errorJson("rate_limit_error", "rate_limit_exceeded", "slow down")));
      case "quota" ->
          error(429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota");
      case "500" -> error(500, "server_error", "internal", "it broke");
      case "503" -> error(503, "server_error", "overloaded", "too busy");
      case "flaky" ->
          call == 1
              ? error(500, "server_error", "internal", "it broke")
              : answer(script, stream, path, entry);
      case "html" ->
          HttpResponse.of(HttpStatus.OK, MediaType.HTML_UTF_8, "<html><body>Welcome</body></html>");
      case "empty" ->
          HttpResponse.of(ResponseHeaders.builder(200).contentType(MediaType.JSON).build());
      case "malformed" ->
          stream
              ? events(entry, false, "data: {\"choices\":[{\"delta\":{\"content\":\"x\"\n\n")
              : HttpResponse.of(
                  HttpStatus.OK,
                  MediaType.JSON,
                  "{\"choices\":[{\"message\":{\"content\":\"cut he");
      case "schema" -> HttpResponse.of(HttpStatus.OK, MediaType.JSON, "{\"result\":\"fine\"}");
      case "error200" ->
          HttpResponse.of(
              HttpStatus.OK,
              MediaType.JSON,
              errorJson("server_error", "502", "the model failed to load"));
      case "redirect" -> HttpResponse.ofRedirect(HttpStatus.FOUND, "http://127.0.0.1:1/elsewhere");
      case "slow" -> HttpResponse.streaming();
      case "tires" ->
          call <= TIRES_AFTER ? answer(script, stream, path, entry) : HttpResponse.streaming();
      case "huge" -> huge(entry);
      case "gzip" ->
          HttpResponse.of(
              ResponseHeaders.builder(200)
                  .contentType(MediaType.JSON)
                  .set("content-encoding", "gzip")
                  .build(),
              HttpData.ofUtf8("not gzip at all"));
      default -> answer(script, stream, path, entry);
    };
  }

  private static HttpResponse answer(String script, boolean stream, String path, Entry entry) {
    if (path.endsWith("/embeddings")) {
      return json(
          "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.25,-0.5]}],"
              + "\"model\":\"m\",\"usage\":{\"prompt_tokens\":4,\"total_tokens\":4}}");
    }
    if (path.endsWith("/completions") && !path.endsWith("/chat/completions")) {
      return stream ? legacyStream(entry) : json(legacy());
    }
    return stream ? stream(script, entry) : json(whole(script));
  }

  private static HttpResponse json(String body) {
    return HttpResponse.of(
        ResponseHeaders.builder(200)
            .contentType(MediaType.JSON)
            .set("x-request-id", "req_1")
            .set("set-cookie", "session=1")
            .build(),
        HttpData.ofUtf8(body));
  }

  private static String legacy() {
    return "{\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\",\"choices\":[{"
               + "\"text\":\"Hello\",\"index\":0,\"finish_reason\":\"stop\"}],"
               + "\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1,\"total_tokens\":3}}";
  }

  private static HttpResponse legacyStream(Entry entry) {
    return events(
        entry,
        true,
        "data: {\"choices\":[{\"index\":0,\"text\":\"Hel\"}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"text\":\"lo\",\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1}}\n\n",
        "data: [DONE]\n\n");
  }

  private static String whole(String script) {
    String message =
        switch (script) {
          case "tools" ->
              "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\","
                  + "\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"}}]}";
          case "empty-content" -> "{\"role\":\"assistant\",\"content\":\"\"}";
          case "utf8" -> "{\"role\":\"assistant\",\"content\":\"Grüße 🚢 你好\"}";
          default -> "{\"role\":\"assistant\",\"content\":\"Hello world\",\"x_unknown\":[1, 2.50]}";
        };
    String reason = script.equals("tools") ? "tool_calls" : "stop";
    String usage =
        script.equals("no-usage")
            ? ""
            : ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":4},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":1}}";
    return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\",\"choices\":["
               + "{\"index\":0,\"message\":"
        + message
        + ",\"finish_reason\":\""
        + reason
        + "\"}]"
        + usage
        + "}";
  }

  private static HttpResponse stream(String script, Entry entry) {
    String role = chunk("{\"role\":\"assistant\",\"content\":\"\"}", null);
    String usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n";
    String stop = chunk("{}", "stop");
    String done = "data: [DONE]\n\n";
    String hello = chunk("{\"content\":\"Hello\"}", null);
    String world = chunk("{\"content\":\" world\"}", null);
    return switch (script) {
      case "tools" ->
          events(
              entry,
              true,
              role,
              toolChunk("\"id\":\"call_1\",\"type\":\"function\",", "\"name\":\"weather\",", ""),
              toolChunk("", "", "{\\\"city\\\":"),
              toolChunk("", "", "\\\"Oslo\\\"}"),
              chunk("{}", "tool_calls"),
              usage,
              done);
      case "empty-content" -> events(entry, true, role, stop, usage, done);
      case "utf8" ->
          bytewise(
              entry, role + chunk("{\"content\":\"Grüße 🚢 你好\"}", null) + stop + usage + done);
      case "crlf" ->
          bytewise(
              entry,
              (": hi\n\n" + role + hello + world + stop + usage + done).replace("\n", "\r\n"));
      case "no-usage" -> events(entry, true, role, hello, world, stop, done);
      case "no-done" -> events(entry, true, role, hello, world, stop, usage);
      case "stall" -> events(entry, false, role, hello);
      case "comments" -> comments(entry, role, hello);
      case "cut" -> cut(entry, role, hello);
      case "cut-at-once" -> cut(entry, role);
      case "error-midstream" ->
          events(
              entry,
              true,
              role,
              hello,
              "data: " + errorJson("server_error", "internal", "it broke") + "\n\n");
      case "many" -> many(entry);
      default -> events(entry, true, role, hello, world, stop, usage, done);
    };
  }

  private static String chunk(String delta, @Nullable String reason) {
    return "data:"
               + " {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
               + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + (reason == null ? "null" : "\"" + reason + "\"")
        + "}],\"usage\":null}\n\n";
  }

  private static String toolChunk(String head, String name, String arguments) {
    return chunk(
        "{\"tool_calls\":[{\"index\":0,"
            + head
            + "\"function\":{"
            + name
            + "\"arguments\":\""
            + arguments
            + "\"}}]}",
        null);
  }

  private static HttpResponse events(Entry entry, boolean close, String... events) {
    HttpResponseWriter writer = begin();
    for (String event : events) {
      send(writer, entry, HttpData.ofUtf8(event));
    }
    if (close) {
      writer.close();
    }
    return writer;
  }

  /** Every byte on its own, so that reads end inside characters and line ends. */
  private static HttpResponse bytewise(Entry entry, String text) {
    HttpResponseWriter writer = begin();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      send(writer, entry, HttpData.wrap(new byte[] {b}));
    }
    writer.close();
    return writer;
  }

  private static HttpResponse comments(Entry entry, String... events) {
    HttpResponseWriter writer = begin();
    for (String event : events) {
      send(writer, entry, HttpData.ofUtf8(event));
    }
    ScheduledFuture<?> comments =
        CommonPools.workerGroup()
            .scheduleAtFixedRate(
                () -> send(writer, entry, HttpData.ofUtf8(": still here\n\n")),
                COMMENT_EVERY_MILLIS,
                COMMENT_EVERY_MILLIS,
                TimeUnit.MILLISECONDS);
    writer.whenComplete().whenComplete((done, error) -> comments.cancel(false));
    return writer;
  }

  private static HttpResponse cut(Entry entry, String... events) {
    HttpResponseWriter writer = begin();
    for (String event : events) {
      send(writer, entry, HttpData.ofUtf8(event));
    }
    writer.whenConsumed().thenRun(() -> writer.close(new IllegalStateException("cut")));
    return writer;
  }

  /** More than buffers hold, written as fast as it is taken. */
  private static HttpResponse many(Entry entry) {
    HttpResponseWriter writer = begin();
    pump(writer, entry, 0);
    return writer;
  }

  private static void pump(HttpResponseWriter writer, Entry entry, int sent) {
    if (sent == MANY) {
      send(writer, entry, HttpData.ofUtf8(chunk("{}", "stop") + "data: [DONE]\n\n"));
      writer.close();
      return;
    }
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      words.add(chunk("{\"content\":\" word" + (sent + i) + "\"}", null));
    }
    if (writer.tryWrite(HttpData.ofUtf8(String.join("", words)))) {
      entry.bytesSent.addAndGet(words.size() * words.getFirst().length());
      writer.whenConsumed().thenRun(() -> pump(writer, entry, sent + 10));
    }
  }

  private static HttpResponse huge(Entry entry) {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(ResponseHeaders.builder(200).contentType(MediaType.JSON).build());
    hugePiece(writer, entry);
    return writer;
  }

  private static void hugePiece(HttpResponseWriter writer, Entry entry) {
    if (writer.tryWrite(HttpData.wrap(new byte[HUGE_PIECE]))) {
      entry.bytesSent.addAndGet(HUGE_PIECE);
      writer.whenConsumed().thenRun(() -> hugePiece(writer, entry));
    }
  }

  private static HttpResponseWriter begin() {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(ResponseHeaders.builder(200).contentType(MediaType.EVENT_STREAM).build());
    return writer;
  }

  private static void send(HttpResponseWriter writer, Entry entry, HttpData data) {
    if (writer.tryWrite(data)) {
      entry.bytesSent.addAndGet(data.length());
    }
  }

  private static HttpResponse error(int status, String type, String code, String message) {
    return HttpResponse.of(
        HttpStatus.valueOf(status), MediaType.JSON, errorJson(type, code, message));
  }

  private static String errorJson(String type, String code, String message) {
    return "{\"error\":{\"message\":\""
        + message
        + "\",\"type\":\""
        + type
        + "\",\"param\":null,\"code\":\""
        + code
        + "\"}}";
  }
}
