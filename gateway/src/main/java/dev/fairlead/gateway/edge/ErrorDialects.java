package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.RequestHeaders;
import dev.fairlead.gateway.dialect.DialectCodec;
import org.jspecify.annotations.Nullable;

/**
 * In whose format an error is told where no endpoint has been reached.
 *
 * @param openAi for everybody but Anthropic's clients
 * @param anthropic for the paths of its format, and for clients that name a version of it
 */
record ErrorDialects(DialectCodec openAi, DialectCodec anthropic) {

  DialectCodec of(@Nullable RequestHeaders headers) {
    boolean theirs =
        headers != null
            && (headers.contains("anthropic-version") || headers.path().startsWith("/v1/messages"));
    return theirs ? anthropic : openAi;
  }
}
