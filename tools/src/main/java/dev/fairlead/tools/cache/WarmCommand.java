package dev.fairlead.tools.cache;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a running gateway what will be asked later, so that the cache knows the answers. */
@Command(
    name = "warm",
    description =
        "Sends the requests of a file to a running gateway, so that later ones are answered from"
            + " the cache. A line is a request's body as clients send it (chat, completions or"
            + " responses), an object with path and body, or a plain prompt.",
    mixinStandardHelpOptions = true)
public final class WarmCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "One request a line; - reads standard input.")
  private String file;

  @Option(
      names = "--url",
      defaultValue = "${env:FAIRLEAD_URL:-http://127.0.0.1:8080}",
      description = "The gateway; also FAIRLEAD_URL. Default: http://127.0.0.1:8080")
  private String url;

  @Option(
      names = "--model",
      defaultValue = "auto",
      description = "The model of lines that are plain prompts. Default: ${DEFAULT-VALUE}")
  private String model;

  @Option(
      names = "--ttl",
      paramLabel = "SECONDS",
      description = "How long the answers are kept. Default: the gateway's")
  private @Nullable Long ttlSeconds;

  @Option(
      names = "--concurrency",
      defaultValue = "8",
      description = "Requests under way at once, at most. Default: ${DEFAULT-VALUE}")
  private int concurrency;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Longest wait for an answer. Default: ${DEFAULT-VALUE}")
  private long timeoutSeconds;

  @Option(
      names = "--key",
      defaultValue = "${env:FAIRLEAD_API_KEY}",
      description =
          "API key, where the gateway demands one; also FAIRLEAD_API_KEY. Only its own tenant is"
              + " served what it warms.")
  private @Nullable String key;

  @Spec private CommandSpec spec;

  /** For picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public WarmCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    require(concurrency >= 1 && concurrency <= 1000, "--concurrency: expected 1..1000");
    require(timeoutSeconds >= 1, "--timeout: expected 1 or more seconds");
    require(ttlSeconds == null || ttlSeconds >= 1, "--ttl: expected 1 or more seconds");
    PrintWriter complaints = spec.commandLine().getErr();
    long begun = System.nanoTime();
    WarmRun run =
        new WarmRun(
            address(), headers(), Duration.ofSeconds(timeoutSeconds), concurrency, complaints);
    WarmTally tally = run.send(requests(run));
    PrintWriter out = spec.commandLine().getOut();
    out.println(tally.line(Duration.ofNanos(System.nanoTime() - begun)));
    out.flush();
    return tally.complete() ? 0 : 1;
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new HashMap<>();
    if (key != null && !key.isEmpty()) {
      headers.put("Authorization", "Bearer " + key);
    }
    if (ttlSeconds != null) {
      headers.put("X-Fairlead-Cache-Ttl", Long.toString(ttlSeconds));
    }
    return headers;
  }

  /** A line that cannot be used is a failure of its own; the others are sent all the same. */
  private List<WarmRequest> requests(WarmRun run) {
    List<WarmRequest> requests = new ArrayList<>();
    int number = 0;
    for (String line : lines()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        requests.add(WarmRequest.of(number, line, model));
      } catch (IllegalArgumentException e) {
        run.failed(number, String.valueOf(e.getMessage()));
      }
    }
    return requests;
  }

  private List<String> lines() {
    try {
      if (!file.equals("-")) {
        return Files.readAllLines(Path.of(file));
      }
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      return input.lines().toList();
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "FILE: " + file + " cannot be read (expected: a UTF-8 text file)", e);
    }
  }

  private URI address() {
    String wrong = "--url: " + url + " (expected: an http or https URL)";
    try {
      URI uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
      require(uri.getHost() != null && String.valueOf(uri.getScheme()).startsWith("http"), wrong);
      return uri;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), wrong, e);
    }
  }
}
