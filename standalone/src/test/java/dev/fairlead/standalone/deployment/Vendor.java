package dev.fairlead.standalone.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OpenAI-compatible vendor that does what the prompt says, so that concurrent cases do not meet:
 * {@code [[status 500]]}, {@code [[fail small-up 500]]} (that model only), {@code [[garbage]]},
 * {@code [[cut]]}, {@code [[endless]]}, {@code [[hold word]]} (until the word is released), {@code
 * [[tool]]}. Anything else is answered at once. Keeps what it was sent.
 */
public final class Vendor implements AutoCloseable {

  /** The key it is called with; must be seen nowhere else. */
  public static final String API_KEY = "sk-canary-of-the-vendor";

  /** What an answer says, before the name of the model. */
  public static final String SAYS = "Fairl\u00e4chelnd \u4e2d\ud83d\ude00 from ";

  /** Tokens of every prompt, and of every answer. */
  public static final int PROMPT_TOKENS = 12;

  /** Tokens of every answer. */
  public static final int COMPLETION_TOKENS = 5;

  private static final Pattern HOLD = Pattern.compile("\\[\\[hold (\\w+)]]");
  private static final Pattern FAIL = Pattern.compile("\\[\\[fail (\\S+) (\\d{3})]]");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Map<String, CompletableFuture<Void>> held = new ConcurrentHashMap<>();
  private final Server server;

  /** A request as it came. {@code finished} completes with whether the whole answer was taken. */
  public record Received(AggregatedHttpRequest request, CompletableFuture<Boolean> finished) {

    /** Its body. */
    public String body() {
      return request.contentUtf8();
    }

    /** Its body as JSON. */
    public JsonNode json() {
      try {
        return JSON.readTree(body());
      } catch (IOException e) {
        throw new AssertionError(body(), e);
      }
    }
  }

  /** Starts on a free port. */
  public Vendor() {
    server =
        Server.builder()
            .http(new InetSocketAddress("127.0.0.1", 0))
            .requestTimeoutMillis(0)
            .gracefulShutdownTimeoutMillis(0, 0)
            .service("/v1/chat/completions", (context, request) -> answer(context, request, false))
            .service("/v1/embeddings", (context, request) -> answer(context, request, true))
            .build();
    server.start().join();
  }

  /** Root of its API. */
  public String baseUrl() {
    return "http://127.0.0.1:" + server.activeLocalPort() + "/v1";
  }

  /** Requests whose body contains {@code part}, in order. */
  public List<Received> received(String part) {
    return received.stream().filter(request -> request.body().contains(part)).toList();
  }

  /** How many requests came. */
  public int count() {
    return received.size();
  }

  /** Lets the answers go that are held under a word, and those that will be. */
  public void release(String word) {
    hold(word).complete(null);
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private HttpResponse answer(
      ServiceRequestContext context, HttpRequest incoming, boolean embeddings) {
    return HttpResponse.of(
        incoming
            .aggregate()
            .thenCompose(request -> {
              Received call = new Received(request, new CompletableFuture<>());
              received.add(call);
              context
                  .log()
                  .whenComplete()
                  .thenAccept(log -> call.finished().complete(log.responseCause() == null));
              HttpResponse response =
                  embeddings
                      ? json(VendorAnswers.embeddings(call.json()))
                      : scripted(context, call);
              Matcher hold = HOLD.matcher(call.body());
              return hold.find()
                  ? hold(hold.group(1)).thenApply(go -> response)
                  : CompletableFuture.completedFuture(response);
            }));
  }

  private CompletableFuture<Void> hold(String word) {
    return held.computeIfAbsent(word, key -> new CompletableFuture<>());
  }

  private static HttpResponse scripted(ServiceRequestContext context, Received call) {
    String body = call.body();
    Matcher fail = FAIL.matcher(body);
    if (fail.find() && call.json().path("model").asText().equals(fail.group(1))) {
      return refusal(Integer.parseInt(fail.group(2)));
    }
    int status = body.indexOf("[[status ");
    if (status >= 0) {
      return refusal(Integer.parseInt(body.substring(status + 9, status + 12)));
    }
    if (body.contains("[[garbage]]")) {
      return json("<html>so sorry</html>");
    }
    JsonNode json = call.json();
    return json.path("stream").asBoolean() ? stream(context, json) : json(VendorAnswers.chat(json));
  }

  private static HttpResponse refusal(int status) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(HttpStatus.valueOf(status))
            .contentType(MediaType.JSON)
            .add("x-request-id", "of-the-vendor");
    if (status == 429) {
      headers.addInt("retry-after", 7);
    }
    return HttpResponse.of(
        headers.build(),
        HttpData.ofUtf8(
            "{\"error\":{\"message\":\"vendor says "
                + status
                + "\",\"type\":\"vendor_type\","
                + "\"param\":\"messages\",\"code\":\"vendor_code\"}}"));
  }

  private static HttpResponse json(String body) {
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, body);
  }

  private static HttpResponse stream(ServiceRequestContext context, JsonNode request) {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(ResponseHeaders.of(HttpStatus.OK, "content-type", "text/event-stream"));
    String script = request.toString();
    if (script.contains("[[endless]]")) {
      tick(context, writer, HttpData.ofUtf8(VendorAnswers.contentEvent(request, "tick ")));
      return writer;
    }
    List<String> events = VendorAnswers.events(request);
    if (script.contains("[[cut]]")) {
      writer.write(HttpData.ofUtf8(events.get(0) + events.get(1)));
      context
          .eventLoop()
          .schedule(() -> writer.close(new IOException("cut")), 100, TimeUnit.MILLISECONDS);
      return writer;
    }
    events.forEach(event -> writer.write(HttpData.ofUtf8(event)));
    writer.close();
    return writer;
  }

  /** Writes the same event again and again until the caller is gone. */
  private static void tick(
      ServiceRequestContext context, HttpResponseWriter writer, HttpData event) {
    if (writer.tryWrite(event)) {
      context.eventLoop().schedule(() -> tick(context, writer, event), 20, TimeUnit.MILLISECONDS);
    }
  }
}
