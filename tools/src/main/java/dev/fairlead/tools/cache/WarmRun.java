package dev.fairlead.tools.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** Sends requests to a gateway, a few at a time, and counts what came of them. */
final class WarmRun {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_REASON = 300;

  private final URI gateway;
  private final Map<String, String> headers;
  private final Duration timeout;
  private final Semaphore slots;
  private final PrintWriter complaints;
  private final WarmTally tally = new WarmTally();

  /**
   * A run that has not begun.
   *
   * @param headers of every request
   * @param timeout of one request
   * @param concurrency requests under way at once, at least 1
   * @param complaints gets a line for each request that failed
   */
  WarmRun(
      URI gateway,
      Map<String, String> headers,
      Duration timeout,
      int concurrency,
      PrintWriter complaints) {
    this.gateway = gateway;
    this.headers = Map.copyOf(headers);
    this.timeout = timeout;
    this.slots = new Semaphore(concurrency);
    this.complaints = complaints;
  }

  /** Sends all; blocks until the last is answered. */
  WarmTally send(Iterable<WarmRequest> requests) throws InterruptedException {
    try (HttpClient http =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (WarmRequest request : requests) {
        slots.acquire();
        var unused =
            threads.submit(() -> {
              try {
                send(http, request);
              } finally {
                slots.release();
              }
            });
      }
    }
    return tally;
  }

  private void send(HttpClient http, WarmRequest request) {
    HttpRequest.Builder message =
        HttpRequest.newBuilder(URI.create(gateway + request.path()))
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(request.body()));
    headers.forEach(message::header);
    try {
      HttpResponse<String> response =
          http.send(message.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        tally.answered(header(response, "x-fairlead-cache"), cost(response));
      } else {
        failed(request.line(), reason(response.body()) + " (HTTP " + response.statusCode() + ")");
      }
    } catch (IOException e) {
      failed(request.line(), e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed(request.line(), "interrupted");
    }
  }

  /** A line that was no request, or a request without a good answer. */
  void failed(int line, String reason) {
    tally.failed();
    synchronized (complaints) {
      complaints.println("line " + line + ": " + reason);
      complaints.flush();
    }
  }

  private static BigDecimal cost(HttpResponse<?> response) {
    try {
      return new BigDecimal(header(response, "x-query-cost"));
    } catch (NumberFormatException e) {
      // A stream tells its cost elsewhere, another server does not tell it at all.
      return BigDecimal.ZERO;
    }
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String reason(String body) {
    try {
      JsonNode message = JSON.readTree(body).path("error").path("message");
      if (message.isTextual()) {
        return cut(message.asText());
      }
    } catch (JsonProcessingException e) {
      return cut(body.strip());
    }
    return cut(body.strip());
  }

  private static String cut(String text) {
    return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON) + "...";
  }
}
