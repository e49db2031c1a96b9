package dev.fairlead.gateway.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.FailureException;

/** What a call was refused with. */
public final class Refusal {

  private Refusal() {}

  /** The invalid request that {@code call} ends in; anything else fails the test. */
  public static InvalidRequest of(Runnable call) {
    Throwable thrown = catchThrowable(call::run);
    assertThat(thrown).isInstanceOf(FailureException.class);
    assertThat(((FailureException) thrown).failure()).isInstanceOf(InvalidRequest.class);
    return (InvalidRequest) ((FailureException) thrown).failure();
  }
}
