package dev.fairlead.provider.resilience;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.v1.AttemptResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Takes turns among the keys of a provider and lets one rest that the vendor complains about: after
 * a rate limit or a 403 for the model that was asked, after a spent quota or a refusal of our key
 * or account for all models. While all keys rest nothing is sent, so that moving on to another
 * provider costs a moment. Keys are named by their position. A provider with one key has none of
 * this: a rest would only be a quicker no.
 */
public final class KeyRotatingProvider implements ModelProvider {

  private static final int UNAUTHORIZED = 401;

  /** A key may be good for other models all the same. */
  private static final int FORBIDDEN = 403;

  /**
   * Vendors say in several ways that a key or an account is not good; that a model is not there
   * (404) says nothing about keys.
   */
  private static final Set<Integer> OF_KEYS = Set.of(400, UNAUTHORIZED, 402, FORBIDDEN);

  private enum Complaint {
    LIMITED,
    QUOTA,
    REFUSED
  }

  private final List<ModelProvider> keys;
  private final String name;
  private final KeySettings settings;
  private final TimeSource time;
  private final AtomicInteger turn = new AtomicInteger();
  private final Rests allModels;
  private final Map<String, Rests> byModel = new ConcurrentHashMap<>();
  private final Map<Complaint, Counter> complaints = new EnumMap<>(Complaint.class);

  /**
   * Keys to take turns among.
   *
   * @param keys one way to the vendor a key, two or more
   */
  public KeyRotatingProvider(
      List<ModelProvider> keys,
      String name,
      KeySettings settings,
      MeterRegistry meters,
      TimeSource time) {
    this.keys = List.copyOf(keys);
    this.name = name;
    this.settings = settings;
    this.time = time;
    this.allModels = new Rests(keys.size(), time.nanoTime());
    for (Complaint complaint : Complaint.values()) {
      complaints.put(
          complaint,
          Counter.builder("llm.router.key.cooldowns")
              .description("Keys of vendors that were let rest, by the vendor's complaint")
              .tag("provider", name)
              .tag("reason", complaint.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
  }

  @Override
  public Capabilities capabilities() {
    return keys.getFirst().capabilities();
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    Rests model = rests(call);
    int key = pick(model);
    if (key < 0) {
      listener.onFailed(UpstreamFailure.shed(allRest(model)));
      return Exchange.ENDED;
    }
    return keys.get(key).open(call, new Watching(listener, model, key));
  }

  /** Keys that could be used for the model now. */
  public int awake(String modelId) {
    Rests model = byModel.get(modelId);
    long now = time.nanoTime();
    int awake = 0;
    for (int key = 0; key < keys.size(); key++) {
      awake += left(model == null ? allModels : model, key, now) <= 0 ? 1 : 0;
    }
    return awake;
  }

  private Rests rests(ModelCall call) {
    String id = call.model().id();
    Rests known = byModel.get(id);
    return known != null
        ? known
        : byModel.computeIfAbsent(id, m -> new Rests(keys.size(), time.nanoTime()));
  }

  /** The next key in turn that does not rest; -1 when all do. */
  private int pick(Rests model) {
    long now = time.nanoTime();
    int first = Math.floorMod(turn.getAndIncrement(), keys.size());
    for (int i = 0; i < keys.size(); i++) {
      int key = (first + i) % keys.size();
      if (left(model, key, now) <= 0) {
        return key;
      }
    }
    return -1;
  }

  private long left(Rests model, int key, long now) {
    return Math.max(model.until.get(key) - now, allModels.until.get(key) - now);
  }

  private Failure allRest(Rests model) {
    long now = time.nanoTime();
    long shortest = Long.MAX_VALUE;
    boolean refused = true;
    for (int key = 0; key < keys.size(); key++) {
      shortest = Math.min(shortest, left(model, key, now));
      refused &= allModels.refuses(key, now) || model.refuses(key, now);
    }
    if (refused) {
      String what = "provider " + name + " refused our credentials or account, " + which(-1);
      return new Failure.UpstreamRejected(what, UNAUTHORIZED, Fault.CONFIGURATION);
    }
    return new Failure.RateLimited(
        "provider " + name + " limits the rate (429), " + which(-1),
        Duration.ofNanos(Math.max(1, shortest)));
  }

  private String which(int key) {
    return key < 0
        ? keys.size() + " of " + keys.size() + " keys rest"
        : "key " + (key + 1) + " of " + keys.size();
  }

  /** Until when keys rest, on the clock of {@link TimeSource}. */
  private static final class Rests {
    private final AtomicLongArray until;
    private final AtomicLongArray refused;

    Rests(int keys, long now) {
      until = new AtomicLongArray(keys);
      refused = new AtomicLongArray(keys);
      for (int key = 0; key < keys; key++) {
        until.set(key, now);
      }
    }

    boolean refuses(int key, long now) {
      return until.get(key) - now > 0 && refused.get(key) == 1;
    }
  }

  private final class Watching extends ForwardingListener {
    private final Rests model;
    private final int key;

    Watching(AnswerListener next, Rests model, int key) {
      super(next);
      this.model = model;
      this.key = key;
    }

    @Override
    public void onFailed(UpstreamFailure failure) {
      super.onFailed(
          switch (failure.failure()) {
            case Failure.RateLimited limited
                when failure.result() == AttemptResult.ATTEMPT_RESULT_RATE_LIMITED ->
                limited(failure, limited);
            case Failure.UpstreamRejected refused
                when refused.fault() == Fault.CONFIGURATION
                    && OF_KEYS.contains(refused.httpStatus()) ->
                refused(failure, refused);
            default -> failure;
          });
    }

    private UpstreamFailure limited(UpstreamFailure failure, Failure.RateLimited limited) {
      boolean quota = failure.next() == Next.OTHER_MODEL;
      Duration asked = limited.retryAfter() == null ? settings.cooldown() : limited.retryAfter();
      if (quota) {
        rest(allModels, settings.quotaCooldown(), Complaint.QUOTA);
      } else {
        rest(model, asked, Complaint.LIMITED);
      }
      String message = named(limited.message());
      if (another()) {
        return failure.as(new Failure.RateLimited(message, null), Next.RETRY);
      }
      return failure.as(
          new Failure.RateLimited(message, quota ? limited.retryAfter() : asked, quota),
          failure.next());
    }

    private UpstreamFailure refused(UpstreamFailure failure, Failure.UpstreamRejected refused) {
      Rests which = refused.httpStatus() == FORBIDDEN ? model : allModels;
      rest(which, settings.refusedCooldown(), Complaint.REFUSED);
      return failure.as(
          new Failure.UpstreamRejected(
              named(refused.message()), refused.httpStatus(), refused.fault()),
          another() ? Next.RETRY : failure.next());
    }

    private void rest(Rests which, Duration asked, Complaint complaint) {
      Duration bounded =
          asked.compareTo(settings.maxCooldown()) > 0 ? settings.maxCooldown() : asked;
      which.refused.set(key, complaint == Complaint.REFUSED ? 1 : 0);
      which.until.set(key, time.nanoTime() + bounded.toNanos());
      Objects.requireNonNull(complaints.get(complaint)).increment();
    }

    private boolean another() {
      long now = time.nanoTime();
      for (int other = 0; other < keys.size(); other++) {
        if (other != key && left(model, other, now) <= 0) {
          return true;
        }
      }
      return false;
    }

    private String named(String message) {
      return message + ", " + which(key);
    }
  }
}
