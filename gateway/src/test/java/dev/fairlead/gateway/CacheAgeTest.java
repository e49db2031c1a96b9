package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An answer from the cache says how old it is. */
class CacheAgeTest {

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
  }

  private static HttpResponse<String> ask(String more) {
    return Http.post(
        backends.url("/v1/chat/completions"),
        "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}",
        "content-type",
        "application/json");
  }

  private static Timestamp ago(long seconds) {
    return Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond() - seconds).build();
  }

  private static void aged(HttpResponse<String> response, String use, long seconds) {
    assertThat(response.headers().firstValue("x-fairlead-cache")).contains(use);
    assertThat(response.headers().allValues("age"))
        .singleElement()
        .satisfies(age -> assertThat(Long.parseLong(age)).isBetween(seconds, seconds + 60));
  }

  @Test
  void hit_saysItsAge_wholeAndStreamed_andAMissNone() {
    HttpResponse<String> miss = ask("");
    assertThat(miss.headers().firstValue("x-fairlead-cache")).contains("miss");
    assertThat(miss.headers().firstValue("age")).isEmpty();
    backends.cache.storedAt = ago(90);
    aged(ask(""), "hit", 90);
    HttpResponse<String> streamed = ask(",\"stream\":true");
    aged(streamed, "hit", 90);
    assertThat(streamed.body()).endsWith("data: [DONE]\n\n");
  }

  @Test
  void staleAndSemanticHits_sayTheirAge() {
    ask("");
    backends.cache.storedAt = ago(3600);
    backends.cache.staleOnce.set(true);
    aged(ask(""), "stale", 3600);

    backends.reset();
    backends.cache.semanticPossible = true;
    backends.cache.semanticHit =
        CacheHit.newBuilder()
            .setKind(CacheHit.Kind.KIND_SEMANTIC)
            .setSimilarity(0.95)
            .setStoredAt(ago(7))
            .setAnswer(
                CachedAnswer.newBuilder()
                    .setModelId("large")
                    .setUsage(FakeProvider.USAGE)
                    .setRaw(
                        RawAnswer.newBuilder()
                            .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                            .setBody(ByteString.copyFromUtf8("{}"))))
            .build();
    aged(ask(""), "semantic", 7);
  }

  @Test
  void age_isNeverNegative_whenTheCachesClockIsAhead() {
    ask("");
    backends.cache.storedAt = ago(-600);
    aged(ask(""), "hit", 0);
  }
}
