package dev.fairlead.tools.loadgen;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One line for each measured request, in the order they ended. Not thread-safe. */
final class CsvLog implements AutoCloseable {

  private static final String HEADER =
      "arrival,intended_ms,start_delay_ms,latency_ms,first_token_ms,status,error,model,cache,"
          + "cost_usd,saved_usd\n";
  private static final double NANOS_PER_MILLI = 1e6;

  private final Writer out;

  private CsvLog(Writer out) {
    this.out = out;
  }

  /** Writes to a file, which is replaced when it exists; {@code null} for nowhere. */
  static CsvLog to(@Nullable Path file) throws IOException {
    Writer out =
        file == null ? Writer.nullWriter() : new BufferedWriter(Files.newBufferedWriter(file));
    out.write(HEADER);
    return new CsvLog(out);
  }

  void add(CallResult result) throws IOException {
    out.write(
        String.join(
                ",",
                Long.toString(result.arrival()),
                millis(result.intended()),
                millis(result.startDelay()),
                millis(result.latency()),
                result.firstToken() < 0 ? "" : millis(result.firstToken()),
                Integer.toString(result.status()),
                result.error() == null ? "" : result.error(),
                quoted(result.model()),
                quoted(result.cache()),
                plain(result.cost()),
                plain(result.saved()))
            + "\n");
  }

  void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / NANOS_PER_MILLI);
  }

  private static String plain(@Nullable BigDecimal amount) {
    return amount == null ? "" : amount.toPlainString();
  }

  private static String quoted(String text) {
    boolean special = text.indexOf(',') >= 0 || text.indexOf('"') >= 0 || text.indexOf('\n') >= 0;
    return special ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
