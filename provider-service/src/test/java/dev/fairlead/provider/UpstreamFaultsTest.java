package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.provider.testkit.ScriptedUpstream;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults of vendors, named after the cases of the list of faults. Each ends with the same look at
 * what must hold afterwards: every place is free, the vendors' ledgers agree with the attempts that
 * were reported, no key is told, and the next request is served.
 */
class UpstreamFaultsTest {

  private static final String KEY_ONE = "sk-canary-one";
  private static final String KEY_TWO = "sk-canary-two";

  private ScriptedUpstream lab;
  private ScriptedUpstream other;
  private SimpleMeterRegistry meters;
  private ProviderNode node;
  private LocalServer server;
  private Channel channel;
  private final List<Attempt> attempts = new ArrayList<>();
  private final StringBuilder told = new StringBuilder();
  private boolean answered;

  @BeforeEach
  void start() {
    lab = ScriptedUpstream.start();
    other = ScriptedUpstream.start();
    StringBuilder models = new StringBuilder();
    for (String script : ScriptedUpstream.SCRIPTS) {
      models.append(model(script, "lab", script)).append(model("b-" + script, "other", script));
    }
    String yaml =
        "providers:\n"
            + provider("lab", lab.baseUrl(), "api_keys: [" + KEY_ONE + ", " + KEY_TWO + "]")
            + provider("other", other.baseUrl(), "api_key: " + KEY_ONE)
            + provider("dead", "http://127.0.0.1:1/v1", "api_key: " + KEY_ONE)
            + provider("nowhere", "http://nobody.invalid/v1", "api_key: " + KEY_ONE)
            + provider("tls", lab.baseUrl().replace("http:", "https:"), "api_key: " + KEY_ONE)
            + "models:\n"
            + models
            + model("dead", "dead", "ok")
            + model("nowhere", "nowhere", "ok")
            + model("tls", "tls", "ok")
            + "provider:\n"
            + "  timeouts: { connect: 2s, first_token: 1500ms, idle: 1s, total: 2s }\n"
            + "  retry: { base_backoff: 1ms, max_retries: 1 }\n";
    meters = new SimpleMeterRegistry();
    node =
        ProviderNode.start(
            ConfigSource.parse("test", yaml, Map.of()),
            meters,
            OpenTelemetry.noop().getTracer("test"));
    server = LocalServer.of(node.services(), List.of());
    channel = server.channel(List.of());
  }

  private static String provider(String name, String url, String key) {
    return "  " + name + ": { kind: openai, base_url: \"" + url + "\", " + key + " }\n";
  }

  private static String model(String id, String provider, String upstream) {
    return "  - { id: \""
        + id
        + "\", provider: "
        + provider
        + ", upstream: \""
        + upstream
        + "\", price: { input: 1, output: 1 } }\n";
  }

  @AfterEach
  void stop() {
    server.close(Duration.ofSeconds(5));
    node.close();
    lab.close();
    other.close();
  }

  private ProviderServiceGrpc.ProviderServiceBlockingStub stub() {
    return ProviderServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static GenerationCall call(String... models) {
    return GenerationCall.newBuilder()
        .setRaw(Spans.chat("hello"))
        .addAllModelIds(List.of(models))
        .build();
  }

  /** One request; null when it was answered. */
  private @Nullable Failure generate(String... models) {
    try {
      ProviderServiceGenerateResponse response =
          stub()
              .generate(ProviderServiceGenerateRequest.newBuilder().setCall(call(models)).build());
      attempts.addAll(response.getCompleted().getAttemptsList());
      answered = true;
      return null;
    } catch (StatusRuntimeException e) {
      return failed(e);
    }
  }

  private @Nullable Failure stream(List<String> events, String... models) {
    try {
      stub()
          .streamGenerate(
              ProviderServiceStreamGenerateRequest.newBuilder().setCall(call(models)).build())
          .forEachRemaining(event -> heard(event, events));
      return null;
    } catch (StatusRuntimeException e) {
      return failed(e);
    }
  }

  private void heard(ProviderServiceStreamGenerateResponse event, List<String> events) {
    events.add(event.getEventCase().name());
    told.append(event.getEvents().getSse().toStringUtf8());
    if (event.hasCompleted()) {
      attempts.addAll(event.getCompleted().getAttemptsList());
    }
  }

  private Failure failed(StatusRuntimeException e) {
    told.append(e).append(e.getTrailers());
    attempts.addAll(FailureStatus.detail(e, FailedAttempts.class).orElseThrow().getAttemptsList());
    return FailureStatus.fromThrowable(e);
  }

  /** What must hold after every case. */
  private void oracles() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(meters.find("llm.router.upstream.in.flight").gauges())
              .extracting(Gauge::value)
              .containsOnly(0.0);
          assertThat(meters.find("llm.router.upstream.queued").gauges())
              .extracting(Gauge::value)
              .containsOnly(0.0);
          assertThat(lab.ledger()).noneMatch(entry -> entry.end().equals("open"));
          assertThat(other.ledger()).noneMatch(entry -> entry.end().equals("open"));
        });
    assertThat(lab.ledger()).hasSize(reached("lab"));
    assertThat(other.ledger()).hasSize(reached("other"));
    assertThat(lab.ledger()).allMatch(entry -> entry.bytesReceived() > 0);
    attempts.forEach(attempt -> told.append(attempt.getMessage()));
    assertThat(told.toString()).doesNotContain(KEY_ONE).doesNotContain(KEY_TWO);
    answered = false;
    assertThat(generate("b-ok")).isNull();
    assertThat(answered).isTrue();
  }

  private int reached(String provider) {
    return (int)
        attempts.stream()
            .filter(attempt -> attempt.getProvider().equals(provider))
            .filter(attempt -> attempt.getResult() != AttemptResult.ATTEMPT_RESULT_SHED)
            .count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dead", "nowhere", "tls"})
  void e1_unreachableVendor_isFailedOver_andAloneIsUnavailable(String model) {
    assertThat(generate(model, "b-ok")).isNull();
    assertThat(generate(model))
        .isInstanceOfSatisfying(
            Failure.UpstreamUnavailable.class, f -> assertThat(f.httpStatus()).isZero());
    assertThat(attempts).anyMatch(attempt -> attempt.getProvider().equals(model));
    if (model.equals("tls")) {
      assertThat(lab.ledger()).isEmpty();
    }
    oracles();
  }

  @Test
  void e3_limitedKeys_rest_andTheAnswerSaysForHowLong() {
    Failure failure = generate("429");
    assertThat(failure).isInstanceOf(Failure.RateLimited.class);
    assertThat(lab.ledger()).extracting(ScriptedUpstream.Entry::key).doesNotHaveDuplicates();
    assertThat(lab.ledger()).hasSize(2);
    Failure resting = generate("429");
    assertThat(lab.ledger()).hasSize(2);
    assertThat(Objects.requireNonNull(resting).retryAfter())
        .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(7));
    assertThat(generate("429", "b-ok")).isNull();
    oracles();
  }

  @Test
  void e4_spentQuota_isNotTriedAgainOnThatKey_butElsewhere() {
    assertThat(generate("quota", "b-ok")).isNull();
    assertThat(lab.ledger()).hasSize(2);
    assertThat(lab.ledger()).extracting(ScriptedUpstream.Entry::key).doesNotHaveDuplicates();
    assertThat(generate("ok", "b-ok")).isNull();
    assertThat(lab.ledger()).hasSize(2);
    oracles();
  }

  @ParameterizedTest
  @ValueSource(strings = {"500", "503"})
  void e5_vendorsTrouble_isRetriedOnceHere(String script) {
    assertThat(generate(script)).isInstanceOf(Failure.UpstreamUnavailable.class);
    assertThat(lab.ledger()).hasSize(2);
    oracles();
  }

  @ParameterizedTest
  @ValueSource(strings = {"b-400", "b-401", "b-404", "b-422"})
  void e5_refusal_isNotRetried(String model) {
    assertThat(generate(model)).isInstanceOf(Failure.UpstreamRejected.class);
    assertThat(other.ledger()).hasSize(1);
    oracles();
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "malformed", "html", "schema"})
  void e8_answerThatCannotBeRead_isMalformed(String script) {
    assertThat(generate(script)).isInstanceOf(Failure.UpstreamMalformed.class);
    assertThat(generate(script, "b-ok")).isNull();
    oracles();
  }

  @Test
  void e10_slowBody_endsAtTheTotalDeadline_andTheVendorIsLetGo() {
    assertThat(generate("slow")).isInstanceOf(Failure.Timeout.class);
    assertThat(lab.ledger()).hasSize(2);
    oracles();
  }

  @Test
  void e13_lateVendor_isFailedOver_andTheLedgerShowsTheOrphan() {
    List<String> events = new ArrayList<>();
    assertThat(stream(events, "slow", "b-ok")).isNull();
    assertThat(lab.ledger()).extracting(ScriptedUpstream.Entry::script).containsOnly("slow");
    assertThat(other.ledger()).hasSize(1);
    oracles();
  }

  @Test
  void e14_openCircuits_answerAtOnceWithATimeToComeAgain() {
    for (int i = 0; i < 12; i++) {
      generate("500", "b-500");
    }
    Failure failure = null;
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long began = System.nanoTime();
      failure = generate("500", "b-500");
      fastest = Math.min(fastest, System.nanoTime() - began);
    }
    assertThat(failure).isInstanceOf(Failure.Overloaded.class);
    assertThat(Objects.requireNonNull(failure).retryAfter()).isPositive();
    assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofMillis(10));
    oracles();
  }

  @Test
  void g2_attempts_stayWithinTheBudget_whenEverythingFails() {
    long began = System.nanoTime();
    int requests = 200;
    for (int i = 0; i < requests; i++) {
      generate("500", "b-503", "503", "b-500");
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    // Two providers, each with its trickle: a second's token a second, ten of them saved.
    assertThat(lab.ledger().size() + other.ledger().size())
        .isLessThanOrEqualTo((int) (requests * 1.2 + 2 * (10 + seconds)) + 1);
    oracles();
  }

  @Test
  void f1_vendorThatDiesBeforeTheFirstToken_isNotNoticed() {
    List<String> events = new ArrayList<>();
    assertThat(stream(events, "cut-at-once", "b-ok")).isNull();
    assertThat(events).endsWith("ATTEMPT_ENDED", "COMPLETED");
    assertThat(told.toString()).containsOnlyOnce("\"role\":\"assistant\"");
    oracles();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut", "error-midstream"})
  void f2_vendorThatDiesAfterTheFirstToken_isAFailure_andNothingIsReplayed(String script) {
    List<String> events = new ArrayList<>();
    assertThat(stream(events, script, "b-ok")).isNotNull();
    assertThat(events).contains("EVENTS").doesNotContain("COMPLETED");
    assertThat(other.ledger()).isEmpty();
    assertThat(attempts.getLast().getUsage().getCompletionTokens()).isPositive();
    oracles();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stall", "comments"})
  void f3_stalledStream_endsAtTheIdleLimit_alsoAmongComments(String script) {
    List<String> events = new ArrayList<>();
    assertThat(stream(events, script, "b-ok")).isInstanceOf(Failure.Timeout.class);
    assertThat(attempts.getLast().getMessage()).contains("silent");
    assertThat(other.ledger()).isEmpty();
    oracles();
  }

  @Test
  void g3_deadlineOfTheCaller_endsTheVendorsCall() {
    try {
      ProviderServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
          .generate(ProviderServiceGenerateRequest.newBuilder().setCall(call("b-slow")).build());
    } catch (StatusRuntimeException e) {
      assertThat(FailureStatus.fromThrowable(e)).isInstanceOf(Failure.Timeout.class);
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(other.ledger()).hasSize(1);
          assertThat(other.last().end()).isEqualTo("cancelled");
        });
    other.reset();
    oracles();
  }
}
