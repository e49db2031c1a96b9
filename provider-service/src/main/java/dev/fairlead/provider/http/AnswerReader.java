package dev.fairlead.provider.http;

import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.UpstreamFailure;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter makes of one answer. It gives parts to the call's listener itself; how the call
 * ends is the exchange's to say. Asked on one event loop only; must not block. Bytes that it is
 * given are never changed later, so that it may hand them on.
 */
public interface AnswerReader {

  /** The next bytes of a stream; what is wrong with them, if anything. */
  @Nullable UpstreamFailure feed(byte[] bytes);

  /** Whether the vendor has said that the stream is over; what follows is not read. */
  boolean done();

  /** Whether all that matters has come, so that a connection that breaks now does no harm. */
  boolean finished();

  /**
   * The stream has ended without {@link #done}: gives on what is left.
   *
   * @param cut whether the connection broke, after all had come that matters
   * @return what is wrong with the stream as a whole, if anything
   */
  @Nullable UpstreamFailure end(boolean cut);

  /**
   * A body that is not a stream, from 0 to {@code length}: gives the answer on, or says what is
   * wrong, as with every status but 200.
   */
  @Nullable UpstreamFailure whole(ResponseHeaders head, byte[] body, int length);

  /** What is to be told of an answer that is complete. */
  Completion completion(Map<String, String> headers);

  /** What has been spent so far; null when nothing was generated. */
  @Nullable TokenUsage spent();
}
