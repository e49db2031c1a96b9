package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.redis.RedisMonitor;
import dev.fairlead.redis.RedisServerProcess;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** C8: many requests at once never spend more than there is, on one gateway and on two. */
class BudgetIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String TOKEN = "correct-horse-battery-staple";
  private static final String ADMIN = "security: { admin_token: " + TOKEN + " }\n";
  private static final int REQUESTS = 200;

  /** Fifty answers of 100 tokens to a prompt of at most 20. */
  private static final long BUDGET_NANO_USD =
      50 * (100 * BudgetedProvider.OUTPUT + 20 * BudgetedProvider.INPUT);

  private static final String BUDGET_USD = "0.00315";

  private static final String LIMITED =
      ",\"requests_per_minute\":100000,\"tokens_per_minute\":100000000,\"concurrent_requests\":1000";

  private static HttpResponse<String> admin(FakeBackends gateway, String path, String body) {
    return Http.post(
        gateway.url("/v1/admin/" + path),
        body,
        "authorization",
        "Bearer " + TOKEN,
        "content-type",
        "application/json");
  }

  private static String key(FakeBackends gateway, String quota) throws Exception {
    HttpResponse<String> made =
        admin(gateway, "keys", "{\"tenant\":\"acme\",\"team\":\"search\"" + quota + "}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    JsonNode node = JSON.readTree(made.body());
    return node.get("key").asText();
  }

  private static HttpResponse<String> ask(FakeBackends gateway, String key, String text) {
    return ask(gateway, key, text, "no-store");
  }

  private static HttpResponse<String> ask(
      FakeBackends gateway, String key, String text, String cacheControl) {
    return Http.post(
        gateway.url("/v1/chat/completions"),
        "{\"model\":\"small\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\""
            + text
            + "\"}]}",
        "authorization",
        "Bearer " + key,
        "content-type",
        "application/json",
        "cache-control",
        cacheControl);
  }

  /** On a machine that is busy, Redis is slow and not away. */
  private static String shared(RedisServerProcess redis) {
    return ADMIN
        + "redis: { url: \""
        + redis.url()
        + "\", command_timeout: 20s }\n"
        + "budgets: { timeout: 20s }\n"
        + "limits: { shared_timeout: 20s }\n";
  }

  private static void awaitKey(FakeBackends gateway, String key) {
    await()
        .atMost(LONG)
        .until(() ->
            Http.get(gateway.url("/v1/models"), "authorization", "Bearer " + key).statusCode()
                == 200);
  }

  private static List<HttpResponse<String>> burst(List<FakeBackends> gateways, String key)
      throws Exception {
    List<Callable<HttpResponse<String>>> tasks = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      FakeBackends gateway = gateways.get(i % gateways.size());
      String text = "question number " + i;
      tasks.add(() -> ask(gateway, key, text));
    }
    List<HttpResponse<String>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<HttpResponse<String>> answer : threads.invokeAll(tasks)) {
        answers.add(answer.get());
      }
    }
    return answers;
  }

  private static void assertHeld(
      List<HttpResponse<String>> answers, BudgetedProvider provider, String key) {
    long served = answers.stream().filter(answer -> answer.statusCode() == 200).count();
    assertThat(provider.billed.get()).isLessThanOrEqualTo(BUDGET_NANO_USD);
    assertThat(provider.billed.get()).isGreaterThan(BUDGET_NANO_USD * 8 / 10);
    assertThat(served).isBetween(40L, 60L).isEqualTo(provider.calls.get());
    assertThat(answers)
        .filteredOn(answer -> answer.statusCode() != 200)
        .allSatisfy(answer -> {
          assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
          assertThat(answer.body()).contains("insufficient_quota").doesNotContain(key);
        });
  }

  @Test
  void c8_twoHundredRequestsAtOnce_neverSpendMoreThanTheBudget() throws Exception {
    for (String level : List.of("key", "team", "tenant")) {
      BudgetedProvider provider = new BudgetedProvider();
      try (FakeBackends gateway = new FakeBackends(ADMIN, provider)) {
        await().atMost(LONG).until(gateway.node::ready);
        String limit = ",\"budget_total_usd\":" + BUDGET_USD;
        String key = key(gateway, level.equals("key") ? limit : "");
        if (!level.equals("key")) {
          String team = level.equals("team") ? ",\"team\":\"search\"" : "";
          HttpResponse<String> shared =
              admin(gateway, "keys/quotas", "{\"tenant\":\"acme\"" + team + limit + "}");
          assertThat(shared.statusCode()).as(shared.body()).isEqualTo(200);
        }
        awaitLedger(gateway);
        assertHeld(burst(List.of(gateway), key), provider, key);
      }
    }
  }

  private static void awaitLedger(FakeBackends gateway) {
    await()
        .atMost(LONG)
        .until(() ->
            Http.get(gateway.url("/v1/admin/usage"), "authorization", "Bearer " + TOKEN)
                    .statusCode()
                == 200);
  }

  @Test
  void c8_twoGateways_shareOneBudget_andItOutlivesThem() throws Exception {
    BudgetedProvider provider = new BudgetedProvider();
    try (RedisServerProcess redis = RedisServerProcess.start()) {
      String yaml = shared(redis);
      String key;
      try (FakeBackends first = new FakeBackends(yaml, provider);
          FakeBackends second = new FakeBackends(yaml, provider)) {
        await().atMost(LONG).until(() -> first.node.ready() && second.node.ready());
        await()
            .atMost(LONG)
            .until(() ->
                admin(first, "policy", "{\"default_policy\":\"cheapest\"}").statusCode() == 200);
        key = key(first, ",\"budget_day_usd\":" + BUDGET_USD);
        awaitLedger(first);
        awaitLedger(second);
        awaitKey(second, key);
        assertHeld(burst(List.of(first, second), key), provider, key);
      }
      try (FakeBackends third = new FakeBackends(yaml, provider)) {
        await().atMost(LONG).until(third.node::ready);
        awaitLedger(third);
        awaitKey(third, key);
        burst(List.of(third), key);
        assertThat(provider.billed.get()).isLessThanOrEqualTo(BUDGET_NANO_USD);
        redis.kill();
        HttpResponse<String> blind = ask(third, key, "who is there");
        assertThat(blind.statusCode()).as(blind.body()).isEqualTo(503);
      }
    }
  }

  /** With limits that are never reached, so that money is held with them at the door. */
  @Test
  void c8_twoGateways_shareOneBudget_whenMoneyIsHeldWithTheLimits() throws Exception {
    BudgetedProvider provider = new BudgetedProvider();
    try (RedisServerProcess redis = RedisServerProcess.start();
        FakeBackends first = new FakeBackends(shared(redis), provider);
        FakeBackends second = new FakeBackends(shared(redis), provider)) {
      await().atMost(LONG).until(() -> first.node.ready() && second.node.ready());
      String key = key(first, LIMITED + ",\"budget_total_usd\":" + BUDGET_USD);
      awaitLedger(first);
      awaitLedger(second);
      awaitKey(second, key);
      try (RedisMonitor monitor = RedisMonitor.of(redis)) {
        assertHeld(burst(List.of(first, second), key), provider, key);
        // More when Redis did not know the script yet and was asked again.
        assertThat(asked(monitor, "hold")).isGreaterThanOrEqualTo(REQUESTS);
      }
    }
  }

  /** How many commands of the tenant have a word among their arguments. */
  private static long asked(RedisMonitor monitor, String word) {
    return monitor.commands().stream()
        .filter(line -> line.contains("{acme}") && line.contains("\"" + word + "\""))
        .count();
  }

  @Test
  void admission_isOneRoundTrip_forLimitsAndMoneyTogether() throws Exception {
    BudgetedProvider provider = new BudgetedProvider();
    try (RedisServerProcess redis = RedisServerProcess.start();
        FakeBackends gateway = new FakeBackends(shared(redis), provider)) {
      await().atMost(LONG).until(gateway.node::ready);
      String key = key(gateway, LIMITED + ",\"budget_day_usd\":10");
      awaitLedger(gateway);
      assertThat(ask(gateway, key, "is anyone there").statusCode()).isEqualTo(200);
      try (RedisMonitor monitor = RedisMonitor.of(redis)) {
        for (int i = 0; i < 5; i++) {
          assertThat(ask(gateway, key, "question number " + i).statusCode()).isEqualTo(200);
        }
        List<String> commands = new ArrayList<>();
        await()
            .atMost(LONG)
            .until(() -> {
              commands.addAll(monitor.commands());
              return commands.stream().filter(line -> line.contains("\"settle\"")).count() >= 5;
            });
        List<String> ofTenant =
            commands.stream()
                .filter(line -> line.contains("{acme}") && !line.contains("\"standings\""))
                // What comes before is the end of the request before these.
                .dropWhile(line -> !line.contains("\"hold\""))
                .toList();
        // Before the answer: one. After it, and without anybody waiting: the end of both.
        assertThat(ofTenant).filteredOn(line -> line.contains("\"hold\"")).hasSize(5);
        assertThat(ofTenant).noneMatch(line -> line.contains("\"reserve\""));
        assertThat(ofTenant).hasSizeLessThanOrEqualTo(3 * 5);
      }
      assertThat(provider.calls.get()).isEqualTo(6);
    }
  }

  /** What Redis says is held for all owners of the tenant together. */
  private static void awaitNothingHeld(RedisServerProcess redis) {
    String sum =
        "local sum = 0 for _, key in ipairs(redis.call('keys', '*budget:{acme}:*')) do"
            + " if redis.call('type', key).ok == 'hash' then"
            + " sum = sum + tonumber(redis.call('hget', key, 'reserved')) end end return sum";
    await().atMost(LONG).until(() -> redis.command("EVAL", sum, "0").equals(":0"));
  }

  private static String cacheResult(HttpResponse<String> answer) {
    return answer.headers().firstValue("x-fairlead-cache").orElse("");
  }

  @Test
  void answersFromTheCache_takeNoMoney_andAreGivenWhenNoneIsLeft() throws Exception {
    BudgetedProvider provider = new BudgetedProvider();
    try (RedisServerProcess redis = RedisServerProcess.start();
        FakeBackends gateway = new FakeBackends(shared(redis), provider)) {
      await().atMost(LONG).until(gateway.node::ready);
      String key = key(gateway, LIMITED + ",\"budget_total_usd\":" + BUDGET_USD);
      awaitLedger(gateway);
      assertThat(ask(gateway, key, "once more", "max-age=600").statusCode()).isEqualTo(200);
      await().atMost(LONG).until(() -> !gateway.cache.stored.isEmpty());
      long billed = provider.billed.get();
      for (int i = 0; i < 20; i++) {
        HttpResponse<String> hit = ask(gateway, key, "once more", "max-age=600");
        assertThat(cacheResult(hit)).as(hit.body()).isEqualTo("hit");
      }
      assertThat(provider.billed.get()).isEqualTo(billed);
      awaitNothingHeld(redis);
      burst(List.of(gateway), key);
      await().atMost(LONG).until(() -> ask(gateway, key, "what is left").statusCode() == 429);
      HttpResponse<String> hit = ask(gateway, key, "once more", "max-age=600");
      assertThat(hit.statusCode()).as(hit.body()).isEqualTo(200);
      assertThat(cacheResult(hit)).isEqualTo("hit");
      awaitNothingHeld(redis);
    }
  }

  @Test
  void moneyOfCallsThatFail_isGivenBack() throws Exception {
    BudgetedProvider provider = new BudgetedProvider();
    try (RedisServerProcess redis = RedisServerProcess.start();
        FakeBackends gateway = new FakeBackends(shared(redis), provider)) {
      await().atMost(LONG).until(gateway.node::ready);
      String limited = key(gateway, LIMITED + ",\"budget_total_usd\":" + BUDGET_USD);
      String unlimited = key(gateway, ",\"budget_total_usd\":" + BUDGET_USD);
      awaitLedger(gateway);
      provider.fails = true;
      for (String key : List.of(limited, unlimited)) {
        for (int i = 0; i < 60; i++) {
          HttpResponse<String> failed = ask(gateway, key, "number " + i);
          assertThat(failed.statusCode()).as(failed.body()).isEqualTo(502);
        }
      }
      awaitNothingHeld(redis);
      provider.fails = false;
      assertThat(ask(gateway, limited, "again").statusCode()).isEqualTo(200);
      assertThat(ask(gateway, unlimited, "again").statusCode()).isEqualTo(200);
    }
  }
}
