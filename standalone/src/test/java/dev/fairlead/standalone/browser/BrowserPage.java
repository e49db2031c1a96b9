package dev.fairlead.standalone.browser;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** A page, and everything it complained about or asked for since it was opened. */
public final class BrowserPage {

  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private final DevTools tools;
  private final String session;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final Set<String> asked = new ConcurrentSkipListSet<>();
  private final AtomicLong bytes = new AtomicLong();

  private BrowserPage(DevTools tools, String session) {
    this.tools = tools;
    this.session = session;
  }

  static BrowserPage open(DevTools tools) {
    String target =
        tools
            .call("", "Target.createTarget", Map.of("url", "about:blank"))
            .get("targetId")
            .asText();
    String session =
        tools
            .call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .get("sessionId")
            .asText();
    BrowserPage page = new BrowserPage(tools, session);
    tools.listen(page::heard);
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      page.call(domain + ".enable", Map.of());
    }
    return page;
  }

  private void heard(JsonNode message) {
    if (!message.path("sessionId").asText().equals(session)) {
      return;
    }
    JsonNode params = message.path("params");
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" -> complaints.add(params.path("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (Set.of("error", "warning", "assert").contains(params.path("type").asText())) {
          complaints.add("console: " + params.path("args"));
        }
      }
      // Also what the content security policy has refused.
      case "Log.entryAdded" -> {
        if (Set.of("error", "warning").contains(params.path("entry").path("level").asText())) {
          complaints.add("log: " + params.path("entry"));
        }
      }
      case "Network.requestWillBeSent" -> asked.add(params.path("request").path("url").asText());
      case "Network.loadingFinished" -> bytes.addAndGet(params.path("encodedDataLength").asLong());
      default -> {}
    }
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    return tools.call(session, method, parameters);
  }

  /** A window of that size, in light or dark. */
  public void look(int width, int height, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Keeps nothing of what it fetches and takes nothing that was kept: as on a first visit. */
  public void withoutCache() {
    call("Network.setCacheDisabled", Map.of("cacheDisabled", true));
  }

  /** Goes to an address; does not wait for it. */
  public void go(String url) {
    call("Page.navigate", Map.of("url", url));
  }

  /** The value of an expression. */
  public JsonNode value(String expression) {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result.get("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Waits until an expression is true. */
  public void until(String expression) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .untilAsserted(() -> {
          if (!value("!!(" + expression + ")").asBoolean()) {
            throw new AssertionError(
                expression + " never became true; the page says: " + text("body") + complaints);
          }
        });
  }

  /** Text of the first element that a selector finds. */
  public String text(String selector) {
    return value("document.querySelector('" + selector + "')?.innerText ?? ''").asText();
  }

  /** Clicks on the first element that a selector finds. */
  public void click(String selector) {
    value("document.querySelector('" + selector + "').click()");
  }

  /** Types into a field. */
  public void type(String selector, String text) {
    value("document.querySelector('" + selector + "').focus()");
    value("document.querySelector('" + selector + "').select()");
    call("Input.insertText", Map.of("text", text));
  }

  /** Presses the tabulator. */
  public void tab() {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of("type", type, "key", "Tab", "code", "Tab", "windowsVirtualKeyCode", 9));
    }
  }

  /** Writes a picture of the whole page. */
  public void picture(Path file) {
    try {
      Files.createDirectories(file.getParent());
      JsonNode shot =
          call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
      Files.write(file, Base64.getDecoder().decode(shot.get("data").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Errors and warnings of the console, exceptions, and what a policy refused. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Authorities that were asked for anything. */
  public Set<String> authorities() {
    return asked.stream()
        .filter(url -> url.startsWith("http") || url.startsWith("ws"))
        .map(url -> URI.create(url).getAuthority())
        .collect(Collectors.toSet());
  }

  /** Bytes that came over the wire, heads and compressed bodies. */
  public long bytes() {
    return bytes.get();
  }
}
