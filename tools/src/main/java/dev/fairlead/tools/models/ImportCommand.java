package dev.fairlead.tools.models;

import dev.fairlead.catalog.pricelist.PriceList;
import dev.fairlead.catalog.pricelist.PriceListUnavailable;
import dev.fairlead.catalog.pricelist.PriceLists;
import dev.fairlead.common.config.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns LiteLLM's price list into one that can be read, dated and reviewed. */
@Command(
    name = "import",
    description =
        "Reads a price list (LiteLLM's model_prices_and_context_window.json) and writes it in the"
            + " form of the shipped table, for catalog.price_file.",
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "URL|FILE", description = "The list.")
  private String source;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write.")
  private Path out;

  @Option(
      names = "--vendor",
      paramLabel = "NAME",
      split = ",",
      description = "Only these vendors' models; default: all.")
  private @Nullable List<String> vendors;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ImportCommand() {}

  @Override
  public Integer call() {
    try {
      PriceList list = read();
      ModelListing listing = ModelListing.of(list, vendors == null ? List.of() : vendors);
      Files.writeString(out, listing.yaml());
      report(list, listing.models());
      return 0;
    } catch (ConfigException | PriceListUnavailable | InvalidPathException e) {
      return failed(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return failed(out + ": cannot be written: " + e.getMessage());
    }
  }

  private PriceList read() {
    return source.startsWith("http://") || source.startsWith("https://")
        ? PriceLists.url(URI.create(source), Duration.ofSeconds(60))
        : PriceLists.file(Path.of(source));
  }

  private void report(PriceList list, int written) {
    PrintWriter to = spec.commandLine().getOut();
    to.println(
        written
            + " models written to "
            + out
            + "; "
            + list.report().skipped()
            + " entries are no text or embedding models with a price per token");
    list.report()
        .notExpressed()
        .forEach((kind, models) ->
            to.println("left out of " + models + " models: prices of kind " + kind));
    list.report().problems().forEach(problem -> to.println("left out: " + problem));
    to.flush();
  }

  private int failed(String message) {
    spec.commandLine().getErr().println("fairlead models import: " + message);
    spec.commandLine().getErr().flush();
    return 1;
  }
}
