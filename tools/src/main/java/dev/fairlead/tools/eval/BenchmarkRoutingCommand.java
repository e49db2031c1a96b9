package dev.fairlead.tools.eval;

import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.tools.train.RoutingExample;
import dev.fairlead.tools.train.RoutingStudy;
import dev.fairlead.tools.train.ScoredPrompts;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code fairlead benchmark-routing}: APGR, CPT50 and CPT80 of the shipped head and of heads fitted
 * on the spot, beside chance and RouteLLM's published figures.
 *
 * <p>Exit codes: 0 done, 1 the data cannot be read or the gateway does not answer, 2 wrong usage.
 */
@Command(
    name = "benchmark-routing",
    mixinStandardHelpOptions = true,
    description = "Scores routing on prompts whose outcomes on two models were recorded.")
public final class BenchmarkRoutingCommand implements Callable<Integer> {

  /** What is measured, in the order of the report. */
  enum Head {
    RANDOM,
    LENGTH,
    SHUFFLED,
    SHIPPED,
    PRIOR,
    OTHER_SOURCES,
    OWN_LABELS,
    IN_DOMAIN
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      required = true,
      defaultValue = "${env:FAIRLEAD_YARDSTICKS}",
      description = "Folder with routing_*.jsonl.gz; also FAIRLEAD_YARDSTICKS.")
  private Path data = Path.of("");

  @Option(
      names = "--samples",
      defaultValue = "100000",
      description = "Prompts of each source that are scored at most; heads are fitted on all.")
  private int samples;

  @Option(
      names = "--heads",
      split = ",",
      description = "What to measure, of ${COMPLETION-CANDIDATES}; default: all.")
  private Set<Head> heads = Set.of(Head.values());

  @Option(
      names = "--url",
      description = "Also scores by POST /v1/route of this gateway, one prompt at a time.")
  private @Nullable URI gateway;

  @Option(
      names = "--key",
      defaultValue = "${env:FAIRLEAD_API_KEY}",
      description = "API key for --url.")
  private @Nullable String key;

  @Option(names = "--vectors", description = "File to keep encoded prompts in between runs.")
  private @Nullable Path vectors;

  @Option(names = "--price-ratio", defaultValue = "0.03", description = "Weak over strong price.")
  private double priceRatio;

  @Option(names = "--seed", defaultValue = "20261101", description = "Of everything random.")
  private long seed;

  @Option(names = "--json", description = "Prints the figures as JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    expect(samples >= 1, "--samples " + samples + " (expected: 1 or more)");
    expect(priceRatio >= 0, "--price-ratio " + priceRatio + " (expected: 0 or more)");
    PrintWriter out = spec.commandLine().getOut();
    try (SentenceEncoder encoder = SentenceEncoder.shipped()) {
      RoutingStudy study = RoutingStudy.of(examples(), encoder, samples, seed, vectors);
      RoutingReport report = new RoutingReport(measure(study), priceRatio, seed);
      out.print(json ? report.toJson() : report.toTable());
      out.flush();
      return 0;
    } catch (IOException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
  }

  private void expect(boolean holds, String complaint) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  private List<RoutingResult> measure(RoutingStudy study) throws IOException, InterruptedException {
    List<RoutingResult> results = new ArrayList<>();
    for (Head head : new TreeSet<>(heads)) {
      List<RoutingResult> ofHead = new ArrayList<>();
      for (String source : study.sources()) {
        ofHead.add(RoutingResult.of(RoutingReport.name(head), source, scores(study, head, source)));
      }
      results.addAll(ofHead);
      results.add(RoutingResult.macro(RoutingReport.name(head), ofHead));
    }
    if (gateway != null) {
      results.addAll(measure(study, gateway));
    }
    return results;
  }

  private List<RoutingResult> measure(RoutingStudy study, URI url)
      throws IOException, InterruptedException {
    List<RoutingResult> results = new ArrayList<>();
    try (RouteScores scores = new RouteScores(url, key)) {
      for (String source : study.sources()) {
        double[] complexities = scores.of(study.scored(source));
        results.add(RoutingResult.of("gateway", source, List.of(study.of(source, complexities))));
      }
    }
    results.add(RoutingResult.macro("gateway", List.copyOf(results)));
    return results;
  }

  private static List<ScoredPrompts> scores(RoutingStudy study, Head head, String source) {
    return switch (head) {
      case RANDOM -> List.of(study.random(source));
      case LENGTH -> List.of(study.length(source));
      case SHUFFLED -> List.of(study.inDomain(source, true));
      case SHIPPED -> List.of(study.shipped(source));
      case PRIOR -> List.of(study.prior(source));
      case OTHER_SOURCES -> List.of(study.otherSources(source));
      case OWN_LABELS -> study.afterOwnLabels(source);
      case IN_DOMAIN -> List.of(study.inDomain(source, false));
    };
  }

  private List<RoutingExample> examples() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(data, "routing_*.jsonl.gz")) {
      found.forEach(files::add);
    }
    if (files.isEmpty()) {
      throw new IOException(data + ": no routing_*.jsonl.gz in it (expected: recorded outcomes)");
    }
    List<RoutingExample> examples = new ArrayList<>();
    for (Path file : files.stream().sorted().toList()) {
      examples.addAll(RoutingExample.read(file));
    }
    return examples;
  }
}
