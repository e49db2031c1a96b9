package dev.fairlead.common.net;

import com.linecorp.armeria.common.FlagsProvider;

/**
 * Has Armeria's servers close an HTTP/1 connection when its last response is written, where by
 * default they wait three seconds for the client to do so. A client that reads to the end of the
 * connection would wait as long. What the delay is for, {@link LingeringClose} does without one.
 */
public final class CloseWithoutDelay implements FlagsProvider {

  /** Found by {@link java.util.ServiceLoader}. */
  public CloseWithoutDelay() {}

  @Override
  public String name() {
    return "fairlead-close";
  }

  @Override
  public int priority() {
    return 11;
  }

  @Override
  public Long defaultHttp1ConnectionCloseDelayMillis() {
    return 0L;
  }
}
