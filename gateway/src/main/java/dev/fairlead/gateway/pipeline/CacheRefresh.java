package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.metrics.RouterMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the fresh answer goes that is made behind one from the cache: nowhere but into the cache.
 * Nobody waits for it; it is no request of its own, but what it cost is counted and in the ledger.
 */
final class CacheRefresh implements AnswerSink {

  private static final Logger logger = LoggerFactory.getLogger(CacheRefresh.class);

  private final RouterMetrics metrics;
  private final Receipt receipt;

  CacheRefresh(RouterMetrics metrics, Receipt receipt) {
    this.metrics = metrics;
    this.receipt = receipt;
  }

  @Override
  public void begin(AnswerHead head) {}

  @Override
  public void piece(StreamPiece piece) {}

  @Override
  public void whenReady(Runnable next) {
    next.run();
  }

  @Override
  public void complete(Answer answer) {
    Settlement settlement = answer.settlement();
    metrics.charged(answer.head().modelId(), settlement.usage(), settlement.answerNanoUsd());
    receipt.answered(answer);
  }

  @Override
  public void fail(FailedAnswer failed) {
    logger.debug("a cached answer was not refreshed: {}", failed.failure());
    receipt.failed(failed);
  }
}
