package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.browser.BrowserPage;
import dev.fairlead.standalone.browser.Chromium;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The web console in a real Chromium, on a gateway that serves real requests of mock models. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {

  private static final int MOST_BYTES = 600_000;
  private static final String TOKEN = "console-test-token";
  private static final Path PICTURES = Path.of("target", "screenshots");
  private static final List<String> PAGES =
      List.of("overview", "routing", "models", "cache", "canary", "keys", "requests", "playground");
  private static final String MODELS =
      """
      server: {port: 0, grpc_port: -1}
      standalone: {warm_up: 0s}
      providers:
        mock: {kind: mock, mean_latency_ms: 30, p95_latency_ms: 80, error_rate: 0}
      models:
        - {id: small, provider: mock, upstream: small, tier: cheap, price: {input: 0.15, output: 0.6}}
        - {id: middle, provider: mock, upstream: middle, tier: standard, price: {input: 0.8, output: 4}}
        - {id: large, provider: mock, upstream: large, tier: quality, price: {input: 2.5, output: 10}}
        - {id: trial, provider: mock, upstream: trial, tier: standard, price: {input: 0.5, output: 2}}
      routing: {baseline: large}
      canary: {baseline: large, candidate: trial, stages: [1, 5, 25], window: 50}
      """;
  private static final List<String> PROMPTS =
      List.of(
          "What is the capital of France?",
          "Translate good morning into Spanish.",
          "Write a haiku about rain.",
          "Summarise the causes of the first world war in three sentences.",
          "Prove that the square root of two is irrational, and generalise the proof to all"
              + " primes.",
          "Design a lock-free queue in Java, argue its memory ordering, and find its ABA problem.",
          "List five vegetables.",
          "Derive the Black-Scholes equation from Ito's lemma and state every assumption you use.");

  private final HttpClient client = HttpClient.newHttpClient();
  private Standalone open;
  private Standalone guarded;
  private Chromium chromium;
  private BrowserPage page;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Optional<Path> program = Chromium.installed();
    assumeTrue(
        program.isPresent(),
        "no Chromium found (expected: Debian's package chromium, or CHROMIUM naming a program)");
    open = start(folder.resolve("open"), "");
    guarded = start(folder.resolve("guarded"), "security: {admin_token: " + TOKEN + "}\n");
    Path profile = Files.createDirectories(folder.resolve("profile"));
    chromium = Chromium.start(program.get(), profile);
    for (Standalone gateway : List.of(open, guarded)) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> ask(gateway, "auto", "Hello.") == 200);
    }
    for (String prompt : PROMPTS) {
      ask(open, "auto", prompt);
      ask(guarded, "auto", prompt);
    }
    ask(open, "auto", PROMPTS.getFirst());
    ask(open, "large", "Say yes.");
  }

  private static Standalone start(Path folder, String more) throws Exception {
    Files.createDirectories(folder);
    return Standalone.start(
        ConfigSource.parse(
            "console test", MODELS + more, Map.of("FAIRLEAD_DATA_DIR", folder.toString())));
  }

  @AfterAll
  void stop() {
    for (AutoCloseable one : new AutoCloseable[] {chromium, open, guarded}) {
      close(one);
    }
  }

  private static void close(AutoCloseable one) {
    try {
      if (one != null) {
        one.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void openPage() {
    page = chromium.open();
    page.look(1280, 900, false);
  }

  private static String url(Standalone gateway) {
    return "http://127.0.0.1:" + gateway.httpPort();
  }

  private int ask(Standalone gateway, String model, String prompt) throws Exception {
    var body = JsonNodeFactory.instance.objectNode().put("model", model).put("max_tokens", 60);
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url(gateway) + "/v1/chat/completions"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  private void go(Standalone gateway, String name) {
    page.go(url(gateway) + "/ui#/" + name);
    page.until("document.querySelector('main [data-page=\"" + name + "\"] h1')");
    page.until("document.querySelector('#live').dataset.state === 'on'");
  }

  private void isClean(Standalone gateway) {
    assertThat(page.complaints()).isEmpty();
    assertThat(page.authorities()).containsExactly("127.0.0.1:" + gateway.httpPort());
  }

  @Test
  void everyPage_isCleanAndSmall_inLightDarkAndNarrow() {
    for (String name : PAGES) {
      go(open, name);
      page.until("document.querySelector('main h1').innerText.length > 3");
      page.picture(PICTURES.resolve(name + "-light.png"));
      page.look(1280, 900, true);
      page.until("document.documentElement.dataset.theme === 'dark'");
      page.picture(PICTURES.resolve(name + "-dark.png"));
      page.look(400, 900, false);
      page.until("document.documentElement.dataset.theme === 'light'");
      page.until("document.documentElement.scrollWidth <= 400");
      page.until(
          "[...document.querySelectorAll('#nav a')]"
              + ".every(a => a.getBoundingClientRect().right <= 400)");
      page.picture(PICTURES.resolve(name + "-narrow.png"));
      page.look(1280, 900, false);
    }
    isClean(open);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      textBlock =
          """
          overview: Requests, Spend, Saved, From the cache, Latency, Errors
          routing: Complexity, Cost, Share per tier, Reasons, Model
          models: Tier, Breaker, Burn short, Burn long, In flight, Failures, Time until an answer
          cache: Answers by how the cache took part, Similarity of semantic hits, False hits, Entries, Flush
          canary: Stage, Candidate, Baseline, Tries in the window, History, Advance, Roll back
          keys: A new key, Budgets, Spent, Held, Limit, Used
          requests: Tenant, Reason, Cache, Complexity, Cost, Saved, Latency, Status
          playground: Send, Model
          """)
  void page_tellsWhatItIsFor(String name, String words) {
    go(open, name);
    for (String word : words.split(", ")) {
      page.until(
          "document.querySelector('main').textContent.toLowerCase().includes('%s')"
              .formatted(word.toLowerCase(Locale.ROOT)));
    }
    isClean(open);
  }

  @Test
  void firstVisit_transfersLittle() {
    page.withoutCache();
    go(open, "overview");
    page.until("document.querySelector('canvas').width > 0");
    assertThat(page.bytes()).isBetween(20_000L, (long) MOST_BYTES);
    isClean(open);
    measure(page.bytes());
  }

  /** Prints the times of visits with nothing kept; how quick is quick depends on the machine. */
  private void measure(long bytes) {
    List<Long> millis = new ArrayList<>();
    for (int visit = 0; visit < 5; visit++) {
      page.go("about:blank");
      page.until("location.href === 'about:blank'");
      go(open, "overview");
      String ready = "performance.getEntriesByName('fairlead.ready')[0].startTime";
      page.until(ready + " > 0");
      millis.add(page.value("Math.round(" + ready + ")").asLong());
    }
    System.out.println(
        "console: " + bytes + " bytes over the wire, interactive after " + millis + " ms");
    assertThat(millis).allMatch(took -> took > 0);
  }

  @Test
  void overview_followsRequestsWithoutReload() throws Exception {
    go(open, "overview");
    String first = "Number(document.querySelector('.tile .value').innerText.replace(/,/g, ''))";
    page.until(first + " > 0");
    int before = page.value(first).asInt();
    ask(open, "auto", "A prompt that was not there before.");
    page.until(first + " > " + before);
    isClean(open);
  }

  @Test
  void routing_showsAPointForEveryScoredRequest() {
    go(open, "routing");
    page.until("document.querySelectorAll('main figure tbody tr').length > 4");
    assertThat(page.text("main")).contains("Share per tier");
    isClean(open);
  }

  @Test
  void request_showsItsTimeline() {
    go(open, "requests");
    page.until("document.querySelector('main tbody a')");
    page.click("main tbody a");
    page.until("document.querySelector('.lanes li .span')");
    page.picture(PICTURES.resolve("request-light.png"));
    assertThat(page.text("main")).contains("Timeline").contains("Admit");
    isClean(open);
  }

  @Test
  void request_showsItsSteps_withTheirDurations() {
    go(open, "requests");
    page.until("document.querySelector('#use')");
    page.value(
        "(() => { const use = document.querySelector('#use'); use.value = 'miss';"
            + " use.dispatchEvent(new Event('change')); })()");
    page.until("document.querySelector('main tbody a')");
    page.click("main tbody a");
    page.until("document.querySelectorAll('.lanes li').length > 4");
    page.picture(PICTURES.resolve("request-steps-light.png"));

    List<String> lanes = new ArrayList<>();
    page.value("[...document.querySelectorAll('.track')].map(t => t.getAttribute('aria-label'))")
        .forEach(label -> lanes.add(label.asText()));
    assertThat(lanes)
        .allSatisfy(label -> assertThat(label).matches(".+: .*[0-9.]+\\s?(\u00b5s|us|ms|s)"));
    assertThat(lanes.stream().map(label -> label.substring(0, label.indexOf(':'))).toList())
        .containsSubsequence("Admit", "Cache", "Route", "Attempt")
        .anyMatch(name -> name.startsWith("Try 1"));
    isClean(open);
  }

  @Test
  void playground_streamsAnAnswerAndTellsWhatOthersCost() {
    go(open, "playground");
    page.until("document.querySelectorAll('#model option').length > 5");
    assertThat(
            page.value(
                    "getComputedStyle(document.querySelector('#answer'), '::before').content"
                        + ".includes('appears here')")
                .asBoolean())
        .isTrue();
    page.type("#prompt", "Tell me about the sea, streamed into the console.");
    page.click("#send");
    page.until("document.querySelector('#answer').innerText.length > 5");
    page.until("document.querySelector('#decision').innerText.includes('Reason')");
    page.picture(PICTURES.resolve("playground-answered-light.png"));
    assertThat(page.text("#state")).contains("Answered by");
    assertThat(page.text("main")).contains("large").contains("middle").contains("small");
    assertThat(page.value("document.querySelectorAll('main tbody tr').length").asInt())
        .isEqualTo(4);
    Awaitility.await()
        .pollInSameThread()
        .atMost(Duration.ofSeconds(60))
        .until(() -> {
          page.click("#send");
          page.until("document.querySelector('#state').innerText.includes('Answered by')");
          return page.text("#decision .pill").equals("hit");
        });
    isClean(open);
  }

  @Test
  void key_isMadeShownOnceRotatedAndRevoked() {
    page.go(url(guarded) + "/ui#/keys");
    page.until("document.querySelector('main [role=alert]')");
    typeToken(TOKEN);
    page.until(
        "document.querySelector('#create-key') && !document.querySelector('#create-key').disabled");
    page.type("#key-name", "of the console test");
    page.type("#key-tenant", "shop");
    page.type("#key-budget_day_usd", "2.5");
    page.click("#create-key");
    page.until("document.querySelector('#new-key').innerText.length > 30");
    String first = page.text("#new-key");
    page.until("document.querySelector('main').innerText.includes('of the console test')");
    page.until("document.querySelector('main meter')");
    assertThat(page.text("main")).contains("shop").contains("$2.50").contains("active");
    page.picture(PICTURES.resolve("keys-made-light.png"));
    page.click("#hide-key");
    assertThat(page.text("main")).doesNotContain(first);

    page.click("[data-act=rotate]");
    page.until("document.querySelector('[data-act=rotate]').innerText.includes('Really')");
    page.click("[data-act=rotate]");
    page.until("document.querySelector('#new-key').innerText.length > 30");
    assertThat(page.text("#new-key")).isNotEqualTo(first);
    page.look(1280, 900, true);
    page.until("document.documentElement.dataset.theme === 'dark'");
    page.picture(PICTURES.resolve("keys-made-dark.png"));

    page.click("[data-act=revoke]");
    page.until("document.querySelector('[data-act=revoke]').innerText.includes('Really')");
    page.click("[data-act=revoke]");
    page.until("document.querySelector('main').innerText.includes('revoked')");
    assertThat(page.text("main")).doesNotContain("active");
    assertThat(page.complaints())
        .as("only those of before the token")
        .allMatch(one -> one.contains("401"));
    assertThat(page.authorities()).containsExactly("127.0.0.1:" + guarded.httpPort());
  }

  @Test
  void flush_worksWithoutToken_onThisMachine() throws Exception {
    ask(open, "auto", "To be forgotten soon.");
    flush(open);
    page.until("document.querySelector('form .note[role=status]').innerText.includes('removed')");
    isClean(open);
  }

  private void flush(Standalone gateway) {
    go(gateway, "cache");
    page.click("#flush");
    page.until("document.querySelector('#flush-confirm').checkVisibility()");
    page.click("#flush-confirm");
  }

  @Test
  void guardedConsole_showsNothingWithoutToken_andSteersWithIt() {
    page.go(url(guarded) + "/ui#/canary");
    page.until("document.querySelector('main [role=alert]')");
    assertThat(page.text("main")).contains("admin token").doesNotContain("trial");
    page.picture(PICTURES.resolve("refused-light.png"));

    typeToken("wrong");
    page.until("document.querySelector('main [role=alert]')");
    typeToken(TOKEN);
    page.until("document.querySelector('main').innerText.includes('trial')");
    page.click("#force");
    page.until("document.querySelector('main').innerText.includes('Done.')");
    page.until("document.querySelector('[aria-current=step]').innerText.includes('1 %')");
    page.picture(PICTURES.resolve("canary-forced-light.png"));
    page.click("#rollback");
    page.until("document.querySelector('[aria-current=step]').innerText.includes('0 %')");

    flush(guarded);
    page.until("document.querySelector('form .note[role=status]').innerText.includes('removed')");
    assertThat(page.value("document.cookie + localStorage.length").asText()).isEqualTo("0");
    assertThat(page.complaints()).allMatch(said -> said.contains("401"));
  }

  private void typeToken(String token) {
    page.click("#access");
    page.until("document.querySelector('#access-dialog').open");
    page.type("#admin-token", token);
    page.click("#access-form button[value=save]");
    page.until("!document.querySelector('#access-dialog').open");
  }

  @Test
  void keyboard_reachesContentPagesAndSwitches() {
    go(open, "overview");
    page.tab();
    assertThat(page.value("document.activeElement.id").asText()).isEqualTo("skip");
    StringBuilder met = new StringBuilder();
    for (int i = 0; i < PAGES.size() + 4; i++) {
      page.tab();
      met.append(page.value("document.activeElement.innerText").asText()).append('|');
    }
    assertThat(met.toString()).contains("Overview|").contains("Playground|").contains("Theme");
    assertThat(
            page.value(
                    "[...document.querySelectorAll('input, select, textarea')]"
                        + ".filter(f => !f.labels.length).length")
                .asInt())
        .isZero();
  }

  @Test
  void themeSwitch_winsOverTheSystem() {
    go(open, "overview");
    page.click("#theme");
    page.click("#theme");
    assertThat(page.value("document.documentElement.dataset.theme").asText()).isEqualTo("dark");
    page.value("localStorage.clear()");
    isClean(open);
  }
}
