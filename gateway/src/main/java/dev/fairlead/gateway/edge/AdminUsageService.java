package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.ledger.Ledger;
import dev.fairlead.gateway.ledger.LedgerException;
import dev.fairlead.gateway.ledger.RunningLedger;
import dev.fairlead.gateway.ledger.UsageJson;
import dev.fairlead.gateway.ledger.UsagePeriod;
import dev.fairlead.gateway.ledger.UsageQuery;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/admin/usage?period=7d&by=model}: what was spent, from the ledger. {@code from} and
 * {@code to} name other periods, {@code tenant} one tenant. {@code not_imported} tells how many
 * rows of this gateway's journal are missing, because they could not be carried into the database
 * in time.
 */
final class AdminUsageService extends EdgeService {

  private static final Set<String> KNOWN = Set.of("period", "by", "from", "to", "tenant");

  /** A report waits so long for the latest rows. */
  private static final Duration CATCH_UP = Duration.ofSeconds(2);

  private final AdminGuard guard;
  private final Executor blocking;
  private final RunningLedger ledger;
  private final InstantSource clock;

  AdminUsageService(
      DialectCodec errors,
      AdminGuard guard,
      Executor blocking,
      RunningLedger ledger,
      InstantSource clock) {
    super(errors, HttpMethod.GET);
    this.guard = guard;
    this.blocking = blocking;
    this.ledger = ledger;
    this.clock = clock;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    guard.checkToken(context);
    UsageQuery query = query(context.queryParams());
    Ledger open =
        ledger
            .ledger()
            .orElseThrow(() ->
                new Failure.Overloaded("the ledger is off or its database is away", null)
                    .asException());
    String requestId = EdgeContext.requestId(context);
    return HttpResponse.of(
        CompletableFuture.supplyAsync(() -> report(open, query), blocking)
            .handle((report, error) ->
                error == null
                    ? Json.response(200, requestId, report)
                    : failed(context, told(error))));
  }

  /** Rows that were not in the database in time are missing from the sums, so they are named. */
  private ObjectNode report(Ledger open, UsageQuery query) {
    boolean whole = ledger.catchUp(CATCH_UP);
    ObjectNode report = UsageJson.of(open.report(query));
    return report.put("not_imported", whole ? 0 : Math.max(1, ledger.waiting()));
  }

  private static Throwable told(Throwable error) {
    return error.getCause() instanceof LedgerException
        ? new Failure.Overloaded("the ledger's database is away", null).asException()
        : error;
  }

  private UsageQuery query(QueryParams params) {
    for (String name : params.names()) {
      if (!KNOWN.contains(name)) {
        throw refused(name, name, "one of " + KNOWN.stream().sorted().toList());
      }
    }
    Instant to = parsed(params, "to", UsagePeriod::moment, UsagePeriod.EXPECTED_MOMENT);
    Instant end = to == null ? clock.instant().plusSeconds(1) : to;
    Instant from = parsed(params, "from", UsagePeriod::moment, UsagePeriod.EXPECTED_MOMENT);
    Duration period = parsed(params, "period", UsagePeriod::span, UsagePeriod.EXPECTED);
    UsageQuery.By by = parsed(params, "by", UsageQuery.By::of, labels());
    Instant begin = from != null ? from : end.minus(period == null ? Duration.ofDays(7) : period);
    if (!begin.isBefore(end)) {
      throw refused("from", begin.toString(), "a moment before " + end);
    }
    return new UsageQuery(begin, end, by == null ? UsageQuery.By.MODEL : by, params.get("tenant"));
  }

  private static String labels() {
    return "one of "
        + Arrays.stream(UsageQuery.By.values())
            .map(UsageQuery.By::label)
            .collect(Collectors.joining(", "));
  }

  private static <T> @Nullable T parsed(
      QueryParams params, String name, Function<String, Optional<T>> parse, String expected) {
    String text = params.get(name);
    return text == null ? null : parse.apply(text).orElseThrow(() -> refused(name, text, expected));
  }

  private static FailureException refused(String name, String value, String expected) {
    String shown = value.length() > 60 ? value.substring(0, 60) : value;
    return Failure.InvalidRequest.of(name, name + ": " + shown + " (expected: " + expected + ")")
        .asException();
  }
}
