package dev.fairlead.standalone.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that answers every request in the way that the request names with {@code [[name]]}
 * anywhere in its body. Takes any path, so that it can stand for any vendor.
 */
public final class ScriptedVendor implements AutoCloseable {

  private static final Pattern NAME = Pattern.compile("\\[\\[([\\w-]+)]]");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final Server server;

  /**
   * One answer.
   *
   * @param headers further headers, each {@code name: value} on a line
   */
  public record Reply(int status, String headers, String body) {}

  /** Starts on a free port. */
  public ScriptedVendor() {
    server =
        Server.builder()
            .http(new InetSocketAddress("127.0.0.1", 0))
            .requestTimeoutMillis(0)
            .gracefulShutdownTimeoutMillis(0, 0)
            .serviceUnder("/", this::serve)
            .build();
    server.start().join();
  }

  /** What requests that name it get from now on. */
  public void when(String name, Reply reply) {
    replies.put(name, reply);
  }

  /** Bodies of requests that contain {@code part}, in order. */
  public List<String> received(String part) {
    return received.stream().filter(body -> body.contains(part)).toList();
  }

  /** A body as JSON. */
  public JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new AssertionError(body, e);
    }
  }

  /** Root of its addresses. */
  public String root() {
    return "http://127.0.0.1:" + server.activeLocalPort();
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private HttpResponse serve(ServiceRequestContext context, HttpRequest incoming) {
    return HttpResponse.of(incoming.aggregate().thenApply(this::answer));
  }

  private HttpResponse answer(AggregatedHttpRequest request) {
    received.add(request.contentUtf8());
    Matcher name = NAME.matcher(request.contentUtf8());
    Reply reply = name.find() ? replies.get(name.group(1)) : null;
    if (reply == null) {
      return HttpResponse.of(418);
    }
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(reply.status()).set("content-type", "application/json");
    reply
        .headers()
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> {
          int colon = line.indexOf(':');
          headers.set(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        });
    return HttpResponse.of(headers.build(), HttpData.ofUtf8(reply.body()));
  }
}
