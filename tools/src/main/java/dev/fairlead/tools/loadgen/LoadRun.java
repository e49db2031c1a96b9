package dev.fairlead.tools.loadgen;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One run: sends the plan's requests and counts what came of them. Results are handed from the
 * event loops to the running thread, which alone counts, writes and prints.
 */
final class LoadRun {

  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long POLL_MILLIS = 50;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Workload workload;
  private final ChatClient client;
  private final PrintWriter progress;
  private volatile boolean interrupted;

  /**
   * @param progress gets a line every second
   */
  LoadRun(Workload workload, ChatClient client, PrintWriter progress) {
    this.workload = workload;
    this.client = client;
    this.progress = progress;
  }

  /** Ends the run now; requests under way are given up. May be called from any thread. */
  void interrupt() {
    interrupted = true;
  }

  /**
   * Sends a plan's requests and waits for the last answer; blocks.
   *
   * @param name what the progress is called; empty for the run itself
   */
  LoadOutcome run(LoadPlan plan, String name, CsvLog csv) throws InterruptedException, IOException {
    LoadTally tally = new LoadTally();
    LinkedBlockingQueue<CallResult> results = new LinkedBlockingQueue<>();
    long begin = System.nanoTime();
    OpenLoop loop =
        new OpenLoop(plan, (arrival, free) -> send(arrival, tally, results, free), begin);
    Thread pacer = Thread.ofPlatform().name("loadgen-pacer").daemon().start(loop);
    long nextLine = begin + PROGRESS_NANOS;
    while (!interrupted && !(loop.over() && tally.total() == loop.sent())) {
      CallResult result = results.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
      if (result != null) {
        tally.add(result);
        csv.add(result);
      }
      if (System.nanoTime() >= nextLine) {
        nextLine += PROGRESS_NANOS;
        progress.println(name + line(System.nanoTime() - begin, loop.sent(), tally));
        progress.flush();
      }
    }
    long end = System.nanoTime();
    loop.stop();
    pacer.join();
    return new LoadOutcome(plan, tally, loop.sent(), end - begin, interrupted);
  }

  private void send(
      AnswerReader.Arrival arrival, LoadTally tally, Queue<CallResult> results, Runnable free) {
    AnswerReader reader =
        new AnswerReader(
            arrival,
            tally::gap,
            result -> {
              results.add(result);
              free.run();
            });
    client.send(workload.next(), reader);
  }

  private static String line(long elapsedNanos, long sent, LoadTally tally) {
    double seconds = elapsedNanos / NANOS_PER_SECOND;
    return String.format(
        Locale.ROOT,
        "%4.0f s  sent %d (%.1f/s)  done %d  under way %d  failed %d  p50 %.1f ms  p95 %.1f ms",
        seconds,
        sent,
        sent / seconds,
        tally.total(),
        sent - tally.total(),
        tally.failed(),
        tally.latency().getValueAtPercentile(50) / NANOS_PER_MILLI,
        tally.latency().getValueAtPercentile(95) / NANOS_PER_MILLI);
  }
}
