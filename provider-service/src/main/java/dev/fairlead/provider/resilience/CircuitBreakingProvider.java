package dev.fairlead.provider.resilience;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.v1.AttemptResult;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leaves what fails too often alone: a model whose calls fail, or the whole provider when it cannot
 * be reached. A model's own failures never close the way to its neighbours. A vendor's 4xx and our
 * own refusals say nothing about health and do not count. A call of last resort passes an open
 * circuit once in a while, so that the only candidate left is never cut off for good; when it
 * succeeds, the circuit goes on to half open at once.
 */
public final class CircuitBreakingProvider implements ModelProvider {

  private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);

  private final ModelProvider next;
  private final String name;
  private final BreakerSettings settings;
  private final TimeSource time;
  private final Clock clock;
  private final HealthBreaker provider;
  private final Map<String, HealthBreaker> models;

  /** Breakers in front of {@code next}. */
  public CircuitBreakingProvider(
      ModelProvider next, String name, BreakerSettings settings, TimeSource time, Clock clock) {
    this.next = next;
    this.name = name;
    this.settings = settings;
    this.time = time;
    this.clock = clock;
    this.provider = new HealthBreaker(name, settings, time, clock);
    this.models = new ConcurrentHashMap<>();
  }

  private CircuitBreakingProvider(ModelProvider next, CircuitBreakingProvider old) {
    this.next = next;
    this.name = old.name;
    this.settings = old.settings;
    this.time = old.time;
    this.clock = old.clock;
    this.provider = old.provider;
    this.models = old.models;
  }

  /** The same circuits in front of another. */
  public CircuitBreakingProvider around(ModelProvider other) {
    return new CircuitBreakingProvider(other, this);
  }

  @Override
  public Capabilities capabilities() {
    return next.capabilities();
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    HealthBreaker model = model(call.model().id());
    HealthBreaker closedBy = model;
    if (model.tryAcquire()) {
      if (provider.tryAcquire()) {
        return next.open(call, new Counting(listener, model));
      }
      model.back(model.opened());
      closedBy = provider;
    }
    if (call.lastResort() && closedBy.tryLastResort()) {
      return next.open(call, new Probing(listener, closedBy));
    }
    listener.onFailed(leftAlone(call, closedBy));
    return Exchange.ENDED;
  }

  private UpstreamFailure leftAlone(ModelCall call, HealthBreaker closedBy) {
    String what =
        closedBy == provider
            ? "provider " + name + " cannot be reached and is left alone"
            : "model " + call.model().id() + " at provider " + name + " fails and is left alone";
    Duration wait = closedBy.retryIn();
    return UpstreamFailure.leftAlone(
        new Failure.Overloaded(what, wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait));
  }

  private HealthBreaker model(String id) {
    HealthBreaker known = models.get(id);
    return known != null
        ? known
        : models.computeIfAbsent(id, m -> new HealthBreaker(m, settings, time, clock));
  }

  /** Forgets models that are no longer configured. */
  public void retain(Set<String> modelIds) {
    models.keySet().retainAll(modelIds);
  }

  /** State of the circuit of the provider as a whole. */
  public State state() {
    return provider.state();
  }

  /** State of a model's circuit. */
  public State state(String modelId) {
    HealthBreaker model = models.get(modelId);
    return model == null ? State.CLOSED : model.state();
  }

  /**
   * State seen from outside: open when no call to any of the models would pass.
   *
   * @param modelIds all models of the provider
   */
  public State state(Collection<String> modelIds) {
    if (provider.state() != State.CLOSED) {
      return provider.state();
    }
    List<State> states = modelIds.stream().map(this::state).toList();
    if (states.isEmpty() || states.contains(State.CLOSED)) {
      return State.CLOSED;
    }
    return states.contains(State.HALF_OPEN) ? State.HALF_OPEN : State.OPEN;
  }

  /** Whether the model's own circuit is open and would not let the next call through. */
  public boolean refuses(String modelId) {
    HealthBreaker model = models.get(modelId);
    return model != null && model.refuses();
  }

  /** Share of failed calls in the windows of all models, 0 to 1; negative before enough calls. */
  public double failureRate() {
    int calls = models.values().stream().mapToInt(HealthBreaker::calls).sum();
    int failures = models.values().stream().mapToInt(HealthBreaker::failures).sum();
    return calls < settings.minimumCalls() ? -1 : (double) failures / calls;
  }

  /** Until the first of the open circuits lets calls through again; zero when one is due. */
  public Duration retryIn(Collection<String> modelIds) {
    if (provider.state() != State.CLOSED) {
      return provider.retryIn();
    }
    return modelIds.stream()
        .map(models::get)
        .filter(Objects::nonNull)
        .map(HealthBreaker::retryIn)
        .min(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  /** A vendor that answers with a 4xx is healthy, whoever is at fault. */
  private static boolean counts(UpstreamFailure failure) {
    boolean refused = failure.httpStatus() >= 400 && failure.httpStatus() < 500;
    return !refused && failure.failure().countsAgainstBreaker();
  }

  /** The vendor was not reached at all; anything else it has done with one model. */
  private static boolean speaksOfTheProvider(UpstreamFailure failure) {
    return failure.result() == AttemptResult.ATTEMPT_RESULT_UNAVAILABLE
        && failure.httpStatus() == 0;
  }

  /** Tells both circuits how a permitted call ended. */
  private final class Counting extends ForwardingListener {
    private final HealthBreaker model;
    private final int modelOpened;
    private final int providerOpened = provider.opened();
    private final long began = time.nanoTime();

    /** A probe is told as soon as it has content: a long answer must not keep the way closed. */
    private boolean told;

    private boolean content;

    Counting(AnswerListener next, HealthBreaker model) {
      super(next);
      this.model = model;
      this.modelOpened = model.opened();
    }

    @Override
    public void onPart(AnswerPart part) {
      if (!content && part.content()) {
        content = true;
        if (model.probing() || provider.probing()) {
          succeeded();
        }
      }
      super.onPart(part);
    }

    @Override
    public void onCompleted(Completion completion) {
      if (!told) {
        succeeded();
      }
      super.onCompleted(completion);
    }

    private void succeeded() {
      told = true;
      long nanos = time.nanoTime() - began;
      model.succeeded(modelOpened, nanos);
      provider.succeeded(providerOpened, nanos);
    }

    @Override
    public void onFailed(UpstreamFailure failure) {
      if (!told || counts(failure)) {
        failed(failure);
      }
      super.onFailed(failure);
    }

    private void failed(UpstreamFailure failure) {
      long nanos = time.nanoTime() - began;
      if (!counts(failure)) {
        model.back(modelOpened);
        provider.back(providerOpened);
      } else if (speaksOfTheProvider(failure)) {
        model.failed(modelOpened, nanos);
        provider.failed(providerOpened, nanos);
      } else {
        model.failed(modelOpened, nanos);
        provider.succeeded(providerOpened, nanos);
      }
    }
  }

  /** Lets a circuit look again when a call of last resort succeeded. */
  private static final class Probing extends ForwardingListener {
    private final HealthBreaker passed;

    Probing(AnswerListener next, HealthBreaker passed) {
      super(next);
      this.passed = passed;
    }

    @Override
    public void onCompleted(Completion completion) {
      passed.lookAgain();
      super.onCompleted(completion);
    }
  }
}
