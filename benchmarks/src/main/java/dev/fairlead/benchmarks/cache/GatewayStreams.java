package dev.fairlead.benchmarks.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.Server;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.Standalone;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A recorded stream through the whole gateway, as HTTP requests one after the other, in front of an
 * upstream that gives every text its recorded answer: hits and wrong answers at several error
 * bounds, over several orders of the requests (the file's own, then shuffled ones). Every order
 * starts with a gateway that knows nothing. In the end each text that was answered fresh is asked
 * again, which must be a hit with the same answer.
 *
 * <p>Arguments: orders, comma-separated bounds, streams.
 */
public final class GatewayStreams implements AutoCloseable {

  private static final String PATH = "/v1/chat/completions";

  /** The cache or the encoder did not answer within its time-box: the machine is too busy. */
  private static final String LATE = "bypass";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> answers;
  private final Server upstream;
  private final Standalone gateway;
  private final BlockingWebClient client;

  /** What came of a pass. */
  private record Result(
      int requests, int hits, int wrong, int late, int repeats, int repeatsMissed) {
    double hitShare() {
      return (double) hits / requests;
    }

    double wrongShare() {
      return (double) wrong / requests;
    }
  }

  private record Told(String cache, String answer) {}

  private GatewayStreams(Map<String, String> answers, String bound) {
    this.answers = answers;
    this.upstream =
        Server.builder()
            .http(0)
            .service(
                PATH,
                (context, request) ->
                    HttpResponse.of(
                        request.aggregate().thenApply(body -> scripted(body.contentUtf8()))))
            .build();
    upstream.start().join();
    this.gateway =
        Standalone.start(
            ConfigSource.parse(
                "streams",
                """
                server: { port: 0, grpc_port: -1 }
                standalone: { warm_up: 0s }
                ledger: { enabled: false }
                cache: { ttl: 1d, max_error_rate: %s }
                providers: { lab: { kind: openai, base_url: "http://127.0.0.1:%d/v1" } }
                models:
                  - { id: m, provider: lab, upstream: m, tier: cheap, price: { input: 1, output: 1 } }
                """
                    .formatted(bound, upstream.activeLocalPort()),
                Map.of()));
    this.client =
        WebClient.builder("http://127.0.0.1:" + gateway.httpPort())
            .responseTimeoutMillis(30_000)
            .build()
            .blocking();
  }

  /** Prints one line for each stream and bound. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 3) {
      System.err.println("usage: GatewayStreams ORDERS BOUND,... STREAM.jsonl.gz...");
      System.exit(2);
    }
    int orders = Integer.parseInt(arguments[0]);
    for (String name : Arrays.asList(arguments).subList(2, arguments.length)) {
      List<RecordedRequest> requests = RecordedRequest.stream(Path.of(name));
      for (String bound : arguments[1].split(",")) {
        System.out.println(Path.of(name).getFileName() + " " + measure(requests, bound, orders));
      }
    }
    System.exit(0);
  }

  private static String measure(List<RecordedRequest> requests, String bound, int orders)
      throws Exception {
    Map<String, String> answers = new HashMap<>();
    requests.forEach(request -> answers.put(request.text(), request.answerKey()));
    List<Result> results = new ArrayList<>();
    for (int order = 0; order < orders; order++) {
      List<RecordedRequest> ordered = new ArrayList<>(requests);
      if (order > 0) {
        Collections.shuffle(ordered, new Random(order));
      }
      try (GatewayStreams pass = new GatewayStreams(answers, bound)) {
        results.add(pass.run(ordered));
      }
    }
    return String.format(
        Locale.ROOT,
        "bound %s, %d orders: hits %.1f %%, wrong %.2f %%, worst %.2f %%; exact repeats %d, missed"
            + " %d; cache too late for %d",
        bound,
        orders,
        100 * results.stream().mapToDouble(Result::hitShare).average().orElse(0),
        100 * results.stream().mapToDouble(Result::wrongShare).average().orElse(0),
        100 * results.stream().mapToDouble(Result::wrongShare).max().orElse(0),
        results.stream().mapToInt(Result::repeats).sum(),
        results.stream().mapToInt(Result::repeatsMissed).sum(),
        results.stream().mapToInt(Result::late).sum());
  }

  private Result run(List<RecordedRequest> requests) throws Exception {
    while (!gateway.ready()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    int hits = 0;
    int wrong = 0;
    int late = 0;
    Set<String> stored = new HashSet<>();
    for (RecordedRequest request : requests) {
      Told told = ask(request.text());
      boolean right = told.answer().equals(request.answerKey());
      switch (told.cache()) {
        case "hit", "semantic" -> {
          hits++;
          wrong += right ? 0 : 1;
        }
        case "miss" -> stored.add(request.text());
        case LATE -> late++;
        default -> throw new IllegalStateException("unexpected " + told);
      }
    }
    int missed = 0;
    for (String text : stored) {
      Told told = ask(text);
      boolean repeated = told.cache().equals("hit") && told.answer().equals(answers.get(text));
      missed += repeated || told.cache().equals(LATE) ? 0 : 1;
    }
    return new Result(requests.size(), hits, wrong, late, stored.size(), missed);
  }

  private Told ask(String text) {
    ObjectNode body = JSON.createObjectNode().put("model", "m");
    body.putArray("messages").addObject().put("role", "user").put("content", text);
    AggregatedHttpResponse response =
        client.execute(
            RequestHeaders.builder(HttpMethod.POST, PATH).contentType(MediaType.JSON).build(),
            body.toString());
    require(
        response.status().equals(HttpStatus.OK), response.status() + ": " + response.contentUtf8());
    return new Told(
        response.headers().get("x-fairlead-cache", ""),
        parsed(response.contentUtf8()).at("/choices/0/message/content").asText());
  }

  private HttpResponse scripted(String body) {
    String text = parsed(body).at("/messages/0/content").asText();
    ObjectNode answer = JSON.createObjectNode().put("id", "c").put("object", "chat.completion");
    answer.put("created", 1).put("model", "m");
    ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
    choice.put("finish_reason", "stop");
    choice.putObject("message").put("role", "assistant").put("content", answers.get(text));
    answer.putObject("usage").put("prompt_tokens", 1).put("completion_tokens", 1);
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, answer.toString());
  }

  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalStateException(message);
    }
  }

  @Override
  public void close() {
    gateway.close();
    upstream.stop().join();
  }
}
