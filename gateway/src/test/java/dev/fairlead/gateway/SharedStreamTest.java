package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Identical requests under way together: one upstream stream, and what happens when one leaves. */
class SharedStreamTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true%s}";
  private static final int LIVE_BYTES = 65_536;

  private static FakeBackends backends;
  private final List<RawStream> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    backends =
        new FakeBackends(
            """
            streams: {max_live_bytes: %d}
            canary: {baseline: small, candidate: large, stages: [50]}
            security: {admin_token: correct-horse-battery-staple}
            """
                .formatted(LIVE_BYTES));
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
    backends.provider.live = true;
  }

  @AfterEach
  void nothingIsLeftUnderWay() {
    clients.forEach(RawStream::close);
    await()
        .untilAsserted(() ->
            assertThat(Http.get(backends.url("/metrics")).body())
                .contains("llm_router_requests_in_flight 0.0"));
    await().untilAsserted(() -> assertThat(backends.cache.openLeases.get()).isZero());
  }

  private RawStream ask(String more, String... headers) {
    RawStream client =
        RawStream.post(backends.node.httpPort(), CHAT, BODY.formatted(more), headers);
    clients.add(client);
    return client;
  }

  private LiveUpstream upstream(int index) {
    await().until(() -> backends.provider.upstreams.size() > index);
    return backends.provider.upstreams.get(index);
  }

  private static void awaitText(RawStream client, String text) {
    await().untilAsserted(() -> assertThat(client.text()).contains(text));
  }

  private static double metric(String line) {
    return Http.get(backends.url("/metrics"))
        .body()
        .lines()
        .filter(l -> l.startsWith(line))
        .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void follower_getsWhatWasSent_andThenFollows() {
    final double costBefore = metric("llm_router_cost_usd_total");
    final double coalescedBefore = metric("llm_router_cache_lookups_total{result=\"coalesced\"}");
    RawStream leader = ask("");
    LiveUpstream upstream = upstream(0);
    upstream.say("one");
    awaitText(leader, "one");
    RawStream follower = ask(",\"stream_options\":{\"include_usage\":true}", "x-request-id", "f-1");
    awaitText(follower, "one");
    upstream.say("two");
    awaitText(follower, "two");
    awaitText(leader, "two");
    upstream.finish();
    awaitText(leader, "[DONE]");
    awaitText(follower, "[DONE]");
    assertThat(backends.provider.calls).hasSize(1);
    assertThat(leader.header("x-fairlead-cache")).isEqualTo("miss");
    assertThat(follower.header("x-fairlead-cache")).isEqualTo("coalesced");
    assertThat(follower.header("x-fairlead-attempts")).isEqualTo("0");
    assertThat(follower.header("x-request-id")).isEqualTo("f-1");
    assertThat(follower.text()).contains("\"cost_usd\":0", "\"saved_usd\":0.0035");
    assertThat(leader.text()).doesNotContain("usage");
    // 1000 x 0.15 + 100 x 0.60 USD per million, once.
    await()
        .untilAsserted(() ->
            assertThat(metric("llm_router_cost_usd_total") - costBefore)
                .isCloseTo(0.00021, org.assertj.core.data.Offset.offset(1e-9)));
    assertThat(metric("llm_router_cache_lookups_total{result=\"coalesced\"}") - coalescedBefore)
        .isEqualTo(1);
  }

  @Test
  void d7_manyFollowers_getTheSameEvents_ofOneCall() {
    RawStream leader = ask("");
    LiveUpstream upstream = upstream(0);
    upstream.say("one");
    for (int i = 0; i < 60; i++) {
      ask("");
    }
    for (int i = 0; i < 40; i++) {
      upstream.say("w" + i + "-");
    }
    upstream.finish();
    for (RawStream client : clients) {
      await().until(client::hasEnded);
      assertThat(content(client)).isEqualTo(content(leader)).contains("w39-").endsWith("[DONE]");
    }
    assertThat(backends.provider.calls).hasSize(1);
  }

  /** What the events say, without the framing. */
  private static String content(RawStream client) {
    return client
        .text()
        .split("\r\n\r\n", 2)[1]
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring(6))
        .reduce("", String::concat);
  }

  @Test
  void stream_goesOn_whenItsLeaderLeaves() {
    double costBefore = metric("llm_router_cost_usd_total");
    RawStream leader = ask("");
    LiveUpstream upstream = upstream(0);
    upstream.say("one");
    awaitText(leader, "one");
    RawStream follower = ask("");
    awaitText(follower, "one");
    leader.close();
    await()
        .untilAsserted(() ->
            assertThat(Http.get(backends.url("/metrics")).body())
                .contains("llm_router_requests_in_flight 1.0"));
    assertThat(upstream.cancelledNanos()).isNull();
    upstream.say("two");
    upstream.finish();
    awaitText(follower, "[DONE]");
    assertThat(follower.text()).contains("two");
    assertThat(metric("llm_router_cost_usd_total") - costBefore)
        .isCloseTo(0.00021, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(backends.cache.stored).hasSize(1);
  }

  @Test
  void upstream_isCancelled_whenTheLastReaderLeaves() {
    RawStream leader = ask("");
    LiveUpstream upstream = upstream(0);
    upstream.say("one");
    awaitText(leader, "one");
    RawStream follower = ask("");
    awaitText(follower, "one");
    follower.close();
    leader.close();
    await().until(() -> upstream.cancelledNanos() != null);
    assertThat(backends.cache.stored).isEmpty();
    RawStream next = ask("");
    upstream(1).say("again");
    awaitText(next, "again");
    upstream(1).finish();
  }

  @Test
  void d7_oneFollowerTriesAgain_whenTheLeaderFailsBeforeItsFirstEvent() {
    RawStream leader = ask("");
    upstream(0);
    RawStream second = ask("");
    RawStream third = ask("");
    await()
        .untilAsserted(() ->
            assertThat(Http.get(backends.url("/metrics")).body())
                .contains("llm_router_requests_in_flight 3.0"));
    upstream(0).fail(new Failure.UpstreamUnavailable("gone", 503, null));
    upstream(1).say("healed");
    upstream(1).finish();
    awaitText(second, "[DONE]");
    awaitText(third, "[DONE]");
    assertThat(second.text()).contains("healed");
    assertThat(leader.text()).startsWith("HTTP/1.1 50");
    assertThat(backends.provider.calls).hasSize(2);
    assertThat(List.of(second.header("x-fairlead-cache"), third.header("x-fairlead-cache")))
        .containsExactlyInAnyOrder("miss", "coalesced");
  }

  @Test
  void everyReader_isTold_whenTheStreamBreaksInItsMiddle() {
    RawStream leader = ask("");
    upstream(0).say("one");
    awaitText(leader, "one");
    RawStream follower = ask("");
    awaitText(follower, "one");
    upstream(0).fail(new Failure.UpstreamMalformed("the upstream cut its answer"));
    for (RawStream client : clients) {
      await().until(client::hasEnded);
      assertThat(client.text())
          .contains("upstream_invalid_response", "\"finish_reason\":\"error\"")
          .doesNotContain("[DONE]");
    }
    assertThat(backends.provider.calls).hasSize(1);
  }

  @Test
  void d7_shortDeadlineOfAFollower_endsOnlyIt() {
    RawStream leader = ask("");
    upstream(0).say("one");
    awaitText(leader, "one");
    RawStream hasty = ask("", "x-litellm-timeout", "0.2");
    await().until(hasty::hasEnded);
    assertThat(hasty.text()).contains("one", "\"error\"").doesNotContain("[DONE]");
    upstream(0).say("two");
    upstream(0).finish();
    awaitText(leader, "[DONE]");
  }

  @Test
  void shortDeadlineOfTheLeader_leavesTheFollowersTheStream() {
    ask("", "x-litellm-timeout", "1.5");
    LiveUpstream upstream = upstream(0);
    RawStream follower = ask("");
    awaitText(clients.getFirst(), "HTTP/1.1 504");
    upstream.say("late");
    upstream.finish();
    awaitText(follower, "[DONE]");
    assertThat(follower.text()).contains("late");
    assertThat(backends.provider.calls).hasSize(1);
  }

  @Test
  void slowFollower_doesNotHoldTheLeaderBack_andIsLetGo() {
    RawStream leader = ask("");
    LiveUpstream upstream = upstream(0);
    upstream.say("one");
    awaitText(leader, "one");
    RawStream slow = RawStream.unread(backends.node.httpPort(), CHAT, BODY.formatted(""), 4096);
    clients.add(slow);
    await()
        .untilAsserted(() ->
            assertThat(Http.get(backends.url("/metrics")).body())
                .contains("llm_router_requests_in_flight 2.0"));
    String kilobytes = "x".repeat(8000);
    // More than sockets and the bound together hold.
    for (int i = 0; i < 1500; i++) {
      upstream.say(kilobytes);
    }
    upstream.say("last");
    awaitText(leader, "last");
    await()
        .untilAsserted(() ->
            assertThat(Http.get(backends.url("/metrics")).body())
                .contains("llm_router_requests_in_flight 1.0"));
    upstream.finish();
    awaitText(leader, "[DONE]");
  }

  @Test
  void lateRequest_makesACallOfItsOwn_whenTheBeginningIsGone() {
    RawStream leader = ask("");
    upstream(0).say("y".repeat(LIVE_BYTES));
    upstream(0).say("far");
    awaitText(leader, "far");
    RawStream late = ask("");
    upstream(1).say("fresh");
    awaitText(late, "fresh");
    upstream(0).finish();
    upstream(1).finish();
    awaitText(late, "[DONE]");
    awaitText(leader, "[DONE]");
  }

  @Test
  void requests_doNotShare_whenTheyMayNotOrDiffer() {
    RawStream first = ask("");
    upstream(0).say("one");
    awaitText(first, "one");
    ask("", "cache-control", "no-store");
    upstream(1);
    ask("", "cache-control", "no-cache");
    upstream(2);
    ask(",\"temperature\":0.5");
    upstream(3);
    ask("", "x-fairlead-max-cost-usd", "1");
    upstream(4);
    ask("", "openai-beta", "something=v1");
    upstream(5);
    backends.provider.upstreams.forEach(LiveUpstream::finish);
    for (RawStream client : clients) {
      awaitText(client, "[DONE]");
    }
  }

  @Test
  void usersUnderACanary_shareOnlyWithThemselves_andElsewhereWithEverybody() {
    assertThat(
            Http.post(
                    backends.url("/v1/admin/canary/advance"),
                    "{\"force\":true}",
                    "content-type",
                    "application/json",
                    "authorization",
                    "Bearer correct-horse-battery-staple")
                .statusCode())
        .isEqualTo(200);
    String canary = ",\"model\":\"auto:canary\",\"user\":\"u%d\"";
    for (int user = 0; user < 12; user++) {
      RawStream first = ask(canary.formatted(user));
      upstream(user).say("one");
      awaitText(first, "one");
      awaitText(ask(canary.formatted(user)), "one");
    }
    assertThat(backends.provider.calls)
        .extracting(call -> call.getModelIds(0))
        .hasSize(12)
        .contains("small", "large");
    RawStream leader = ask(",\"user\":\"a\"");
    upstream(12).say("one");
    awaitText(leader, "one");
    awaitText(ask(",\"user\":\"b\""), "one");
    assertThat(backends.provider.calls).hasSize(13);
    backends.provider.upstreams.forEach(LiveUpstream::finish);
    for (RawStream client : clients) {
      awaitText(client, "[DONE]");
    }
  }
}
