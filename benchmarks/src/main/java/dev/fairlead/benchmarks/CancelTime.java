package dev.fairlead.benchmarks;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.Standalone;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How long after a client has closed its connection in mid-stream the vendor's connection is
 * closed: through gateway and provider service, over plain HTTP/1.1 on both sides, seen from two
 * bare sockets. Prints median, 99th percentile and the longest of all, in milliseconds.
 *
 * <p>Argument: how many streams, one after another (200).
 */
public final class CancelTime {

  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
          + "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":"
          + "[{\"index\":0,\"delta\":{\"content\":\"first\"},\"finish_reason\":null}]}\n\n";
  private static final String BODY =
      "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"%d\"}]}";

  private final BlockingQueue<Long> closed = new LinkedBlockingQueue<>();

  private CancelTime() {}

  /** Runs and prints. */
  public static void main(String[] args) throws Exception {
    int streams = args.length > 0 ? Integer.parseInt(args[0]) : 200;
    CancelTime run = new CancelTime();
    try (ServerSocket vendor = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> run.accept(vendor));
      ConfigSource config =
          ConfigSource.parse(
              "cancel",
              """
              server: { port: 0, grpc_port: -1 }
              cache: { semantic: false }
              providers: { lab: { kind: openai, base_url: "http://127.0.0.1:%d/v1" } }
              models:
                - { id: m, provider: lab, upstream: m, tier: cheap, price: { input: 1, output: 1 } }
              """
                  .formatted(vendor.getLocalPort()),
              Map.of());
      try (Standalone fairlead = Standalone.start(config)) {
        while (!fairlead.ready()) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
        run.measure(fairlead.httpPort(), streams);
      }
    }
  }

  private void measure(int port, int streams) throws Exception {
    for (int i = 0; i < streams / 2; i++) {
      long warmUp = cancelled(port, -1 - i);
    }
    long[] nanos = new long[streams];
    for (int i = 0; i < streams; i++) {
      nanos[i] = cancelled(port, i);
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%d streams: median %.2f ms, 99 %% %.2f ms, longest %.2f ms%n",
        streams,
        nanos[streams / 2] / 1e6,
        nanos[(int) (streams * 0.99)] / 1e6,
        nanos[streams - 1] / 1e6);
  }

  /** One stream that its client leaves behind the first event. */
  private long cancelled(int port, int number) throws Exception {
    long left;
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      byte[] body = BODY.formatted(number).getBytes(StandardCharsets.UTF_8);
      String head =
          "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
              + "content-length: %d\r\n\r\n".formatted(body.length);
      client.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      client.getOutputStream().write(body);
      readUntil(client.getInputStream(), "first");
      left = System.nanoTime();
    }
    Long end = closed.poll(30, TimeUnit.SECONDS);
    if (end == null) {
      throw new IllegalStateException("the vendor's connection was not closed within 30 s");
    }
    return end - left;
  }

  private void accept(ServerSocket vendor) {
    try {
      while (true) {
        Socket connection = vendor.accept();
        Thread.ofVirtual().start(() -> answer(connection));
      }
    } catch (IOException e) {
      // The run is over.
    }
  }

  private void answer(Socket connection) {
    try (connection) {
      InputStream in = connection.getInputStream();
      readUntil(in, "\"messages\"");
      connection.getOutputStream().write(ANSWER.getBytes(StandardCharsets.UTF_8));
      try {
        while (in.read() >= 0) {
          // The rest of the request.
        }
      } catch (IOException reset) {
        // Closed as well.
      }
      closed.add(System.nanoTime());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readUntil(InputStream in, String wanted) throws IOException {
    StringBuilder seen = new StringBuilder();
    byte[] buffer = new byte[4096];
    while (seen.indexOf(wanted) < 0) {
      int read = in.read(buffer);
      if (read < 0) {
        throw new IOException("ended before " + wanted + ": " + seen);
      }
      seen.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
    }
  }
}
