package dev.fairlead.tools.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** A vendor's bill beside the ledger, by day and model. */
final class Reconciliation {

  /** How vendors mark dated versions: {@code -2024-08-06}, {@code -20240806}, {@code -0613}. */
  private static final Pattern VERSION = Pattern.compile("-(\\d{4}-\\d{2}-\\d{2}|\\d{8}|\\d{4})$");

  private final Map<String, String> renamed;
  private final Map<LocalDate, Map<String, BigDecimal>> billed = new TreeMap<>();
  private final Map<LocalDate, Map<String, BigDecimal>> ledger = new TreeMap<>();

  /** With the operator's names for a vendor's models, those that do not follow from its own. */
  Reconciliation(Map<String, String> renamed) {
    this.renamed = Map.copyOf(renamed);
  }

  /** What both say of a model on a day. */
  record Drift(LocalDate day, String model, BigDecimal billed, BigDecimal ledger) {

    BigDecimal usd() {
      return billed.subtract(ledger);
    }

    /** Of what was billed; null when nothing was. */
    String percent() {
      return billed.signum() == 0
          ? "-"
          : usd()
              .multiply(BigDecimal.valueOf(100))
              .divide(billed, 2, RoundingMode.HALF_UP)
              .toPlainString();
    }
  }

  void ledger(LocalDate day, String model, BigDecimal usd) {
    put(ledger, day, model, usd);
  }

  /** Adds a vendor's amounts, whose model is one of ours by name or by name without version. */
  void billed(List<CostExport.Amount> amounts) {
    for (CostExport.Amount amount : amounts) {
      put(billed, amount.day(), ours(amount), amount.usd());
    }
  }

  private String ours(CostExport.Amount amount) {
    String told = renamed.get(amount.model());
    if (told != null) {
      return told;
    }
    Set<String> known = ledger.getOrDefault(amount.day(), Map.of()).keySet();
    String plain = VERSION.matcher(amount.model()).replaceFirst("");
    return known.contains(amount.model()) || !known.contains(plain) ? amount.model() : plain;
  }

  private static void put(
      Map<LocalDate, Map<String, BigDecimal>> sums, LocalDate day, String model, BigDecimal usd) {
    sums.computeIfAbsent(day, d -> new TreeMap<>()).merge(model, usd, BigDecimal::add);
  }

  List<Drift> drifts() {
    Set<LocalDate> days = new TreeSet<>(billed.keySet());
    days.addAll(ledger.keySet());
    List<Drift> drifts = new ArrayList<>();
    for (LocalDate day : days) {
      Map<String, BigDecimal> theirs = billed.getOrDefault(day, Map.of());
      Map<String, BigDecimal> own = ledger.getOrDefault(day, Map.of());
      Set<String> models = new TreeSet<>(theirs.keySet());
      models.addAll(own.keySet());
      for (String model : models) {
        BigDecimal bill = theirs.getOrDefault(model, BigDecimal.ZERO);
        BigDecimal rows = own.getOrDefault(model, BigDecimal.ZERO);
        if (bill.signum() != 0 || rows.signum() != 0) {
          drifts.add(new Drift(day, model, bill, rows));
        }
      }
    }
    return drifts;
  }
}
