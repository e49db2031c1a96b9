package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.provider.testkit.RawUpstream.End;
import dev.fairlead.provider.testkit.RawUpstream.Request;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases E2, E8 and E13: connections that hang, answers of a wrong length, answers too late. */
class TransportFaultsTest {

  private static final String GOOD = answer("good");
  private static final String POISON =
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
          + answer("poison").length()
          + "\r\n\r\n"
          + answer("poison");

  private static String answer(String text) {
    return "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
               + "\"message\":{\"role\":\"assistant\",\"content\":\""
        + text
        + "\"},\"finish_reason\":\"stop\"}],"
        + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4}}";
  }

  private static Answer raw(String headers, String body) {
    return Answer.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + headers + body);
  }

  private static String length(int bytes) {
    return "content-length: " + bytes + "\r\n\r\n";
  }

  private static Answer play(Request request) {
    String body = request.body();
    if (body.contains("\"too-long\"")) {
      return raw(length(GOOD.length() + 100), GOOD);
    }
    if (body.contains("\"too-short\"")) {
      return raw(length(GOOD.length() - 30), GOOD).then(End.NEXT);
    }
    if (body.contains("\"surplus\"")) {
      return raw(length(GOOD.length()), GOOD + POISON).then(End.NEXT);
    }
    if (body.contains("\"chunks-cut\"")) {
      String size = Integer.toHexString(GOOD.length());
      return raw("transfer-encoding: chunked\r\n\r\n", size + "\r\n" + GOOD + "\r\n");
    }
    if (body.contains("\"chunks-wrong\"")) {
      return raw("transfer-encoding: chunked\r\n\r\n", "xyz\r\n" + GOOD + "\r\n0\r\n\r\n")
          .then(End.NEXT);
    }
    return raw(length(GOOD.length()), GOOD).then(End.NEXT);
  }

  private static FaultRig rig(String lab, String other, String timeouts, String... models) {
    StringBuilder yaml = new StringBuilder("models:\n");
    for (String model : models) {
      yaml.append(
          "  - { id: %s, provider: lab, upstream: %s, price: { input: 1, output: 1 } }\n"
              .formatted(model, model));
    }
    yaml.append("  - { id: b, provider: other, upstream: ok, price: { input: 1, output: 1 } }\n");
    return new FaultRig(
        yaml
            + """
            providers:
              lab: { kind: openai, base_url: "%s/v1", api_key: k }
              other: { kind: openai, base_url: "%s/v1", api_key: k }
            provider:
              timeouts: { %s }
              retry: { max_retries: 0 }
            """
                .formatted(lab, other, timeouts));
  }

  @Test
  void e2_connectionThatHangs_endsAtTheConnectTimeout() throws IOException {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawUpstream other = RawUpstream.start(TransportFaultsTest::play)) {
      Assumptions.assumeTrue(full(silent, waiting), "this kernel takes any number of connections");
      String address = "http://127.0.0.1:" + silent.getLocalPort();
      try (FaultRig rig =
          rig(address, other.baseUrl(), "connect: 300ms, first_token: 55s, total: 55s", "hangs")) {
        FaultRig.Told told = rig.generate("hangs", "b");
        assertThat(told.answered()).isTrue();
        Attempt late = told.attempts().getFirst();
        assertThat(late.getResult()).isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
        assertThat(late.getMessage()).contains("no connection in time");
        assertThat(late.getLatency().getSeconds()).isLessThan(30);
        assertThat(rig.generate("hangs").failure()).isInstanceOf(Failure.Timeout.class);
        rig.awaitIdle();
      }
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  /** Fills the queue of connections that nobody accepts, until one more does not come through. */
  private static boolean full(ServerSocket silent, List<Socket> waiting) throws IOException {
    for (int i = 0; i < 50; i++) {
      Socket socket = new Socket();
      try {
        waiting.add(socket);
        socket.connect(silent.getLocalSocketAddress(), 500);
      } catch (SocketTimeoutException e) {
        return true;
      }
    }
    return false;
  }

  @ParameterizedTest
  @ValueSource(strings = {"too-long", "too-short", "surplus", "chunks-cut", "chunks-wrong"})
  void e8_wrongLength_isMalformed_andItsConnectionIsNotUsedAgain(String script) {
    try (RawUpstream lab = RawUpstream.start(TransportFaultsTest::play);
        RawUpstream other = RawUpstream.start(TransportFaultsTest::play);
        FaultRig rig = rig(lab.baseUrl(), other.baseUrl(), "total: 50s", script, "ok")) {
      FaultRig.Told told = rig.generate(script);
      if (script.equals("surplus")) {
        assertThat(told.text()).doesNotContain("poison");
      } else {
        assertThat(told.failure()).isInstanceOf(Failure.UpstreamMalformed.class);
      }
      int bad = lab.last().connection();
      for (int i = 0; i < 3; i++) {
        assertThat(rig.generate("ok").text()).contains("good").doesNotContain("poison");
      }
      assertThat(rig.generate(script, "b").answered()).isTrue();
      assertThat(lab.requests()).filteredOn(request -> request.connection() == bad).hasSize(1);
      await().atMost(Duration.ofSeconds(20)).until(() -> lab.callersLeft() >= closings(script));
      rig.awaitIdle();
    }
  }

  /** Connections that the upstream keeps open, and that must be closed for it, twice. */
  private static int closings(String script) {
    return script.equals("too-long") || script.equals("chunks-cut") ? 0 : 2;
  }

  @Test
  void e13_answerAfterTheTimeout_isDiscarded_andTheUpstreamKnowsOfIt() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch sent = new CountDownLatch(1);
    try (RawUpstream lab =
            RawUpstream.start(request -> {
              if (request.body().contains("\"late\"")) {
                awaited(release);
                sent.countDown();
                return raw(length(answer("poison").length()), answer("poison")).then(End.NEXT);
              }
              return play(request);
            });
        RawUpstream other = RawUpstream.start(TransportFaultsTest::play);
        FaultRig rig = rig(lab.baseUrl(), other.baseUrl(), "total: 1s", "late", "ok")) {
      FaultRig.Told told = rig.generate("late", "b");
      assertThat(told.text()).contains("good");
      assertThat(told.attempts())
          .extracting(Attempt::getResult)
          .containsExactly(
              AttemptResult.ATTEMPT_RESULT_TIMEOUT, AttemptResult.ATTEMPT_RESULT_SUCCESS);
      assertThat(told.usage()).isEqualTo(told.attempts().getLast().getUsage());
      release.countDown();
      assertThat(sent.await(20, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 3; i++) {
        assertThat(rig.generate("ok").text()).contains("good");
      }
      int orphan = lab.requests().getFirst().connection();
      assertThat(lab.requests()).filteredOn(request -> request.connection() == orphan).hasSize(1);
      assertThat(lab.calls()).isEqualTo(4);
      rig.awaitIdle();
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
