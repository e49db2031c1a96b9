package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fairlead.provider.testkit.ScriptedUpstream;
import io.grpc.Context;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * What must hold whatever goes wrong, and is not looked at after each case of its own: no buffer is
 * lost (I5), and a vendor that stalls takes nothing from another one (I10).
 */
class OraclesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PLACES = 32;

  private ScriptedUpstream lab;
  private ScriptedUpstream other;

  @BeforeEach
  void start() {
    lab = ScriptedUpstream.start();
    other = ScriptedUpstream.start();
  }

  @AfterEach
  void stop() {
    lab.close();
    other.close();
  }

  private FaultRig rig(String timeouts) {
    StringBuilder yaml = new StringBuilder("models:\n");
    for (String script : ScriptedUpstream.SCRIPTS) {
      yaml.append(
          "  - { id: \"%1$s\", provider: lab, upstream: \"%1$s\", price: { input: 1, output: 1 } }\n"
              .formatted(script));
    }
    return new FaultRig(
        yaml
            + """
              - { id: healthy, provider: other, upstream: ok, price: { input: 1, output: 1 } }
            providers:
              lab: { kind: openai, base_url: "%s", api_key: k }
              other: { kind: openai, base_url: "%s", api_key: k }
            provider:
              timeouts: { %s }
              retry: { max_retries: 0 }
              breaker: { consecutive_failures: 1000, minimum_calls: 1000, window: 1000 }
              limits: { concurrency: %d, answer_bytes: 8388608 }
              admission: { adaptive: false, queue: 8, queue_wait: 100ms }
            """
                .formatted(lab.baseUrl(), other.baseUrl(), timeouts, PLACES));
  }

  @Test
  void i5_noBufferIsLost_whateverTheVendorDoes() {
    // What tests before this one may have lost is told now, and not as this one's.
    collectAndReport();
    ListAppender<ILoggingEvent> leaks = new ListAppender<>();
    leaks.start();
    Logger detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    detector.addAppender(leaks);
    ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    try (FaultRig rig = rig("first_token: 500ms, idle: 300ms, total: 1s")) {
      for (int round = 0; round < 2; round++) {
        for (String script : ScriptedUpstream.SCRIPTS) {
          rig.generate(script);
          rig.stream(script);
        }
      }
      rig.awaitIdle();
      assertThat(lab.ledger()).hasSizeGreaterThan(2 * 2 * ScriptedUpstream.SCRIPTS.size() - 1);
      collectAndReport();
    } finally {
      ResourceLeakDetector.setLevel(before);
      detector.detachAppender(leaks);
    }
    assertThat(leaks.list).isEmpty();
  }

  /** What was lost is told when it has been collected and another buffer is made. */
  private static void collectAndReport() {
    for (int i = 0; i < 5; i++) {
      System.gc();
      for (int j = 0; j < 100; j++) {
        ByteBuf one = ByteBufAllocator.DEFAULT.directBuffer(16);
        one.release();
      }
    }
  }

  @Test
  void i10_healthyVendor_isServed_whileAnotherHoldsAllItsPlaces() {
    Context.CancellableContext callers = Context.current().withCancellation();
    try (FaultRig rig = rig("first_token: 60s, idle: 60s, total: 60s");
        ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < PLACES; i++) {
        boolean streamed = i % 2 == 0;
        pool.execute(
            callers.wrap(() -> {
              if (streamed) {
                rig.stream("slow");
              } else {
                rig.generate("slow");
              }
            }));
      }
      await().atMost(PATIENCE).until(() -> lab.ledger().size() == PLACES);
      assertThat(rig.generate("ok").failure()).as("no place is left").isNotNull();

      for (int i = 0; i < 25; i++) {
        assertThat(rig.generate("healthy").answered()).isTrue();
        assertThat(rig.stream("healthy").answered()).isTrue();
        assertThat(rig.generate("ok", "healthy").answered()).isTrue();
      }
      assertThat(rig.status("lab").getInFlight()).isEqualTo(PLACES);
      assertThat(other.ledger()).hasSize(75);
      callers.cancel(null);
      rig.awaitIdle();
      assertThat(rig.generate("ok").answered()).as("the places are back").isTrue();
    }
  }
}
