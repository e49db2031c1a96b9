package dev.fairlead.provider.translation;

import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.dialect.AnswerEncoder;
import dev.fairlead.provider.dialect.AnswerHead;
import dev.fairlead.provider.dialect.ClientDialect;
import dev.fairlead.provider.dialect.EventWriter;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells typed parts in the client's dialect. A whole answer waits for its usage, which it carries
 * in itself.
 */
final class TranslatedAnswer implements AnswerListener {

  private static final Logger logger = LoggerFactory.getLogger(TranslatedAnswer.class);

  /** As many as the contract lets a request ask for; a vendor that sends others is not heeded. */
  private static final int MOST_CHOICES = 128;

  private final AnswerListener next;
  private final Dialect dialect;
  private final ToolNames names;
  private final List<String> dropped;
  private final boolean sameErrors;
  private final AnswerEncoder encoder;
  private final EventWriter events;
  private @Nullable ChatResponse whole;

  /**
   * An answer.
   *
   * @param dropped what the dialect's decoder left out; what the adapter leaves out comes after it
   */
  TranslatedAnswer(
      AnswerListener next,
      ClientDialect clientDialect,
      RawRequest request,
      ToolNames names,
      List<String> dropped,
      boolean sameErrors,
      String model) {
    this.next = next;
    this.dialect = request.getDialect();
    this.names = names;
    this.dropped = dropped;
    this.sameErrors = sameErrors;
    this.encoder =
        clientDialect.encoder(
            new AnswerHead(model, Instant.now().getEpochSecond(), uniqueId(), request));
    this.events = new EventWriter(dialect, sse -> next.onPart(new AnswerPart.Events(sse)));
  }

  private static String uniqueId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits((int) random.nextLong());
  }

  @Override
  public void onDropped(List<String> fields) {
    if (fields.isEmpty() || dropped.isEmpty()) {
      next.onDropped(fields.isEmpty() ? dropped : fields);
      return;
    }
    List<String> both = new ArrayList<>(dropped);
    both.addAll(fields);
    next.onDropped(both);
  }

  @Override
  public void onPart(AnswerPart part) {
    switch (part) {
      case AnswerPart.Delta delta -> {
        int choice = delta.delta().getChoiceIndex();
        if (choice >= 0 && choice < MOST_CHOICES) {
          encoder.delta(names.received(delta.delta()), events);
          events.flush();
        }
      }
      case AnswerPart.Head head -> next.onPart(head);
      case AnswerPart.Response response -> whole = names.received(response.response());
      case AnswerPart.Events raw -> throw new IllegalStateException("events for a typed call");
      case AnswerPart.Body raw -> throw new IllegalStateException("a raw body for a typed call");
    }
  }

  /** An answer that cannot be told has failed: nobody else would end the call. */
  @Override
  public void onCompleted(Completion completion) {
    try {
      end(completion);
    } catch (RuntimeException e) {
      logger.warn("an answer could not be told in {}", dialect, e);
      next.onFailed(untold(completion));
      return;
    }
    next.onCompleted(completion);
  }

  private static UpstreamFailure untold(Completion completion) {
    return UpstreamFailure.malformed(
            "the answer cannot be told in the client's dialect", completion.httpStatus())
        .spending(completion.usage())
        .showing(completion.headers());
  }

  private void end(Completion completion) {
    ChatResponse response = whole;
    if (response == null) {
      encoder.end(completion.usage(), completion.finishReason(), events);
      events.flush();
    } else {
      next.onPart(AnswerPart.Body.of(dialect, encoder.body(response, completion.usage())));
    }
  }

  /** The vendor's own error is only quoted to clients that can read it. */
  @Override
  public void onFailed(UpstreamFailure failure) {
    UpstreamFailure named = failure.as(ParamNames.in(dialect, failure.failure()), failure.next());
    next.onFailed(sameErrors ? named : named.withoutBody());
  }

  @Override
  public boolean ready() {
    return next.ready();
  }
}
