package dev.fairlead.telemetry;

import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/**
 * One process's metrics, traces and logs. Made once at start, handed to whoever measures, closed
 * last. Thread-safe.
 */
public final class Telemetry implements AutoCloseable {

  private static final String SCOPE = "dev.fairlead";

  private final PrometheusMeterRegistry registry;
  private final JvmMetrics jvm;
  private final Tracing tracing;
  private final Tracer tracer;
  private final Duration flushTimeout;

  private Telemetry(Tracing tracing, Duration flushTimeout) {
    this.registry =
        new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, new CurrentSpan());
    this.jvm = JvmMetrics.bindTo(registry);
    this.tracing = tracing;
    this.tracer = tracing.openTelemetry().getTracer(SCOPE);
    this.flushTimeout = flushTimeout;
  }

  /**
   * Sets the logs up and starts metrics and traces. Makes no connection before the first span is
   * exported.
   *
   * @param service name in traces, such as {@code cache-service}
   */
  public static Telemetry start(String service, TelemetrySettings settings) {
    Logs.apply(settings);
    return new Telemetry(Tracing.start(service, settings), settings.flushTimeout());
  }

  static Telemetry with(Tracing tracing, Duration flushTimeout) {
    return new Telemetry(tracing, flushTimeout);
  }

  /** Where meters are registered; names start with {@code llm.router.}. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /** Begins spans; without a collector they record nothing and cost next to nothing. */
  public Tracer tracer() {
    return tracer;
  }

  /** For libraries that want it whole, and for its W3C propagators. */
  public OpenTelemetry openTelemetry() {
    return tracing.openTelemetry();
  }

  /**
   * For servers whose callers are our own services: sets {@link CallContext} from the metadata,
   * begins a SERVER span, and measures {@code llm_router_rpc_duration_seconds}. The outermost
   * interceptor.
   */
  public ServerInterceptor serverInterceptor() {
    return new MeasuringServerInterceptor(tracer, registry, true);
  }

  /**
   * As {@link #serverInterceptor()}, for the entry that clients call: what they say about their
   * tenant is ignored.
   */
  public ServerInterceptor edgeServerInterceptor() {
    return new MeasuringServerInterceptor(tracer, registry, false);
  }

  /** Sends the current {@link CallContext} and trace context on. */
  public ClientInterceptor clientInterceptor() {
    return new PropagatingClientInterceptor();
  }

  /**
   * Changes level and format of the logs of the running process; the rest takes effect at the next
   * start.
   */
  public void reconfigureLogs(TelemetrySettings settings) {
    Logs.apply(settings);
  }

  /**
   * Sends finished spans, waiting no longer than {@code flush_timeout}; then logs are written
   * synchronously. Blocks.
   */
  @Override
  public void close() {
    tracing.close(flushTimeout);
    jvm.close();
    registry.close();
    Logs.drain();
  }
}
