package dev.fairlead.gateway.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.redis.RedisSettings;
import dev.fairlead.redis.RedisUrl;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisStateStoreIT extends StateStoreContract {

  private static RedisServerProcess redis;
  private static RedisLink link;
  private String name = "";

  @BeforeAll
  static void start() {
    redis = RedisServerProcess.start();
    link = redis.connect("test");
  }

  @AfterAll
  static void stop() {
    link.close();
    redis.close();
  }

  @BeforeEach
  void another() {
    name = UUID.randomUUID().toString();
  }

  @Override
  StateStore open() {
    return new RedisStateStore(link, name);
  }

  private String key() {
    return "test:gateway:" + name;
  }

  @Test
  void change_isHeardByOthers() {
    AtomicInteger heard = new AtomicInteger();
    try (StateStore store = open();
        StateStore other = open()) {
      other.onChange(heard::incrementAndGet);
      await().atMost(Duration.ofSeconds(10)).until(() -> heard.get() > 0);
      int before = heard.get();
      assertThat(store.replace(0, "{}")).isTrue();
      await().atMost(Duration.ofSeconds(10)).until(() -> heard.get() > before);
    }
  }

  @Test
  void foreignKey_countsAsNone_andIsReplaced() {
    redis.command("LPUSH", key(), "x");
    try (StateStore store = open()) {
      assertThat(store.read()).isEqualTo(StateStore.Versioned.NONE);
      assertThat(store.replace(0, "{\"a\":1}")).isTrue();
      assertThat(store.read()).isEqualTo(new StateStore.Versioned(1, "{\"a\":1}"));
    }
  }

  @Test
  void lostDocument_comesBackFromTheNewestCopy() {
    try (SharedState here = new SharedState(open());
        SharedState there = new SharedState(open())) {
      here.update(state -> state.audited(entry("one")));
      there.refresh();
      here.update(state -> state.audited(entry("two")));
      redis.command("DEL", key());
      there.refresh();
      here.refresh();
      there.refresh();
      assertThat(there.current().audit())
          .extracting(AuditEntry::what)
          .containsExactly("one", "two");
    }
  }

  @Test
  void withoutRedis_theLastKnownStateStays_andChangesAreRefused() throws Exception {
    try (RedisServerProcess own = RedisServerProcess.start();
        RedisLink away =
            RedisLink.open(
                new RedisSettings(
                    RedisUrl.parse(own.url()),
                    2,
                    4,
                    Duration.ofMillis(500),
                    Duration.ofMillis(500),
                    "test"));
        SharedState state = new SharedState(new RedisStateStore(away, name))) {
      await().atMost(Duration.ofSeconds(20)).until(away::connected);
      state.update(document -> document.audited(entry("kept")));
      own.kill();
      state.refresh();
      assertThat(state.reachable()).isFalse();
      assertThat(state.current().audit()).extracting(AuditEntry::what).containsExactly("kept");
      assertThatThrownBy(() -> state.update(document -> document.audited(entry("lost"))))
          .isInstanceOf(UncheckedIOException.class);
      own.restart();
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            state.refresh();
            assertThat(state.reachable()).isTrue();
          });
      assertThat(state.current().audit()).extracting(AuditEntry::what).containsExactly("kept");
    }
  }
}
