package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.gateway.budget.BudgetStore.Standing;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.Spender;
import dev.fairlead.gateway.keys.ApiKey;
import dev.fairlead.gateway.keys.KeyBook;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SharedQuota;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Keys, and how the budgets stand, for the console. */
final class ConsoleKeys {

  /** The newest; more would be no page to read. */
  private static final int MOST_BUDGETS = 200;

  private static final double NANOS_PER_USD = 1e9;

  private ConsoleKeys() {}

  /** One with a budget, and what people call it. */
  private record Named(String name, Spender spender) {}

  /** Without standings where those cannot be known now. */
  static CompletableFuture<ObjectNode> of(KeyBook book, Budgets budgets, boolean admin) {
    ObjectNode node = KeyJson.all(book, Instant.now());
    node.put("admin", admin);
    ArrayNode rows = node.putArray("budgets");
    List<Named> named = named(book);
    return budgets
        .standings(named.stream().map(Named::spender).toList())
        .toCompletableFuture()
        .handle((standings, error) -> {
          node.put("budgets_known", error == null);
          for (int i = 0; error == null && i < named.size(); i++) {
            rows(rows, named.get(i), standings.get(i));
          }
          return node;
        });
  }

  private static List<Named> named(KeyBook book) {
    List<Named> found = new ArrayList<>();
    for (SharedQuota shared : book.quotas()) {
      boolean tenant = shared.team().isEmpty();
      String id = tenant ? shared.tenant() : shared.tenant() + "/" + shared.team();
      Owner.Kind kind = tenant ? Owner.Kind.TENANT : Owner.Kind.TEAM;
      found.add(new Named(id, new Spender(shared.tenant(), kind, id, shared.quota().spend())));
    }
    for (ApiKey key : book.keys().reversed()) {
      if (key.activeAt(Instant.now())) {
        found.add(
            new Named(
                key.name().isEmpty() ? key.id() : key.name(),
                new Spender(key.tenant(), Owner.Kind.KEY, key.id(), key.quota().spend())));
      }
    }
    return found.stream()
        .filter(one -> !one.spender().limits().isNone())
        .limit(MOST_BUDGETS)
        .toList();
  }

  private static void rows(ArrayNode rows, Named named, Standing standing) {
    Spender spender = named.spender();
    for (Spender.Window window : Spender.Window.values()) {
      long limit = window.limit(spender.limits());
      if (limit > 0) {
        rows.addObject()
            .put("name", named.name())
            .put("level", spender.kind().name().toLowerCase(Locale.ROOT))
            .put("window", window.name().toLowerCase(Locale.ROOT))
            .put("limit_usd", limit / NANOS_PER_USD)
            .put("spent_usd", standing.spent().in(window) / NANOS_PER_USD)
            .put("reserved_usd", standing.reserved() / NANOS_PER_USD);
      }
    }
  }
}
