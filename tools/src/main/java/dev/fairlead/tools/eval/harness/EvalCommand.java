package dev.fairlead.tools.eval.harness;

import dev.fairlead.tools.eval.harness.EvalGateway.Model;
import dev.fairlead.tools.eval.harness.EvalGateway.Pick;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code fairlead eval}: every prompt on every model, once or from a record, and what the gateway's
 * policies make of that.
 *
 * <p>Exit codes: 0 done, 1 the gateway or a file is not as it should be, 2 wrong usage.
 */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = "Cost, savings and quality of a running gateway's policies on checkable prompts.")
public final class EvalCommand implements Callable<Integer> {

  private static final int CONCURRENCY = 4;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--url",
      defaultValue = "${env:FAIRLEAD_URL:-http://127.0.0.1:8080}",
      description = "The gateway (${DEFAULT-VALUE}).")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Option(names = "--key", defaultValue = "${env:FAIRLEAD_API_KEY}", description = "API key.")
  private @Nullable String key;

  @Option(names = "--prompts", description = "JSON lines; default: the 40 that are shipped.")
  private @Nullable Path prompts;

  @Option(
      names = "--outcomes",
      description = "Recorded outcomes; then no model is called, only /v1/route.")
  private @Nullable Path recorded;

  @Option(names = "--record", description = "Writes what the models did, for --outcomes.")
  private @Nullable Path record;

  @Option(
      names = "--policies",
      split = ",",
      defaultValue = "complexity,prompt_length,cheapest",
      description = "Policies to compare (${DEFAULT-VALUE}).")
  private List<String> policies = List.of();

  @Option(
      names = "--models",
      split = ",",
      description = "Models to evaluate; default: all that have a tier.")
  private List<String> chosen = List.of();

  @Option(
      names = "--baseline",
      description = "What is compared with; default: the quality tier's first model.")
  private @Nullable String baseline;

  @Option(names = "--max-tokens", defaultValue = "800", description = "Of an answer.")
  private int maxTokens;

  @Option(names = "--max-cost-usd", description = "Limit of a prompt's cost, for the SLA.")
  private @Nullable Double maxCostUsd;

  @Option(
      names = "--latency-slo-ms",
      defaultValue = "10000",
      description = "Limit of a whole answer's time, for the SLA (${DEFAULT-VALUE}).")
  private double latencySloMs;

  @Option(names = "--timeout", defaultValue = "120", description = "Seconds for an answer.")
  private int timeoutSeconds;

  @Option(names = "--seed", defaultValue = "20261101", description = "Of everything random.")
  private long seed;

  @Option(
      names = "--json",
      arity = "0..1",
      fallbackValue = "-",
      description = "JSON instead of the table, or into a file beside it.")
  private @Nullable Path json;

  @Option(names = "--html", description = "Also writes a page with the curve of cost and quality.")
  private @Nullable Path html;

  @Override
  public Integer call() throws InterruptedException {
    try (EvalGateway gateway = new EvalGateway(url, key, Duration.ofSeconds(timeoutSeconds))) {
      print(evaluate(gateway));
      return 0;
    } catch (NoSuchFileException e) {
      return complain(e.getMessage() + ": does not exist (expected: a file)");
    } catch (IOException e) {
      return complain(e.getMessage() == null ? url + ": does not answer" : e.getMessage());
    }
  }

  private int complain(String why) {
    spec.commandLine().getErr().println(why);
    return 1;
  }

  private EvalReport evaluate(EvalGateway gateway) throws IOException, InterruptedException {
    List<EvalPrompt> asked = prompts == null ? EvalPrompt.shipped() : EvalPrompt.read(prompts);
    List<Model> models = models(gateway);
    Outcomes outcomes =
        recorded == null ? measure(gateway, asked, models) : Outcomes.read(recorded);
    if (record != null) {
      outcomes.write(record);
    }
    String reference = baseline == null ? reference(models) : baseline;
    EvalStudy.Limits limits = new EvalStudy.Limits(maxCostUsd, latencySloMs);
    EvalStudy study = EvalStudy.of(asked, models, outcomes, reference, limits, seed);
    List<EvalResult> results = new ArrayList<>();
    double[] complexities = new double[0];
    for (String policy : policies) {
      List<Pick> picks = picks(gateway, asked, policy);
      results.add(study.result(policy, picks.stream().map(Pick::model).toList()));
      double[] told = picks.stream().mapToDouble(Pick::complexity).toArray();
      if (java.util.Arrays.stream(told).noneMatch(Double::isNaN)) {
        complexities = told;
      }
    }
    results.add(study.random());
    results.add(study.always(study.cheapest()));
    results.add(study.always(reference));
    boolean drawn = complexities.length > 0 && study.hasBaseline();
    return new EvalReport(
        prompts == null ? "the shipped file" : prompts.toString(),
        asked.size(),
        models.stream().map(Model::id).toList(),
        reference,
        study.cheapest(),
        limits,
        study.failures(),
        seed,
        results,
        drawn ? study.curve(complexities, study.cheapest()) : List.of());
  }

  private List<Model> models(EvalGateway gateway) throws IOException, InterruptedException {
    List<Model> all = gateway.models();
    if (chosen.isEmpty()) {
      return all;
    }
    List<Model> some = all.stream().filter(model -> chosen.contains(model.id())).toList();
    if (some.size() < chosen.size()) {
      throw new IOException(
          "models " + chosen + " (expected: some of " + all.stream().map(Model::id).toList() + ")");
    }
    return some;
  }

  private static String reference(List<Model> models) {
    return models.stream()
        .filter(model -> model.tier().equals("quality"))
        .findFirst()
        .orElse(models.getLast())
        .id();
  }

  private Outcomes measure(EvalGateway gateway, List<EvalPrompt> asked, List<Model> models)
      throws IOException, InterruptedException {
    List<Callable<Outcome>> calls = new ArrayList<>();
    for (EvalPrompt prompt : asked) {
      for (Model model : models) {
        calls.add(() -> gateway.ask(prompt, model.id(), maxTokens));
      }
    }
    List<Outcome> outcomes = new ArrayList<>();
    try (ExecutorService callers = Executors.newFixedThreadPool(CONCURRENCY)) {
      for (Future<Outcome> outcome : callers.invokeAll(calls)) {
        outcomes.add(outcome.get());
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
    return Outcomes.of(outcomes);
  }

  private static List<Pick> picks(EvalGateway gateway, List<EvalPrompt> asked, String policy)
      throws IOException, InterruptedException {
    List<Pick> picks = new ArrayList<>();
    for (EvalPrompt prompt : asked) {
      picks.add(gateway.route(prompt.prompt(), policy));
    }
    return picks;
  }

  private void print(EvalReport report) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json != null && json.toString().equals("-")) {
      out.print(report.toJson());
    } else {
      out.print(report.toTable());
      if (json != null) {
        Files.writeString(json, report.toJson());
      }
    }
    if (html != null) {
      Files.writeString(html, new HtmlReport(report).toHtml());
      spec.commandLine().getErr().println(html + ": written");
    }
    out.flush();
  }
}
