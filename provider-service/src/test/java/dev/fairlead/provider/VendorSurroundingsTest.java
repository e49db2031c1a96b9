package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What surrounds the process decides nothing about calls of vendors: neither proxies (B6) nor what
 * the HTTP library would do if nobody had told it. In a process of its own, as both are read once.
 */
class VendorSurroundingsTest {

  /** Above what the library is told to take, and above what it takes by itself. */
  private static final int LENGTH = 11 << 20;

  private static final String CHAT =
      "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
          + "\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4}}";
  private static final String CONVERSE =
      "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"%s\"}]}},"
          + "\"stopReason\":\"end_turn\",\"metrics\":{\"latencyMs\":1},"
          + "\"usage\":{\"inputTokens\":3,\"outputTokens\":1,\"totalTokens\":4}}";

  private static Answer answer(RawUpstream.Request request, String text) {
    String form = request.head().contains("/converse") ? CONVERSE : CHAT;
    return Answer.json(200, "", form.formatted(text));
  }

  /** Lines of the process' output. */
  private static List<String> calls(RawUpstream vendor, List<String> options, RawUpstream proxy)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(options);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(CallsOfItsOwn.class.getName());
    command.addAll(List.of(vendor.baseUrl(), vendor.baseUrl()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    for (String name : List.of("http_proxy", "https_proxy", "all_proxy")) {
      builder.environment().put(name, proxy.baseUrl());
      builder.environment().put(name.toUpperCase(Locale.ROOT), proxy.baseUrl());
    }
    builder.environment().put("no_proxy", "nothing.example");
    builder.environment().put("NO_PROXY", "nothing.example");
    Process process = builder.start();
    try {
      return lines(process);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static List<String> lines(Process process) throws IOException, InterruptedException {
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Arrays.asList(output.split("\n"));
  }

  @Test
  void b6_proxies_areNotUsed_whateverTheProcessIsToldOfThem() throws Exception {
    try (RawUpstream vendor = RawUpstream.start(request -> answer(request, "hi"));
        RawUpstream proxy = RawUpstream.start(request -> answer(request, "by the proxy"))) {
      String port = proxy.baseUrl().substring(proxy.baseUrl().lastIndexOf(':') + 1);
      List<String> options = new ArrayList<>();
      options.add("-Djava.net.useSystemProxies=true");
      options.add("-Dhttp.nonProxyHosts=nothing.example");
      for (String scheme : List.of("http", "https", "socks")) {
        String prefix = scheme.equals("socks") ? "-DsocksProxy" : "-D" + scheme + ".proxy";
        options.add(prefix + "Host=127.0.0.1");
        options.add(prefix + "Port=" + port);
      }
      List<String> told = calls(vendor, options, proxy);
      assertThat(told).contains("a " + CHAT.formatted("hi").length() + " null");
      assertThat(told).anyMatch(line -> line.matches("b \\d+ null"));
      assertThat(vendor.calls()).isEqualTo(2);
      assertThat(proxy.calls()).isZero();
    }
  }

  /**
   * By itself the library ends an answer after 15 s, or at 10 MiB; here it is told to do so after
   * 300 ms.
   */
  @Test
  void longAndLargeAnswers_areWhole_whateverTheLibraryDoesByItself() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    String text = "x".repeat(LENGTH);
    try (RawUpstream vendor =
            RawUpstream.start(request -> {
              late(never);
              return answer(request, text);
            });
        RawUpstream proxy = RawUpstream.start(request -> answer(request, "by the proxy"))) {
      List<String> options = new ArrayList<>();
      for (String limit : List.of("defaultResponseTimeoutMillis", "defaultRequestTimeoutMillis")) {
        options.add("-Dcom.linecorp.armeria." + limit + "=300");
      }
      List<String> told = calls(vendor, options, proxy);
      assertThat(told).contains("a " + CHAT.formatted(text).length() + " null");
      assertThat(told).anyMatch(line -> line.matches("b \\d{8} null"));
    }
  }

  private static void late(CountDownLatch never) {
    try {
      assertThat(never.await(1500, TimeUnit.MILLISECONDS)).isFalse();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
