package dev.fairlead.tools.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keys of a running gateway. */
@Command(
    name = "keys",
    description = "Lists, makes, rotates and revokes API keys of a running gateway.",
    mixinStandardHelpOptions = true)
public final class KeysCommand implements Runnable {

  private static final String ROW = "%-20s  %-8s  %-24s  %-6s  %-20s  %s%n";

  @Spec private CommandSpec spec;

  /** For picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public KeysCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "which command? (expected: list, create, rotate, cache, revoke or quota)");
  }

  @Command(description = "Lists keys and quotas.", mixinStandardHelpOptions = true)
  int list(
      @Mixin KeyApi api,
      @Option(names = "--json", description = "Print what the gateway answers.") boolean json) {
    return done(() -> {
      JsonNode book = api.get("");
      if (json) {
        print(book);
      } else {
        table(book);
      }
    });
  }

  @Command(
      description = "Makes a key and prints it, this one time.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin KeyApi api,
      @Mixin LimitOptions limits,
      @Mixin CacheOptions cache,
      @Option(names = "--name", description = "What you call it.") @Nullable String name,
      @Option(names = "--tenant", description = "Default: default") @Nullable String tenant,
      @Option(names = "--team", description = "Part of the tenant.") @Nullable String team,
      @Option(names = "--expires-in", paramLabel = "TIME", description = "Such as 12h or 90d.")
          @Nullable String expiresIn,
      @Option(names = "--models", split = ",", description = "Allowed ones; also gpt-4*.")
          @Nullable List<String> models,
      @Option(names = "--policies", split = ",", description = "Allowed ones.")
          @Nullable List<String> policies,
      @Option(names = "--tags", split = ",", description = "For reports.")
          @Nullable List<String> tags,
      @Option(names = "--json", description = "Print what the gateway answers.") boolean json) {
    ObjectNode body = KeyApi.object();
    put(body, "name", name);
    put(body, "tenant", tenant);
    put(body, "team", team);
    put(body, "expires_in", expiresIn);
    put(body, "models", models);
    put(body, "policies", policies);
    put(body, "tags", tags);
    limits.addTo(body);
    cache.addTo(body);
    return done(() -> shown(api.post("", body), json));
  }

  @Command(
      description = "Replaces a key's secret and prints the new one, this one time.",
      mixinStandardHelpOptions = true)
  int rotate(
      @Mixin KeyApi api,
      @Parameters(paramLabel = "ID", description = "As listed.") String id,
      @Option(names = "--grace", paramLabel = "TIME", description = "The old one works on so long.")
          @Nullable String grace,
      @Option(names = "--json", description = "Print what the gateway answers.") boolean json) {
    ObjectNode body = KeyApi.object();
    put(body, "grace", grace);
    return done(() -> shown(api.post("/" + checked(id) + "/rotate", body), json));
  }

  @Command(
      description = "Sets how a key's requests may use the cache; nothing lifts the bounds.",
      mixinStandardHelpOptions = true)
  int cache(
      @Mixin KeyApi api,
      @Mixin CacheOptions cache,
      @Parameters(paramLabel = "ID", description = "As listed.") String id) {
    ObjectNode body = KeyApi.object();
    cache.addTo(body);
    return done(() -> print(api.post("/" + checked(id) + "/cache", body)));
  }

  @Command(description = "Ends a key for good.", mixinStandardHelpOptions = true)
  int revoke(
      @Mixin KeyApi api, @Parameters(paramLabel = "ID", description = "As listed.") String id) {
    return done(() -> {
      JsonNode key = api.post("/" + checked(id) + "/revoke", KeyApi.object());
      out().println(key.path("id").asText() + " is revoked");
    });
  }

  @Command(
      description = "Sets what the keys of a tenant or team may use together; nothing lifts it.",
      mixinStandardHelpOptions = true)
  int quota(
      @Mixin KeyApi api,
      @Mixin LimitOptions limits,
      @Option(names = "--tenant", required = true, description = "Whose.") String tenant,
      @Option(names = "--team", description = "Only this part of it.") @Nullable String team) {
    ObjectNode body = KeyApi.object();
    put(body, "tenant", tenant);
    put(body, "team", team);
    limits.addTo(body);
    return done(() -> print(api.post("/quotas", body)));
  }

  /** What a command does with the gateway's answer. */
  private interface Call {
    void run() throws KeysException;
  }

  private int done(Call call) {
    try {
      call.run();
      out().flush();
      return 0;
    } catch (KeysException e) {
      spec.commandLine().getErr().println("fairlead keys: " + e.getMessage());
      return 1;
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private void print(JsonNode node) {
    out().println(node.toPrettyString());
  }

  private void shown(JsonNode key, boolean json) {
    if (json) {
      print(key);
      return;
    }
    out().println(key.path("key").asText());
    out()
        .println(
            "This is "
                + key.path("id").asText()
                + " of "
                + owner(key)
                + ". Keep it now; it is never shown again.");
  }

  private void table(JsonNode book) {
    out().printf(ROW, "ID", "STATUS", "OWNER", "ENDS", "EXPIRES", "NAME");
    for (JsonNode key : book.path("keys")) {
      out()
          .printf(
              ROW,
              key.path("id").asText(),
              key.path("status").asText(),
              owner(key),
              key.path("ends_with").asText(),
              key.path("expires_at").asText("never"),
              key.path("name").asText());
    }
    for (JsonNode quota : book.path("quotas")) {
      out().println("quota " + quota);
    }
  }

  private static String owner(JsonNode key) {
    String team = key.path("team").asText();
    return key.path("tenant").asText() + (team.isEmpty() ? "" : "/" + team);
  }

  private String checked(String id) {
    if (!id.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new ParameterException(
          spec.commandLine(), "ID: " + id + " (expected: an id of `fairlead keys list`)");
    }
    return id;
  }

  private static void put(ObjectNode body, String field, @Nullable String value) {
    if (value != null) {
      body.put(field, value);
    }
  }

  private static void put(ObjectNode body, String field, @Nullable List<String> values) {
    if (values != null) {
      ArrayNode list = body.putArray(field);
      values.forEach(list::add);
    }
  }
}
