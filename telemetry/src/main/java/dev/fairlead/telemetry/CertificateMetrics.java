package dev.fairlead.telemetry;

import dev.fairlead.common.tls.Tls;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ToDoubleFunction;

/**
 * {@code llm_router_tls_certificate_expiry_seconds} and {@code llm_router_tls_reloads_total}, by
 * certificate: {@code edge}, {@code edge_client_ca}, {@code hops}, {@code hops_ca}.
 */
public final class CertificateMetrics {

  private CertificateMetrics() {}

  /** Registers meters of the certificates that {@code tls} has read so far. */
  public static void bindTo(MeterRegistry registry, Tls tls) {
    for (String certificate : tls.status().keySet()) {
      Gauge.builder(
              "llm.router.tls.certificate.expiry",
              tls,
              of(certificate, status -> secondsTo(status.expiry())))
          .description("Time until the certificate in use ends; negative when it has ended")
          .baseUnit("seconds")
          .tag("certificate", certificate)
          .register(registry);
      reloads(registry, tls, certificate, "replaced", Tls.Status::replaced);
      reloads(registry, tls, certificate, "refused", Tls.Status::refused);
    }
  }

  private static void reloads(
      MeterRegistry registry,
      Tls tls,
      String certificate,
      String result,
      ToDoubleFunction<Tls.Status> count) {
    FunctionCounter.builder("llm.router.tls.reloads", tls, of(certificate, count))
        .description("Changes of certificate files, by whether what came could be used")
        .tag("certificate", certificate)
        .tag("result", result)
        .register(registry);
  }

  private static ToDoubleFunction<Tls> of(String name, ToDoubleFunction<Tls.Status> value) {
    return tls -> {
      Tls.Status status = tls.status().get(name);
      return status == null ? Double.NaN : value.applyAsDouble(status);
    };
  }

  private static double secondsTo(Instant end) {
    return Duration.between(Instant.now(), end).toMillis() / 1e3;
  }
}
