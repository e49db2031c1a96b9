package dev.fairlead.telemetry;

import dev.fairlead.telemetry.failed.FailedTraces;
import dev.fairlead.telemetry.failed.KeepingTracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Traces: the SDK with an OTLP exporter when there is a collector; else spans that record nothing
 * and pass the caller's trace context on unchanged. The resource is written here, so that no
 * detector asks the host or a cloud for anything.
 */
final class Tracing {

  private static final ContextPropagators PROPAGATORS =
      ContextPropagators.create(W3CTraceContextPropagator.getInstance());
  private static final String TRACES_PATH = "/v1/traces";

  /**
   * Spans of ours are 200 to 400 bytes each; collectors take 4 MiB a call unless told otherwise.
   */
  private static final int MOST_SPANS_A_CALL = 2048;

  private final OpenTelemetry openTelemetry;
  private final @Nullable SdkTracerProvider provider;

  private Tracing(OpenTelemetry openTelemetry, @Nullable SdkTracerProvider provider) {
    this.openTelemetry = openTelemetry;
    this.provider = provider;
  }

  static Tracing start(String service, TelemetrySettings settings) {
    if (!settings.exportsTraces()) {
      return new Tracing(OpenTelemetry.propagating(PROPAGATORS), null);
    }
    SpanProcessor batches =
        BatchSpanProcessor.builder(exporter(settings))
            .setScheduleDelay(settings.exportInterval())
            .setExporterTimeout(settings.exportTimeout())
            .setMaxQueueSize(settings.exportQueue())
            .setMaxExportBatchSize(Math.clamp(settings.exportQueue() / 4, 1, MOST_SPANS_A_CALL))
            .setMeterProvider(MeterProvider.noop())
            .setExportUnsampledSpans(settings.errorTracesPerSecond() > 0)
            .build();
    return settings.errorTracesPerSecond() == 0
        ? recording(
            service,
            Sampler.parentBased(Sampler.traceIdRatioBased(settings.samplingRatio())),
            batches)
        : keeping(service, settings.samplingRatio(), batches, settings.errorTracesPerSecond());
  }

  static Tracing recording(String service, Sampler sampler, SpanProcessor processor) {
    SdkTracerProvider provider = provider(resource(service), sampler, processor);
    OpenTelemetry sdk =
        OpenTelemetrySdk.builder().setTracerProvider(provider).setPropagators(PROPAGATORS).build();
    return new Tracing(sdk, provider);
  }

  /**
   * The SDK gets what is sampled; of the rest only spans of failed traces reach the processor,
   * which must not leave out spans without the sampled flag.
   */
  static Tracing keeping(
      String service, double ratio, SpanProcessor processor, int errorTracesPerSecond) {
    Resource resource = resource(service);
    SdkTracerProvider provider =
        provider(resource, Sampler.parentBased(Sampler.alwaysOn()), processor);
    FailedTraces failures =
        new FailedTraces(processor, resource, errorTracesPerSecond, System::nanoTime);
    return new Tracing(
        new Assembled(
            new Keeping(scope -> new KeepingTracer(provider.get(scope), ratio, failures, scope)),
            PROPAGATORS),
        provider);
  }

  private static SdkTracerProvider provider(
      Resource resource, Sampler sampler, SpanProcessor processor) {
    return SdkTracerProvider.builder()
        .setResource(resource)
        .setSampler(sampler)
        .addSpanProcessor(processor)
        .build();
  }

  /** Tracers that also keep what is not sampled. */
  private record Keeping(Function<String, Tracer> tracers) implements TracerProvider {
    @Override
    public Tracer get(String scope) {
      return tracers.apply(scope);
    }

    @Override
    public Tracer get(String scope, String version) {
      return tracers.apply(scope);
    }
  }

  /** What the SDK's own would be, with another provider. */
  private record Assembled(TracerProvider getTracerProvider, ContextPropagators getPropagators)
      implements OpenTelemetry {}

  OpenTelemetry openTelemetry() {
    return openTelemetry;
  }

  /** Sends what is left and stops; waits no longer than told. */
  void close(Duration limit) {
    if (provider != null) {
      provider.shutdown().join(limit.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static SpanExporter exporter(TelemetrySettings settings) {
    if (settings.otlpProtocol().equals("grpc")) {
      return OtlpGrpcSpanExporter.builder()
          .setEndpoint(settings.otlpEndpoint())
          .setTimeout(settings.exportTimeout())
          .setHeaders(settings::exportHeaders)
          .setMeterProvider(MeterProvider.noop())
          .build();
    }
    return OtlpHttpSpanExporter.builder()
        .setEndpoint(tracesUrl(settings.otlpEndpoint()))
        .setTimeout(settings.exportTimeout())
        .setHeaders(settings::exportHeaders)
        .setMeterProvider(MeterProvider.noop())
        .build();
  }

  private static String tracesUrl(String endpoint) {
    String base = endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint;
    return base.endsWith(TRACES_PATH) ? base : base + TRACES_PATH;
  }

  private static Resource resource(String service) {
    return Resource.create(
        Attributes.of(
            AttributeKey.stringKey("service.name"),
            service,
            AttributeKey.stringKey("service.namespace"),
            "fairlead",
            AttributeKey.stringKey("service.instance.id"),
            UUID.randomUUID().toString()));
  }
}
