package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.v1.Dialect;

/**
 * What OpenAI's formats of generated text have in common: their error bodies, and {@code [DONE]}
 * behind a stream. Stateless and thread-safe.
 */
public abstract class OpenAiFamilyCodec implements DialectCodec {

  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(US_ASCII);

  private final Dialect dialect;

  /** A codec of one of the formats. */
  protected OpenAiFamilyCodec(Dialect dialect) {
    this.dialect = dialect;
  }

  @Override
  public final Dialect dialect() {
    return dialect;
  }

  @Override
  public final boolean sharesErrorsWith(Dialect other) {
    return OpenAiErrors.areOf(other);
  }

  @Override
  public final byte[] error(Failure failure, String requestId) {
    return OpenAiErrors.body(failure, requestId);
  }

  @Override
  public byte[] streamTerminator() {
    return DONE.clone();
  }
}
