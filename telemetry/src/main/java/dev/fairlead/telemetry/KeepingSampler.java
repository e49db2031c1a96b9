package dev.fairlead.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/**
 * Decides as another sampler does, but spans that it leaves out are recorded all the same, without
 * the sampled flag, so that {@link FailedTraces} can still send those of a request that fails.
 */
final class KeepingSampler implements Sampler {

  private final Sampler head;

  KeepingSampler(Sampler head) {
    this.head = head;
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    SamplingResult decided = head.shouldSample(parent, traceId, name, kind, attributes, links);
    return decided.getDecision() == SamplingDecision.DROP ? SamplingResult.recordOnly() : decided;
  }

  @Override
  public String getDescription() {
    return "KeepingFailures{" + head.getDescription() + "}";
  }
}
