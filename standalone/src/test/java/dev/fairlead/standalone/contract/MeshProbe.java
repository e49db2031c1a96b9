package dev.fairlead.standalone.contract;

import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.GetStatsRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks a gateway while its surroundings change. */
public final class MeshProbe {

  private final GatewayClient client;

  /** A probe of that gateway. */
  public MeshProbe(GatewayClient client) {
    this.client = client;
  }

  /** A request that nobody has made before. */
  public Answer ask(String model) {
    return ask(model, "Hello " + Requests.unique());
  }

  /** A request with that prompt. */
  public Answer ask(String model, String prompt) {
    return client.post(Cases.CHAT, Requests.chat(model, prompt));
  }

  /** Whether a new prompt's repetition is a hit. */
  public boolean hitsTheSecondTime() {
    String prompt = "Hello " + Requests.unique();
    return ask("small", prompt).status() == 200
        && ask("small", prompt).header("x-fairlead-cache").equals("hit");
  }

  /** A prompt whose answer is kept. */
  public String rememberedPrompt() {
    String prompt = "Remember " + Requests.unique();
    ask("small", prompt);
    if (!ask("small", prompt).header("x-fairlead-cache").equals("hit")) {
      throw new AssertionError("not kept");
    }
    return prompt;
  }

  /** The sum of a metric's series now. */
  public double metric(String name) {
    return Metrics.of(client).value(name);
  }

  /** How a backend answers a caller that is not of the mesh. */
  public String statusOfForeignCall(int port) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      CacheServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .getStats(GetStatsRequest.getDefaultInstance());
      return "OK";
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode().name();
    } finally {
      channel.shutdownNow();
    }
  }

  /** Starts to ask once in a period, whatever happens. */
  public Trickle trickle(Duration period) {
    return new Trickle(period);
  }

  /** A steady flow of requests. */
  public final class Trickle implements AutoCloseable {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger answered = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    private Trickle(Duration period) {
      timer.scheduleAtFixedRate(this::send, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Requests answered with success so far. */
    public int answered() {
      return answered.get();
    }

    /** What went wrong so far. */
    public List<String> failures() {
      return failures;
    }

    private void send() {
      client
          .postAsync(Cases.CHAT, Requests.chat("small", "Hello " + Requests.unique()))
          .whenComplete((answer, error) -> {
            if (error != null) {
              failures.add(error.toString());
            } else if (answer.status() != 200) {
              failures.add(answer.status() + " " + answer.body());
            } else {
              answered.incrementAndGet();
            }
          });
    }

    @Override
    public void close() throws InterruptedException {
      timer.shutdown();
      if (!timer.awaitTermination(30, TimeUnit.SECONDS)) {
        timer.shutdownNow();
      }
    }
  }
}
