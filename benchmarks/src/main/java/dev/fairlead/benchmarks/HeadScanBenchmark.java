package dev.fairlead.benchmarks;

import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.anthropic.AnthropicMessagesCodec;
import dev.fairlead.gateway.dialect.openai.OpenAiChatCodec;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The one scan of a body at the edge: validation, spans, facts and the digest of the scope. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class HeadScanBenchmark {

  private static final String TURN =
      "{\"role\":\"user\",\"content\":\"Explain in two sentences why a ship's \\\"fairlead\\\""
          + " reduces friction, and give the load at 30 degrees.\\nAnswer in plain words,"
          + " please.\"},{\"role\":\"assistant\",\"content\":\"It guides the line so that it does"
          + " not chafe.\"}";

  /** Bytes of the body, roughly. */
  @Param({"1024", "102400"})
  public int size;

  /** Whose format. */
  @Param({"chat", "messages"})
  public String dialect = "chat";

  /** One long question, or many turns. */
  @Param({"question", "turns"})
  public String shape = "question";

  private DialectCodec codec = new OpenAiChatCodec(ScanLimits.DEFAULT);
  private byte[] body = {};

  /** Makes a body of that size. */
  @Setup
  public void makeBody() {
    if (dialect.equals("messages")) {
      codec = new AnthropicMessagesCodec(ScanLimits.DEFAULT);
    }
    StringBuilder json =
        new StringBuilder(
            "{\"model\":\"auto\",\"max_tokens\":500,\"temperature\":0.2,\"stream\":true,\"messages\":[");
    if (shape.equals("turns")) {
      while (json.length() < size - TURN.length()) {
        json.append(TURN).append(',');
      }
    }
    json.append("{\"role\":\"user\",\"content\":\"And the last question? ");
    json.append("Say it plainly. ".repeat(Math.max(0, size - json.length()) / 16));
    json.append("\"}],\"service_tier\":\"auto\"}");
    body = json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Scans it. */
  @Benchmark
  public ScannedRequest scan() {
    return codec.scan(body);
  }
}
