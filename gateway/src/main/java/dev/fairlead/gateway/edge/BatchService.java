package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.LimitsConfig;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.InferencePipeline;

/**
 * {@code POST /v1/batch}: many requests in one, answered in their order. A request that fails does
 * not fail the batch; all share one deadline and the headers.
 */
final class BatchService extends EdgeService {

  private final BatchRun.BatchCodecs codecs;
  private final ScanLimits scan;
  private final LimitsConfig limits;
  private final EdgeContext edge;
  private final InferencePipeline pipeline;

  BatchService(
      BatchRun.BatchCodecs codecs,
      ScanLimits scan,
      LimitsConfig limits,
      EdgeContext edge,
      InferencePipeline pipeline) {
    super(codecs.chat(), HttpMethod.POST);
    this.codecs = codecs;
    this.scan = scan;
    this.limits = limits;
    this.edge = edge;
    this.pipeline = pipeline;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    BatchBody batch = BatchBody.read(body, scan, limits.maxBatchItems());
    CallScope scope = edge.open(context, ControlHeaders.of(headers).timing());
    BatchRun run = new BatchRun(batch, codecs, headers, pipeline, scope, context.eventLoop());
    return EdgeContext.cancelling(context, scope, run.start(limits.batchConcurrency()));
  }
}
