package dev.fairlead.benchmarks;

import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Reads one streamed chat answer of numbered frames: that each comes, in order, and when. */
final class StreamReader implements Subscriber<HttpObject> {

  static final String PATH = "/v1/chat/completions";

  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final long start = System.nanoTime();
  private final StringBuilder text = new StringBuilder();
  private long firstNanos;
  private long lastNanos;
  private long longestGapNanos;

  private StreamReader() {}

  /** Asks the model {@code m} for a stream that no cache keeps, and begins to read. */
  static StreamReader ask(WebClient client, String question) {
    String body =
        "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
            + question
            + "\"}]}";
    RequestHeaders headers =
        RequestHeaders.builder(HttpMethod.POST, PATH)
            .contentType(MediaType.JSON)
            .set("cache-control", "no-store")
            .build();
    StreamReader reader = new StreamReader();
    client.execute(HttpRequest.of(headers, HttpData.ofUtf8(body))).subscribe(reader);
    return reader;
  }

  /** An event with a frame's number as its content, as a vendor writes it. */
  static String frame(int number, boolean last) {
    return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"n"
        + number
        + " \"},\"finish_reason\":"
        + (last ? "\"stop\"" : "null")
        + "}]}\n\n";
  }

  /** Waits for the end. */
  void join() {
    ended.join();
  }

  /** From the question to the first frame. */
  long firstNanos() {
    return firstNanos;
  }

  /** Longest time between two reads. */
  long longestGapNanos() {
    return longestGapNanos;
  }

  /** Frames that did not come where they should have; after the end. */
  int lost(int frames) {
    int lost = 0;
    int from = 0;
    for (int i = 0; i < frames; i++) {
      int at = text.indexOf("\"n" + i + " \"", from);
      if (at < 0) {
        lost++;
      } else {
        from = at;
      }
    }
    return text.indexOf("[DONE]", from) < 0 ? lost + 1 : lost;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(HttpObject object) {
    if (object instanceof HttpData data && !data.isEmpty()) {
      long now = System.nanoTime();
      if (firstNanos == 0) {
        firstNanos = now - start;
      } else {
        longestGapNanos = Math.max(longestGapNanos, now - lastNanos);
      }
      lastNanos = now;
      text.append(data.toString(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void onError(Throwable error) {
    text.append(error);
    ended.complete(null);
  }

  @Override
  public void onComplete() {
    ended.complete(null);
  }
}
