package dev.fairlead.gateway.ledger;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.gateway.journal.RecordFormat;
import dev.fairlead.gateway.journal.RecordInput;
import dev.fairlead.gateway.journal.RecordOutput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Rows in the journal; times are kept to the microsecond, as the database keeps them. */
final class RowFormat implements RecordFormat<LedgerRow> {

  /** Version 1 had neither quality nor service level. */
  private static final int VERSION = 2;

  private static final long MICROS = 1_000_000;

  @Override
  public void write(LedgerRow row, RecordOutput output) {
    output.number(VERSION);
    output.text(row.rowId());
    output.text(row.requestId());
    output.number(row.at().getEpochSecond() * MICROS + row.at().getNano() / 1000);
    output.text(row.payer().tenant());
    output.text(row.payer().team());
    output.text(row.payer().keyId());
    output.number(row.tags().size());
    for (String tag : row.tags()) {
      output.text(tag);
    }
    write(row.route(), output);
    write(row.bill(), output);
    output.number(row.timing().latencyMicros());
    write(row.timing().firstTokenMicros(), output);
    output.number(row.timing().attempts());
    output.text(row.outcome().status());
    output.text(row.outcome().failure());
    write(row.outcome().expectedQuality(), output);
    output.text(row.outcome().serviceLevel());
    output.text(row.traceId());
    String prompt = row.prompt();
    output.number(prompt == null ? 0 : 1);
    if (prompt != null) {
      output.text(prompt);
    }
  }

  private static void write(LedgerRow.Route route, RecordOutput output) {
    output.text(route.modelAsked());
    output.text(route.modelUsed());
    output.text(route.policy());
    output.text(route.reason());
    output.text(route.tier());
    output.text(route.promptClass());
    write(route.complexity(), output);
    output.text(route.cache());
    write(route.similarity(), output);
  }

  private static void write(LedgerRow.Bill bill, RecordOutput output) {
    write(bill.usage(), output);
    output.text(bill.usageSource());
    output.number(bill.costNanoUsd());
    output.number(bill.baselineNanoUsd());
    output.number(bill.savedNanoUsd());
    write(bill.inputPrice(), output);
    write(bill.outputPrice(), output);
    output.number(bill.tries().size());
    for (LedgerRow.Try paid : bill.tries()) {
      output.number(paid.number());
      output.text(paid.model());
      output.text(paid.provider());
      output.text(paid.result());
      write(paid.usage(), output);
      output.number(paid.costNanoUsd());
    }
  }

  private static void write(TokenUsage usage, RecordOutput output) {
    output.number(usage.promptTokens());
    output.number(usage.cachedPromptTokens());
    output.number(usage.cacheWriteTokens());
    output.number(usage.completionTokens());
    output.number(usage.reasoningTokens());
    output.number(usage.estimated() ? 1 : 0);
  }

  private static void write(OptionalLong value, RecordOutput output) {
    output.number(value.isPresent() ? 1 : 0);
    if (value.isPresent()) {
      output.number(value.getAsLong());
    }
  }

  private static void write(OptionalDouble value, RecordOutput output) {
    output.number(value.isPresent() ? 1 : 0);
    if (value.isPresent()) {
      output.fraction(value.getAsDouble());
    }
  }

  @Override
  public LedgerRow read(RecordInput input) {
    long version = input.number();
    if (version < 1 || version > VERSION) {
      throw new IllegalArgumentException("row of version " + version);
    }
    return new LedgerRow(
        input.text(),
        input.text(),
        instant(input.number()),
        new LedgerRow.Payer(input.text(), input.text(), input.text()),
        tags(input),
        route(input),
        bill(input),
        new LedgerRow.Timing(input.number(), optionalNumber(input), (int) input.number()),
        outcome(input, version),
        input.text(),
        prompt(input));
  }

  private static LedgerRow.Outcome outcome(RecordInput input, long version) {
    return version == 1
        ? new LedgerRow.Outcome(input.text(), input.text())
        : new LedgerRow.Outcome(input.text(), input.text(), optionalFraction(input), input.text());
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000);
  }

  private static List<String> tags(RecordInput input) {
    long count = input.number();
    List<String> tags = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      tags.add(input.text());
    }
    return tags;
  }

  private static LedgerRow.Route route(RecordInput input) {
    return new LedgerRow.Route(
        input.text(),
        input.text(),
        input.text(),
        input.text(),
        input.text(),
        input.text(),
        optionalFraction(input),
        input.text(),
        optionalFraction(input));
  }

  private static LedgerRow.Bill bill(RecordInput input) {
    TokenUsage usage = usage(input);
    String source = input.text();
    long cost = input.number();
    long baseline = input.number();
    long saved = input.number();
    OptionalLong inputPrice = optionalNumber(input);
    OptionalLong outputPrice = optionalNumber(input);
    return new LedgerRow.Bill(
        usage, source, cost, tries(input), baseline, saved, inputPrice, outputPrice);
  }

  private static List<LedgerRow.Try> tries(RecordInput input) {
    long count = input.number();
    List<LedgerRow.Try> tries = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      tries.add(
          new LedgerRow.Try(
              (int) input.number(),
              input.text(),
              input.text(),
              input.text(),
              usage(input),
              input.number()));
    }
    return tries;
  }

  private static TokenUsage usage(RecordInput input) {
    return new TokenUsage(
        input.number(),
        input.number(),
        input.number(),
        input.number(),
        input.number(),
        input.number() == 1);
  }

  private static OptionalLong optionalNumber(RecordInput input) {
    return input.number() == 1 ? OptionalLong.of(input.number()) : OptionalLong.empty();
  }

  private static OptionalDouble optionalFraction(RecordInput input) {
    return input.number() == 1 ? OptionalDouble.of(input.fraction()) : OptionalDouble.empty();
  }

  private static @Nullable String prompt(RecordInput input) {
    return input.number() == 1 ? input.text() : null;
  }
}
