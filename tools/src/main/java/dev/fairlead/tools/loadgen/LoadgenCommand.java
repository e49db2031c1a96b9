package dev.fairlead.tools.loadgen;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sends chat requests at a constant rate and reports what came of them. */
@Command(
    name = "loadgen",
    description =
        "Sends chat requests to a running gateway at a constant rate (open loop: every latency"
            + " counts from when the request should have started) and reports latencies, errors,"
            + " models and cost.",
    mixinStandardHelpOptions = true)
public final class LoadgenCommand implements Callable<Integer> {

  private static final String STANDARD_OUTPUT = "-";
  private static final long REPORT_SECONDS = 10;

  @Option(
      names = "--url",
      defaultValue = "${env:FAIRLEAD_URL:-http://127.0.0.1:8080}",
      description = "The gateway; also FAIRLEAD_URL. Default: http://127.0.0.1:8080")
  private String url;

  @Option(
      names = "--qps",
      defaultValue = "50",
      description = "Requests a second. Default: ${DEFAULT-VALUE}")
  private double qps;

  @Option(
      names = "--concurrency",
      defaultValue = "256",
      description = "Requests under way at once, at most; more wait. Default: ${DEFAULT-VALUE}")
  private int concurrency;

  @Option(
      names = "--duration",
      defaultValue = "15s",
      converter = SpanConverter.class,
      description = "How long requests are sent and counted. Default: ${DEFAULT-VALUE}")
  private Duration duration;

  @Option(
      names = "--warmup",
      defaultValue = "0s",
      converter = SpanConverter.class,
      description = "How long requests are sent at the same rate before, answered and not counted.")
  private Duration warmup;

  @Option(
      names = "--timeout",
      defaultValue = "60s",
      converter = SpanConverter.class,
      description = "Longest wait for a whole answer. Default: ${DEFAULT-VALUE}")
  private Duration timeout;

  @Option(
      names = "--model",
      defaultValue = "auto",
      description = "A model's id, or auto. Default: ${DEFAULT-VALUE}")
  private String model;

  @Option(names = "--policy", description = "Routing policy of the requests, such as cheapest.")
  private @Nullable String policy;

  @Option(names = "--prompt", description = "What every request asks.")
  private @Nullable String prompt;

  @Option(names = "--prompts", description = "A file of prompts, one a line.")
  private @Nullable Path promptFile;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of the prompts' random order. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(names = "--max-tokens", description = "Longest answer, in tokens. Default: no limit")
  private @Nullable Integer maxTokens;

  @Option(names = "--stream", description = "Ask for streams.")
  private boolean stream;

  @Option(
      names = "--cache",
      description = "Let the cache answer; without it Cache-Control: no-store is sent.")
  private boolean useCache;

  @Option(
      names = "--key",
      defaultValue = "${env:FAIRLEAD_API_KEY}",
      description = "API key, where the gateway demands one; also FAIRLEAD_API_KEY.")
  private @Nullable String key;

  @Option(names = "--csv-out", description = "A file that gets one line for each request.")
  private @Nullable Path csvFile;

  @Option(
      names = "--json",
      arity = "0..1",
      fallbackValue = STANDARD_OUTPUT,
      description = "The report as JSON, to a file or, without one, instead of the table.")
  private @Nullable String json;

  @Spec private CommandSpec spec;

  /** For picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public LoadgenCommand() {}

  @Override
  public Integer call() throws InterruptedException, IOException {
    LoadPlan plan = plan();
    LoadTarget target =
        new LoadTarget(
            address(),
            new Workload.Wish(model, policy, stream, maxTokens()),
            prompts(),
            seed,
            warmup,
            useCache);
    Path jsonFile = jsonFile();
    Workload workload = Workload.of(target.prompts(), target.wish(), seed);
    try (CsvLog csv = csv();
        ChatClient client = new ChatClient(target.gateway(), key, useCache, timeout)) {
      LoadRun run = new LoadRun(workload, client, spec.commandLine().getErr());
      CountDownLatch reported = new CountDownLatch(1);
      Thread onSignal = Thread.ofPlatform().unstarted(() -> endEarly(run, reported));
      Runtime.getRuntime().addShutdownHook(onSignal);
      try {
        warmUp(run, plan);
        LoadOutcome outcome = run.run(plan, "", csv);
        csv.flush();
        report(LoadReport.of(outcome, target), jsonFile);
        return outcome.tally().succeeded() > 0 ? 0 : 1;
      } finally {
        reported.countDown();
        forget(onSignal);
      }
    }
  }

  /** Its last answer is waited for, so that nothing of it is left when the measuring begins. */
  private void warmUp(LoadRun run, LoadPlan plan) throws InterruptedException, IOException {
    if (!warmup.isZero()) {
      try (CsvLog nowhere = CsvLog.to(null)) {
        run.run(plan.lasting(warmup), "warm-up ", nowhere);
      }
    }
  }

  /** On Ctrl-C: the report is printed before the process ends, with the signal's exit code. */
  private static void endEarly(LoadRun run, CountDownLatch reported) {
    run.interrupt();
    try {
      reported.await(REPORT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread onSignal) {
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook with it.
    }
  }

  private void report(LoadReport report, @Nullable Path jsonFile) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (jsonFile != null) {
      Files.writeString(jsonFile, report.json());
    }
    out.print(STANDARD_OUTPUT.equals(json) ? report.json() : report.table());
    out.flush();
  }

  private LoadPlan plan() {
    check(qps > 0 && qps <= 1_000_000, "--qps: " + qps + " (expected: above 0, at most 1000000)");
    check(concurrency > 0, "--concurrency: " + concurrency + " (expected: at least 1)");
    check(!duration.isZero(), "--duration: 0 (expected: above 0)");
    check(!timeout.isZero(), "--timeout: 0 (expected: above 0)");
    LoadPlan plan = new LoadPlan(qps, concurrency, duration);
    check(
        plan.arrivals() > 0,
        "--duration: " + duration.toMillis() + " ms (expected: long enough for one request)");
    return plan;
  }

  private int maxTokens() {
    check(
        maxTokens == null || maxTokens > 0,
        "--max-tokens: " + maxTokens + " (expected: at least 1)");
    return maxTokens == null ? 0 : maxTokens;
  }

  private List<String> prompts() {
    check(prompt == null || promptFile == null, "--prompt and --prompts (expected: one of them)");
    if (promptFile == null) {
      return List.of(prompt == null ? "What is the capital of France?" : prompt);
    }
    try {
      List<String> lines =
          Files.readAllLines(promptFile).stream().filter(line -> !line.isBlank()).toList();
      check(!lines.isEmpty(), "--prompts: " + promptFile + " holds no prompt");
      return lines;
    } catch (IOException e) {
      throw wrong("--prompts: " + promptFile + " cannot be read (expected: a UTF-8 text file)");
    }
  }

  private CsvLog csv() {
    try {
      return CsvLog.to(csvFile);
    } catch (IOException e) {
      throw wrong("--csv-out: " + csvFile + " cannot be written");
    }
  }

  private @Nullable Path jsonFile() {
    if (json == null || json.equals(STANDARD_OUTPUT)) {
      return null;
    }
    Path file = Path.of(json);
    Path folder = file.toAbsolutePath().getParent();
    check(
        folder != null && Files.isWritable(folder) && !Files.isDirectory(file),
        "--json: " + json + " cannot be written");
    return file;
  }

  private URI address() {
    String expected =
        "--url: " + url + " (expected: an http or https URL, such as http://127.0.0.1:8080)";
    try {
      URI uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
      check(
          uri.getHost() != null
              && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())),
          expected);
      return uri;
    } catch (IllegalArgumentException e) {
      throw wrong(expected);
    }
  }

  private void check(boolean holds, String message) {
    if (!holds) {
      throw wrong(message);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
