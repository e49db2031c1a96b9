package dev.fairlead.tools.loadgen;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** An HTTP server whose answer to the n-th chat request a test decides. */
final class ScriptedGateway implements AutoCloseable {

  private final Server server;
  private final AtomicInteger count = new AtomicInteger();
  private final ConcurrentLinkedQueue<AggregatedHttpRequest> requests =
      new ConcurrentLinkedQueue<>();

  private ScriptedGateway(IntFunction<HttpResponse> script) {
    server =
        Server.builder()
            .requestTimeoutMillis(0)
            .service(
                "/v1/chat/completions",
                (context, request) ->
                    HttpResponse.of(
                        request
                            .aggregate()
                            .thenApply(whole -> {
                              requests.add(whole);
                              return script.apply(count.getAndIncrement());
                            })))
            .build();
    server.start().join();
  }

  static ScriptedGateway answering(IntFunction<HttpResponse> script) {
    return new ScriptedGateway(script);
  }

  /** An ordinary answer with all facts. */
  static HttpResponse answer() {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .add("content-type", "application/json")
            .add("x-model-used", "gpt-4o-mini")
            .add("x-query-cost", "0.000012")
            .add("x-fairlead-saved", "0.00031")
            .add("x-fairlead-cache", "miss")
            .build(),
        HttpData.ofUtf8("{\"choices\":[{\"message\":{\"content\":\"Paris.\"}}]}"));
  }

  static HttpResponse answerAfter(Duration delay) {
    return HttpResponse.delayed(answer(), delay);
  }

  /** A stream that sends one event every {@code gap}. */
  static HttpResponse stream(ScheduledExecutorService clock, Duration gap, List<String> events) {
    HttpResponseWriter response = HttpResponse.streaming();
    response.write(
        ResponseHeaders.builder(HttpStatus.OK)
            .add("content-type", "text/event-stream")
            .add("x-model-used", "gpt-4o")
            .add("x-fairlead-cache", "bypass")
            .build());
    for (int i = 0; i < events.size(); i++) {
      HttpData event = HttpData.ofUtf8("data: " + events.get(i) + "\n\n");
      boolean last = i == events.size() - 1;
      clock.schedule(
          () -> {
            response.write(event);
            if (last) {
              response.close();
            }
          },
          gap.multipliedBy(i).toMillis(),
          TimeUnit.MILLISECONDS);
    }
    return response;
  }

  String url() {
    return "http://127.0.0.1:" + server.activeLocalPort();
  }

  List<AggregatedHttpRequest> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    server.stop().join();
  }
}
