package dev.fairlead.standalone.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A vendor of both dialects that streams a long answer token by token, as much of it as {@code
 * max_tokens} allows, and keeps a ledger of what it bills.
 */
public final class ObedientVendor implements AutoCloseable {

  /** How much it would say if it were let. */
  public static final int WISH = 700;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PROMPT_TOKENS = 9;

  /**
   * What it bills for one call.
   *
   * @param asked {@code max_tokens} of the call
   */
  public record Billed(String model, int asked, int promptTokens, int completionTokens) {

    /** Of both kinds. */
    public int tokens() {
      return promptTokens + completionTokens;
    }
  }

  /** Its ledger, in order. */
  public final List<Billed> ledger = new CopyOnWriteArrayList<>();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Listens on a free port of loopback. */
  public ObedientVendor() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/v1/chat/completions", exchange -> answer(exchange, true));
    server.createContext("/v1/messages", exchange -> answer(exchange, false));
    server.start();
  }

  /** Without a path. */
  public String root() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange, boolean openai) throws IOException {
    try (exchange) {
      JsonNode body = JSON.readTree(exchange.getRequestBody());
      int asked = body.path("max_completion_tokens").asInt(body.path("max_tokens").asInt(WISH));
      int told = Math.min(WISH, asked);
      ledger.add(new Billed(body.path("model").asText(), asked, PROMPT_TOKENS, told));
      String text = openai ? openai(told) : anthropic(told);
      exchange.getResponseHeaders().set("content-type", "text/event-stream");
      byte[] bytes = text.getBytes(UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String chunk(String choices, String usage) {
    return "data:"
               + " {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":["
        + choices
        + "],\"usage\":"
        + usage
        + "}\n\n";
  }

  private static String openai(int tokens) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tokens; i++) {
      text.append(
          chunk("{\"index\":0,\"delta\":{\"content\":\"word \"},\"finish_reason\":null}", "null"));
    }
    String reason = tokens < WISH ? "length" : "stop";
    text.append(chunk("{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}", "null"));
    text.append(
        chunk(
            "",
            "{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}"
                .formatted(PROMPT_TOKENS, tokens, PROMPT_TOKENS + tokens)));
    return text.append("data: [DONE]\n\n").toString();
  }

  private static String event(String type, String rest) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + rest + "}\n\n";
  }

  private static String anthropic(int tokens) {
    StringBuilder text = new StringBuilder();
    text.append(
        event(
            "message_start",
            ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
                + "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":"
                + PROMPT_TOKENS
                + ",\"output_tokens\":1}}"));
    text.append(
        event(
            "content_block_start",
            ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
    for (int i = 0; i < tokens; i++) {
      text.append(
          event(
              "content_block_delta",
              ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"word \"}"));
    }
    text.append(event("content_block_stop", ",\"index\":0"));
    text.append(
        event(
            "message_delta",
            ",\"delta\":{\"stop_reason\":\""
                + (tokens < WISH ? "max_tokens" : "end_turn")
                + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":"
                + tokens
                + "}"));
    return text.append(event("message_stop", "")).toString();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
