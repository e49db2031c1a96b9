package dev.fairlead.standalone.client;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A steady flow of requests over several gateways, as a balancer sends them: in turn to those that
 * last said that they are ready, never twice.
 */
public final class BalancedLoad implements AutoCloseable {

  private static final String CHAT = "/v1/chat/completions";

  private final List<GatewayClient> gateways;
  private final ConcurrentHashMap<GatewayClient, Boolean> ready = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer;
  private final AtomicLong number = new AtomicLong();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<String> failures = new CopyOnWriteArrayList<>();

  /** Begins; every second request is a stream. */
  public BalancedLoad(List<GatewayClient> gateways, long periodMillis) {
    this.gateways = List.copyOf(gateways);
    timer = Executors.newScheduledThreadPool(gateways.size() + 1);
    for (GatewayClient gateway : gateways) {
      ready.put(gateway, true);
      timer.scheduleWithFixedDelay(() -> look(gateway), 0, 100, TimeUnit.MILLISECONDS);
    }
    timer.scheduleAtFixedRate(this::send, 0, periodMillis, TimeUnit.MILLISECONDS);
  }

  private void look(GatewayClient gateway) {
    try {
      ready.put(gateway, gateway.get("/readyz").status() == 200);
    } catch (AssertionError e) {
      ready.put(gateway, false);
    }
  }

  private void send() {
    long own = number.incrementAndGet();
    for (int i = 0; i < gateways.size(); i++) {
      GatewayClient gateway = gateways.get((int) ((own + i) % gateways.size()));
      if (Boolean.TRUE.equals(ready.get(gateway))) {
        send(gateway, own);
        return;
      }
    }
    failures.add("request " + own + ": no gateway is ready");
  }

  private void send(GatewayClient gateway, long own) {
    boolean stream = own % 4 < 2;
    String body =
        "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"Load %s\"}]}"
            .formatted(own % 3 == 0 ? "auto" : "small", stream, own);
    underWay.incrementAndGet();
    gateway
        .postAsync(CHAT, body)
        .whenComplete((answer, error) -> {
          underWay.decrementAndGet();
          if (error != null) {
            failures.add("request " + own + ": " + error);
          } else if (answer.status() != 200
              || stream && !answer.body().endsWith("data: [DONE]\n\n")) {
            failures.add("request " + own + ": " + answer.status() + " " + answer.body());
          } else {
            answered.incrementAndGet();
          }
        });
  }

  /** Requests answered in full so far. */
  public int answered() {
    return answered.get();
  }

  /** What went wrong so far. */
  public List<String> failures() {
    return failures;
  }

  /** Ends, and waits for what is under way. */
  @Override
  public void close() throws InterruptedException {
    timer.shutdown();
    boolean ended = timer.awaitTermination(30, TimeUnit.SECONDS);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (underWay.get() > 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      Thread.yield();
    }
    if (!ended || underWay.get() > 0) {
      failures.add(underWay.get() + " requests had no end");
    }
  }
}
