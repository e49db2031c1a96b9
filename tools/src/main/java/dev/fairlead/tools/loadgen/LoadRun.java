package dev.fairlead.tools.loadgen;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * One run: sends the plan's requests and counts what came of them. Results are handed from the
 * event loops to the running thread, which alone counts, writes and prints.
 */
final class LoadRun {

  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long POLL_MILLIS = 50;
  private static final LongConsumer UNCOUNTED = nanos -> {};

  private final LoadPlan plan;
  private final Workload workload;
  private final ChatClient client;
  private final LoadTally tally = new LoadTally();
  private final LinkedBlockingQueue<CallResult> results = new LinkedBlockingQueue<>();
  private volatile boolean interrupted;

  LoadRun(LoadPlan plan, Workload workload, ChatClient client) {
    this.plan = plan;
    this.workload = workload;
    this.client = client;
  }

  /** Ends the run now; requests under way are given up. May be called from any thread. */
  void interrupt() {
    interrupted = true;
  }

  /**
   * Runs to the end; blocks.
   *
   * @param progress gets a line every second
   */
  LoadOutcome run(PrintWriter progress, CsvLog csv) throws InterruptedException, IOException {
    long begin = System.nanoTime();
    OpenLoop loop = new OpenLoop(plan, this::send, begin);
    Thread pacer = Thread.ofPlatform().name("loadgen-pacer").daemon().start(loop);
    long received = 0;
    long nextLine = begin + PROGRESS_NANOS;
    while (!interrupted && !(loop.over() && received == loop.sent())) {
      CallResult result = results.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
      if (result != null) {
        received++;
        count(result, csv);
      }
      if (System.nanoTime() >= nextLine) {
        nextLine += PROGRESS_NANOS;
        progress.println(line(System.nanoTime() - begin, loop.sent(), received));
        progress.flush();
      }
    }
    long end = System.nanoTime();
    loop.stop();
    pacer.join();
    return new LoadOutcome(plan, tally, loop.sent(), end - begin, interrupted);
  }

  private void send(AnswerReader.Arrival arrival, Runnable free) {
    boolean counted = arrival.number() >= plan.warmupArrivals();
    AnswerReader reader =
        new AnswerReader(
            arrival,
            counted ? tally::gap : UNCOUNTED,
            result -> {
              results.add(result);
              free.run();
            });
    client.send(workload.next(), reader);
  }

  private void count(CallResult result, CsvLog csv) throws IOException {
    if (result.arrival() >= plan.warmupArrivals()) {
      tally.add(result);
      csv.add(result);
    }
  }

  private String line(long elapsedNanos, long sent, long received) {
    double seconds = elapsedNanos / 1e9;
    return "%4.0f s  sent %d (%.1f/s)  done %d  under way %d  failed %d  p50 %.1f ms  p95 %.1f ms%s"
        .formatted(
            seconds,
            sent,
            sent / seconds,
            received,
            sent - received,
            tally.failed(),
            tally.latency().getValueAtPercentile(50) / 1e6,
            tally.latency().getValueAtPercentile(95) / 1e6,
            sent < plan.warmupArrivals() ? "  (warming up)" : "");
  }
}
