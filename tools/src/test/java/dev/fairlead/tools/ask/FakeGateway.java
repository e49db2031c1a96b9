package dev.fairlead.tools.ask;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server that answers every chat request alike and keeps what it was asked. */
final class FakeGateway implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final List<JsonNode> questions = new CopyOnWriteArrayList<>();
  private final List<String> credentials = new CopyOnWriteArrayList<>();

  private FakeGateway(HttpServer server) {
    this.server = server;
  }

  static FakeGateway answering(int status, Map<String, String> headers, String body)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    FakeGateway gateway = new FakeGateway(server);
    server.createContext(
        "/v1/chat/completions", exchange -> gateway.answer(exchange, status, headers, body));
    server.start();
    return gateway;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  JsonNode question() {
    return questions.getFirst();
  }

  List<String> credentials() {
    return credentials;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange, int status, Map<String, String> headers, String body)
      throws IOException {
    try (exchange) {
      questions.add(JSON.readTree(exchange.getRequestBody()));
      credentials.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      headers.forEach(exchange.getResponseHeaders()::add);
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
