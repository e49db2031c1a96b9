package dev.fairlead.tools.ask;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a running gateway one question, prints the answer and one line about it. */
@Command(
    name = "ask",
    description =
        "Asks a running gateway; prints the answer, then one line on model, cost, cache and"
            + " latency.",
    mixinStandardHelpOptions = true)
public final class AskCommand implements Callable<Integer> {

  @Parameters(paramLabel = "PROMPT", description = "What to ask; - reads it from standard input.")
  private String prompt;

  @Option(
      names = "--url",
      defaultValue = "${env:FAIRLEAD_URL:-http://127.0.0.1:8080}",
      description = "The gateway; also FAIRLEAD_URL. Default: http://127.0.0.1:8080")
  private String url;

  @Option(
      names = "--model",
      defaultValue = "auto",
      description = "A model's id, or auto. Default: ${DEFAULT-VALUE}")
  private String model;

  @Option(names = "--policy", description = "Routing policy for this request, such as cheapest.")
  private @Nullable String policy;

  @Option(
      names = "--key",
      defaultValue = "${env:FAIRLEAD_API_KEY}",
      description = "API key, where the gateway demands one; also FAIRLEAD_API_KEY.")
  private @Nullable String key;

  @Option(names = "--stream", description = "Print the answer while it is written.")
  private boolean stream;

  @Option(
      names = "--timeout",
      defaultValue = "120",
      description = "Seconds to wait for the answer to begin. Default: ${DEFAULT-VALUE}")
  private int timeoutSeconds;

  @Spec private CommandSpec spec;

  /** For picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public AskCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Question question = new Question(text(), model, policy, stream);
    try (GatewayClient gateway =
        new GatewayClient(address(), key, Duration.ofSeconds(timeoutSeconds))) {
      AnswerFacts facts = gateway.ask(question, out);
      out.println();
      out.println(facts.line());
      out.flush();
      return 0;
    } catch (AskException e) {
      out.flush();
      spec.commandLine().getErr().println("fairlead ask: " + e.getMessage());
      return 1;
    }
  }

  private String text() {
    if (!prompt.equals("-")) {
      return prompt;
    }
    try {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), "standard input cannot be read", e);
    }
  }

  private URI address() {
    try {
      URI uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), wrongUrl(), e);
    }
    throw new ParameterException(spec.commandLine(), wrongUrl());
  }

  private String wrongUrl() {
    return "--url: " + url + " (expected: an http or https URL, such as http://127.0.0.1:8080)";
  }
}
