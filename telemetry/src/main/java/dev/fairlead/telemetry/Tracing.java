package dev.fairlead.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
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
            .setMaxExportBatchSize(Math.min(512, settings.exportQueue()))
            .setMeterProvider(MeterProvider.noop())
            .setExportUnsampledSpans(settings.errorTracesPerSecond() > 0)
            .build();
    Sampler head = Sampler.parentBased(Sampler.traceIdRatioBased(settings.samplingRatio()));
    return settings.errorTracesPerSecond() == 0
        ? recording(service, head, batches)
        : recording(
            service,
            new KeepingSampler(head),
            new FailedTraces(batches, settings.errorTracesPerSecond(), System::nanoTime));
  }

  static Tracing recording(String service, Sampler sampler, SpanProcessor processor) {
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(resource(service))
            .setSampler(sampler)
            .addSpanProcessor(processor)
            .build();
    OpenTelemetry sdk =
        OpenTelemetrySdk.builder().setTracerProvider(provider).setPropagators(PROPAGATORS).build();
    return new Tracing(sdk, provider);
  }

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
