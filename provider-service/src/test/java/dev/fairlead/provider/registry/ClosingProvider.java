package dev.fairlead.provider.registry;

import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** An adapter that must be closed. */
record ClosingProvider(AtomicInteger closed) implements ModelProvider, AutoCloseable {

  @Override
  public Capabilities capabilities() {
    return new Capabilities(Set.of(), true, true);
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    return Exchange.ENDED;
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
