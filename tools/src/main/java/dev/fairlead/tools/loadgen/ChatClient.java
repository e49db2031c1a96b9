package dev.fairlead.tools.loadgen;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.util.EventLoopGroups;
import io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Connections to one gateway, HTTP/1.1 kept alive. Sending does not block; thread-safe. */
final class ChatClient implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_EVENT_LOOPS = 4;

  private final EventLoopGroup loops;
  private final ClientFactory factory;
  private final WebClient http;
  private final RequestHeaders headers;

  /**
   * @param gateway {@code http} or {@code https}, with or without a path before {@code /v1}
   * @param useCache false to ask that nothing is answered from the cache or kept there
   * @param timeout longest wait for a whole answer, from sending the request
   */
  ChatClient(URI gateway, @Nullable String key, boolean useCache, Duration timeout) {
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MAX_EVENT_LOOPS);
    loops = EventLoopGroups.newEventLoopGroup(threads, "loadgen", true);
    factory =
        ClientFactory.builder()
            .workerGroup(loops, false)
            .maxNumEventLoopsPerEndpoint(threads)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    String protocol = "https".equals(gateway.getScheme()) ? "h1" : "h1c";
    http =
        WebClient.builder(protocol + "://" + gateway.getRawAuthority())
            .factory(factory)
            .responseTimeout(timeout)
            .maxResponseLength(0)
            .build();
    headers = headers(gateway.getRawPath() + "/v1/chat/completions", key, useCache);
  }

  /** Sends a request and lets {@code reader} follow the answer. */
  void send(byte[] body, AnswerReader reader) {
    http.execute(HttpRequest.of(headers, HttpData.wrap(body))).subscribe(reader);
  }

  @Override
  public void close() {
    factory.close();
    var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static RequestHeaders headers(String path, @Nullable String key, boolean useCache) {
    RequestHeadersBuilder headers =
        RequestHeaders.builder(HttpMethod.POST, path).set("content-type", "application/json");
    if (!useCache) {
      headers.set("cache-control", "no-store");
    }
    if (key != null && !key.isEmpty()) {
      headers.set("authorization", "Bearer " + key);
    }
    return headers.build();
  }
}
