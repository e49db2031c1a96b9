package dev.fairlead.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.tls.Tls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.api.RScript.ReturnType;

/** Commands over a real connection, and what the watch is told of them. */
class RedisLinkIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<String> told = new CopyOnWriteArrayList<>();

  private RedisLink open(String url) {
    return open(url, "command_timeout: 300ms");
  }

  private RedisLink open(String url, String more) {
    ConfigSource config =
        ConfigSource.parse(
            "test", "redis: { url: \"" + url + "\", " + more + " }", Map.of());
    return RedisLink.open(
        config.section("redis", RedisConfig.class).settings(Tls.of(config)),
        (kind, result, nanos) -> {
          assertThat(nanos).isNotNegative();
          told.add(kind + " " + result);
        });
  }

  private static CompletableFuture<Long> one(RedisLink link) {
    return link.script("return 1", ReturnType.LONG, List.of());
  }

  @Test
  void watch_isToldOfEveryCommand_andOfItsEnd() {
    try (RedisServerProcess redis = RedisServerProcess.start();
        RedisLink link = open(redis.url())) {
      await().atMost(PATIENCE).until(link::connected);
      assertThat(one(link).join()).isEqualTo(1);
      link.call(redisson -> redisson.getBucket("key").setAsync(new byte[1])).join();
      await().atMost(PATIENCE).until(() -> told.size() == 2);
      assertThat(told).containsExactly("script success", "command success");

      CompletableFuture<Object> refused =
          link.script("return redis.error_reply('no')", ReturnType.LONG, List.of());
      await().atMost(PATIENCE).until(refused::isCompletedExceptionally);
      await().atMost(PATIENCE).until(() -> told.size() == 3);
      assertThat(told).last().isEqualTo("script error");
      assertThat(link.underWay()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void connections_speakTheConfiguredProtocol(int protocol) {
    String config = "command_timeout: 20s, protocol: " + protocol;
    try (RedisServerProcess redis = RedisServerProcess.start();
        RedisLink link = open(redis.url(), config)) {
      await().atMost(PATIENCE).until(link::connected);
      assertThat(one(link).join()).isEqualTo(1);
      List<String> clients =
          redis.text("CLIENT", "LIST").lines().filter(line -> !line.contains("cmd=client")).toList();
      // Redis tells it of each connection from version 7 on.
      assumeTrue(clients.toString().contains(" resp="), "needs Redis 7");
      assertThat(clients).isNotEmpty().allMatch(client -> client.contains(" resp=" + protocol));
    }
  }

  @Test
  void watch_isTold_whenThereIsNoConnection() {
    try (RedisLink link = open("redis://127.0.0.1:1")) {
      assertThat(one(link)).isCompletedExceptionally();
      assertThat(told).containsExactly("script unavailable");
      assertThat(link.underWay()).isZero();
    }
  }

  @Test
  void watch_isTold_whenRedisSaysNothing() {
    assumeTrue(RedisServerProcess.signalsSupported(), "needs the machine's redis-server");
    try (RedisServerProcess redis = RedisServerProcess.start();
        RedisLink link = open(redis.url())) {
      await().atMost(PATIENCE).until(link::connected);
      redis.suspend();
      CompletableFuture<Long> hanging = one(link);
      assertThat(link.underWay()).isEqualTo(1);
      await().atMost(PATIENCE).until(hanging::isCompletedExceptionally);
      await().atMost(PATIENCE).until(() -> link.underWay() == 0);
      assertThat(told).containsExactly("script timeout");
      redis.resume();
    }
  }
}
