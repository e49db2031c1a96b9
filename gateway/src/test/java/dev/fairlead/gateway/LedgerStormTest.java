package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.ledger.JdbcLedger;
import dev.fairlead.gateway.ledger.Ledger;
import dev.fairlead.gateway.ledger.LedgerConfig;
import dev.fairlead.gateway.ledger.UsageQuery;
import dev.fairlead.gateway.ledger.UsageReport;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** I2: whatever happens to requests, the ledger holds what the upstream has billed. */
class LedgerStormTest {

  private static final int ROUNDS = 12;
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void i2_sumOfRows_isTheUpstreamsOwnBill_afterAStorm() throws Exception {
    StormProvider provider = new StormProvider();
    Path dataDir;
    int requests = 0;
    try (FakeBackends backends = new FakeBackends("", provider)) {
      dataDir = backends.dataDir;
      await().atMost(LONG).until(backends.node::ready);
      try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
          String number = " number " + i;
          tasks.add(() -> ask(backends, "plain" + number, 200));
          tasks.add(() -> ask(backends, "retry" + number, 200));
          tasks.add(() -> ask(backends, "failover" + number, 200));
          tasks.add(() -> ask(backends, "broken" + number, 502));
          tasks.add(() -> streamed(backends, "whole" + number));
          tasks.add(() -> streamed(backends, "cut" + number));
          tasks.add(() -> streamed(backends, "early" + number));
          tasks.add(() -> left(backends, "leave" + number));
          tasks.add(() -> shared(backends, provider, "shared" + number));
          tasks.add(() -> hits(backends, "hit" + number));
        }
        for (Future<Integer> done : clients.invokeAll(tasks)) {
          requests += done.get();
        }
      }
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(Http.get(backends.url("/metrics")).body())
                  .contains("llm_router_requests_in_flight 0.0"));
    }
    LedgerConfig config =
        ConfigSource.parse("test", "", Map.of()).section("ledger", LedgerConfig.class);
    try (Ledger ledger = JdbcLedger.open(config, dataDir)) {
      Instant now = Instant.now();
      UsageReport report =
          ledger.report(
              new UsageQuery(
                  now.minusSeconds(3600), now.plusSeconds(60), UsageQuery.By.MODEL, null));
      Map<String, Long> rows = new TreeMap<>();
      report.lines().stream()
          .filter(line -> line.costNanoUsd() > 0)
          .forEach(line -> rows.put(line.name(), line.costNanoUsd()));
      assertThat(rows).isEqualTo(new TreeMap<>(provider.bill));
      assertThat(report.total().requests()).isEqualTo(requests);
      assertThat(report.total().cancelled()).isEqualTo(2 * ROUNDS);
      assertThat(report.total().errors()).isEqualTo(3 * ROUNDS);
      assertThat(report.total().cacheAnswers()).isEqualTo(3 * ROUNDS);
    }
  }

  private static String body(String text, boolean stream) {
    return "{\"stream\":"
        + stream
        + ",\"messages\":[{\"role\":\"user\",\"content\":\""
        + text
        + "\"}]}";
  }

  private static int ask(FakeBackends backends, String text, int status) {
    HttpResponse<String> response =
        Http.post(backends.url("/v1/chat/completions"), body(text, false));
    assertThat(response.statusCode()).as(text).isEqualTo(status);
    return 1;
  }

  private static int hits(FakeBackends backends, String text) {
    ask(backends, text, 200);
    await().atMost(LONG).until(() -> backends.cache.stored.size() > 0);
    HttpResponse<String> again = Http.post(backends.url("/v1/chat/completions"), body(text, false));
    assertThat(again.headers().firstValue("x-fairlead-cache")).contains("hit");
    HttpResponse<String> third = Http.post(backends.url("/v1/chat/completions"), body(text, false));
    assertThat(third.headers().firstValue("x-query-cost")).contains("0");
    return 3;
  }

  private static RawStream open(FakeBackends backends, String text) {
    return RawStream.post(backends.node.httpPort(), "/v1/chat/completions", body(text, true));
  }

  private static int streamed(FakeBackends backends, String text) {
    try (RawStream client = open(backends, text)) {
      await().atMost(LONG).until(client::hasEnded);
    }
    return 1;
  }

  private static void awaitAll(RawStream client) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(client.text()).contains("piece" + (StormProvider.PIECES - 1)));
  }

  private static int left(FakeBackends backends, String text) {
    try (RawStream client = open(backends, text)) {
      awaitAll(client);
    }
    return 1;
  }

  /** The one who pays leaves; the other stays to the end. */
  private static int shared(FakeBackends backends, StormProvider provider, String text) {
    try (RawStream leader = open(backends, text)) {
      awaitAll(leader);
      try (RawStream follower = open(backends, text)) {
        awaitAll(follower);
        leader.close();
        await().atMost(LONG).until(() -> provider.waiting().contains(text));
        provider.finish(text);
        await().atMost(LONG).untilAsserted(() -> assertThat(follower.text()).contains("[DONE]"));
      }
    }
    return 2;
  }
}
