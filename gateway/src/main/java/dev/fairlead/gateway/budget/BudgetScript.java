package dev.fairlead.gateway.budget;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What Redis is asked about budgets: the script, the keys of spenders, and what a wish looks like
 * to it. For whoever asks in one step with something else; budgets alone are {@link
 * RedisBudgetStore}.
 */
public final class BudgetScript {

  /** Reads and changes budgets; its first argument says how. */
  public static final String LUA = script();

  private BudgetScript() {}

  private static String script() {
    try (InputStream stream = BudgetScript.class.getResourceAsStream("budget.lua")) {
      if (stream == null) {
        throw new IllegalStateException("no budget.lua");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For each spender a hash with what was spent, and a set of open and of settled reservations. */
  public static List<Object> keys(String prefix, List<Spender> spenders) {
    List<Object> keys = new ArrayList<>(3 * spenders.size());
    for (Spender spender : spenders) {
      String tag = spender.tenant().replace("{", "(").replace("}", ")");
      String name =
          prefix
              + "budget:{"
              + tag
              + "}:"
              + spender.kind().name().toLowerCase(Locale.ROOT)
              + ":"
              + spender.id();
      keys.add(name);
      keys.add(name + ":open");
      keys.add(name + ":settled");
    }
    return keys;
  }

  /**
   * Arguments that hold all that a request can cost, as long as that is a small part of what is
   * left and no more is held than is left; the first number of the answer is then 0.
   */
  public static List<Object> hold(BudgetStore.Ask ask) {
    return wish("hold", ask);
  }

  static List<Object> reserve(BudgetStore.Ask ask) {
    return wish("reserve", ask);
  }

  private static List<Object> wish(String what, BudgetStore.Ask ask) {
    List<Object> arguments = new ArrayList<>(7 + 3 * ask.spenders().size());
    arguments.addAll(
        List.of(
            what,
            ask.id(),
            ask.full(),
            ask.likely(),
            ask.least(),
            ask.ttl().toMillis(),
            BudgetStore.Ask.SHARE));
    for (Spender spender : ask.spenders()) {
      for (Spender.Window window : Spender.Window.values()) {
        arguments.add(window.limit(spender.limits()));
      }
    }
    return arguments;
  }
}
