package dev.fairlead.provider.call;

import java.util.List;

/** A listener in front of another, for decorators that care about some of the calls. */
public abstract class ForwardingListener implements AnswerListener {

  private final AnswerListener next;

  /** A listener in front of {@code next}. */
  protected ForwardingListener(AnswerListener next) {
    this.next = next;
  }

  @Override
  public void onDropped(List<String> fields) {
    next.onDropped(fields);
  }

  @Override
  public void onPart(AnswerPart part) {
    next.onPart(part);
  }

  @Override
  public void onCompleted(Completion completion) {
    next.onCompleted(completion);
  }

  @Override
  public void onFailed(UpstreamFailure failure) {
    next.onFailed(failure);
  }

  @Override
  public boolean ready() {
    return next.ready();
  }
}
