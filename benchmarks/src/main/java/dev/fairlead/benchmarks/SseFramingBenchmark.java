package dev.fairlead.benchmarks;

import dev.fairlead.provider.sse.SseFramer;
import dev.fairlead.provider.sse.SseSink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Cutting a vendor's stream into events: whole events a read, and reads that end inside of them.
 * Time is per event.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SseFramingBenchmark {

  private static final int EVENTS = 200;
  private static final String EVENT =
      """
      data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"m",\
      "choices":[{"index":0,"delta":{"content":" friction"},"finish_reason":null}]}

      """;

  /** Bytes of a read; 0 means one event a read. */
  @Param({"0", "1000", "16384"})
  public int read;

  private byte[] stream = {};
  private int step;

  /** Makes the stream. */
  @Setup
  public void makeStream() {
    stream = (EVENT.repeat(EVENTS) + "data: [DONE]\n\n").getBytes(StandardCharsets.UTF_8);
    step = read == 0 ? EVENT.length() : read;
  }

  /** Feeds it. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public boolean frame(Blackhole hole) {
    SseFramer framer = new SseFramer(new Counting(hole), 1 << 20);
    for (int from = 0; from < stream.length; from += step) {
      framer.feed(stream, from, Math.min(from + step, stream.length));
    }
    return framer.done();
  }

  private record Counting(Blackhole hole) implements SseSink {
    @Override
    public void onEvent(byte[] raw, int rawFrom, int rawTo, byte[] data, int dataFrom, int dataTo) {
      hole.consume(rawTo - rawFrom);
    }

    @Override
    public void onDone() {}
  }
}
