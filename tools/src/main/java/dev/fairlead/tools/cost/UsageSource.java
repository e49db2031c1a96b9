package dev.fairlead.tools.cost;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.ledger.JdbcLedger;
import dev.fairlead.gateway.ledger.Ledger;
import dev.fairlead.gateway.ledger.LedgerConfig;
import dev.fairlead.gateway.ledger.LedgerException;
import dev.fairlead.gateway.ledger.LedgerJournal;
import dev.fairlead.gateway.ledger.UsageJson;
import dev.fairlead.gateway.ledger.UsageQuery;
import dev.fairlead.tools.admin.AdminApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Where the ledger is read: at a running gateway, or its files while none runs. Calls block.
 *
 * <p>Its fields are options that commands share.
 */
final class UsageSource {

  @Mixin private AdminApi admin = new AdminApi();

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Read the embedded ledger in this directory instead, while no gateway runs.")
  private @Nullable Path dataDir;

  /** For picocli, which sets the fields. */
  UsageSource() {}

  /** The report as the admin API answers it. */
  JsonNode report(UsageQuery query) throws CostException {
    return dataDir == null ? ask(query) : read(query, dataDir);
  }

  /** Says when a report is short of rows. */
  static void warn(JsonNode report, PrintWriter err) {
    long missing = report.path("not_imported").asLong();
    if (missing > 0) {
      err.println(missing + " requests are still in the gateway's journal and missing here");
      err.flush();
    }
  }

  private static JsonNode read(UsageQuery query, Path dataDir) throws CostException {
    if (!Files.exists(dataDir.resolve("ledger.mv.db"))) {
      throw new CostException(
          "--data-dir: no ledger in " + dataDir + " (expected: a gateway's data_dir)", null);
    }
    LedgerConfig config =
        ConfigSource.parse("cost", "ledger: {connections: 2}", Map.of())
            .section("ledger", LedgerConfig.class);
    try (Ledger ledger = JdbcLedger.open(config, dataDir)) {
      LedgerJournal.carry(config, dataDir, ledger);
      return UsageJson.of(ledger.report(query));
    } catch (IOException e) {
      throw new CostException(
          "--data-dir: the ledger's journal there cannot be carried into the database", e);
    } catch (LedgerException e) {
      throw new CostException(
          e.getMessage() + "; a gateway that runs has its ledger open: ask it with --url", e);
    }
  }

  private JsonNode ask(UsageQuery query) throws CostException {
    String base = admin.base();
    String tenant = query.tenant() == null ? "" : "&tenant=" + encoded(query.tenant());
    String period = "&from=" + query.from() + "&to=" + query.to();
    try {
      AdminApi.Reply reply = admin.get("/usage?by=" + query.by().label() + period + tenant);
      return switch (reply.status()) {
        case 200 -> reply.json();
        case 401 ->
            throw new CostException(
                base + " refuses the admin token (expected: --admin-token or ADMIN_TOKEN)", null);
        case 404 ->
            throw new CostException(
                base + " has no admin API: it was started without ADMIN_TOKEN", null);
        default -> {
          String why = reply.message().isEmpty() ? "no reason" : reply.message();
          throw new CostException(base + " answered " + reply.status() + ": " + why, null);
        }
      };
    } catch (IOException e) {
      throw new CostException(
          base + " cannot be reached (--data-dir reads the ledger while no gateway runs)", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CostException("interrupted", e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
