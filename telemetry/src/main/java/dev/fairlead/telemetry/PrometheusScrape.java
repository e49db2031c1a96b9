package dev.fairlead.telemetry;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.AbstractHttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.CompletableFuture;

/**
 * Serves a registry to Prometheus on GET: OpenMetrics (with exemplars) when the scraper accepts it,
 * else the text format. The page is written on the blocking executor, as a large one takes
 * milliseconds.
 */
public final class PrometheusScrape extends AbstractHttpService {

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final PrometheusMeterRegistry registry;

  /** Serves {@code registry}. */
  public PrometheusScrape(PrometheusMeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  protected HttpResponse doGet(ServiceRequestContext ctx, HttpRequest request) {
    String accept = request.headers().get(HttpHeaderNames.ACCEPT, "");
    String format = accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    return HttpResponse.of(
        CompletableFuture.supplyAsync(() -> page(format), ctx.blockingTaskExecutor()));
  }

  private HttpResponse page(String format) {
    return HttpResponse.of(
        HttpStatus.OK, MediaType.parse(format), HttpData.ofUtf8(registry.scrape(format)));
  }
}
