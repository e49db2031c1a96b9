package dev.fairlead.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * {@code llm_router_tls_certificate_expiry_seconds} and {@code llm_router_tls_reloads_total}, by
 * certificate, such as {@code edge} or {@code hops_ca}.
 */
public final class CertificateMetrics {

  private final MeterRegistry registry;

  /** Meters in {@code registry}. */
  public CertificateMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Registers the meters of one certificate.
   *
   * @param certificate its label; from code, never from a peer
   * @param expiry when what is in use now ends
   * @param replaced how often new files were taken
   * @param refused how often new files were not usable
   */
  public void register(
      String certificate, Supplier<Instant> expiry, LongSupplier replaced, LongSupplier refused) {
    Gauge.builder("llm.router.tls.certificate.expiry", expiry, CertificateMetrics::secondsTo)
        .description("Time until the certificate in use ends; negative when it has ended")
        .baseUnit("seconds")
        .tag("certificate", certificate)
        .strongReference(true)
        .register(registry);
    reloads(certificate, "replaced", replaced);
    reloads(certificate, "refused", refused);
  }

  // Of the object that is measured only a weak reference is kept, so the function holds it.
  private void reloads(String certificate, String result, LongSupplier count) {
    FunctionCounter.builder("llm.router.tls.reloads", registry, alive -> count.getAsLong())
        .description("Changes of certificate files, by whether what came could be used")
        .tag("certificate", certificate)
        .tag("result", result)
        .register(registry);
  }

  private static double secondsTo(Supplier<Instant> end) {
    return Duration.between(Instant.now(), end.get()).toMillis() / 1e3;
  }
}
