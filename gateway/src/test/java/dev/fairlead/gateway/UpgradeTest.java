package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that offer to change to HTTP/2 with their first request, as Java's own does. */
class UpgradeTest {

  private static final String BODY = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  @Test
  void upgradedPost_isAnswered_whenItsBodyComesLater() throws Exception {
    try (FakeBackends backends = new FakeBackends("limits: {body_timeout: 5s}\n")) {
      await().until(backends.node::ready);
      String head =
          "POST /v1/chat/completions HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\n"
              + "Content-Length: "
              + BODY.length()
              + "\r\nHost: a\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
              + "Upgrade: h2c\r\nContent-Type: application/json\r\n\r\n";
      List<String> answers = new ArrayList<>();
      for (int delay : new int[] {0, 0, 20, 20, 200, 200}) {
        try (Socket socket = new Socket("127.0.0.1", backends.node.httpPort())) {
          socket.setSoTimeout(15_000);
          socket.setTcpNoDelay(true);
          socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
          long until = System.nanoTime() + delay * 1_000_000L;
          while (System.nanoTime() < until) {
            Thread.onSpinWait();
          }
          socket.getOutputStream().write(BODY.getBytes(StandardCharsets.US_ASCII));
          StringBuilder answer = new StringBuilder();
          byte[] buffer = new byte[4096];
          try {
            while (answer.indexOf("\"content\"") < 0 && answer.indexOf("did not arrive") < 0) {
              int read = socket.getInputStream().read(buffer);
              if (read < 0) {
                answer.append("<end>");
                break;
              }
              answer.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
            }
          } catch (java.io.IOException e) {
            answer.append("<" + e.getMessage() + ">");
          }
          answers.add(delay + ": " + answer);
        }
      }
      assertThat(answers).allSatisfy(answer -> assertThat(answer).contains("\"content\":\"ok\""));
    }
  }
}
