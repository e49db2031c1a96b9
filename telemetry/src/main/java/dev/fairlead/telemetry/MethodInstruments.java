package dev.fairlead.telemetry;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** What one gRPC method is measured by, made once so that a call only looks it up. */
final class MethodInstruments {

  static final String DURATION = "llm.router.rpc.duration";
  static final AttributeKey<Long> STATUS_CODE = AttributeKey.longKey("rpc.grpc.status_code");

  private static final Duration[] BUCKETS = {
    Duration.ofNanos(100_000),
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10),
    Duration.ofSeconds(60)
  };

  private final String spanName;
  private final Attributes attributes;
  private final boolean traced;
  private final String service;
  private final String method;
  private final MeterRegistry registry;
  private final AtomicReferenceArray<Timer> timers =
      new AtomicReferenceArray<>(Status.Code.values().length);

  MethodInstruments(MethodDescriptor<?, ?> descriptor, MeterRegistry registry) {
    this.spanName = descriptor.getFullMethodName();
    this.service = String.valueOf(descriptor.getServiceName());
    this.method = String.valueOf(descriptor.getBareMethodName());
    this.traced = !service.startsWith("grpc.");
    this.attributes =
        Attributes.of(
            AttributeKey.stringKey("rpc.system"), "grpc",
            AttributeKey.stringKey("rpc.service"), service,
            AttributeKey.stringKey("rpc.method"), method);
    this.registry = registry;
  }

  String spanName() {
    return spanName;
  }

  Attributes attributes() {
    return attributes;
  }

  /** Health checks and reflection are measured but not traced. */
  boolean traced() {
    return traced;
  }

  Timer timer(Status.Code code) {
    Timer timer = timers.get(code.ordinal());
    if (timer == null) {
      timer = register(code);
      timers.set(code.ordinal(), timer);
    }
    return timer;
  }

  private Timer register(Status.Code code) {
    return Timer.builder(DURATION)
        .description("Time from a call's arrival to its end, as its server saw it")
        .tag("service", service)
        .tag("method", method)
        .tag("code", code.name())
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
