package dev.fairlead.provider.openai;

import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.AnswerReader;
import dev.fairlead.provider.http.Refusal;
import dev.fairlead.v1.Dialect;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One answer in OpenAI's dialect, whole or streamed. */
final class OpenAiAnswer implements AnswerReader {

  private final ModelCall call;
  private final AnswerListener listener;
  private final OpenAiFailures failures;
  private final int maxEventBytes;
  private final AnswerScan scan;
  private @Nullable StreamedAnswer stream;

  OpenAiAnswer(
      ModelCall call, AnswerListener listener, OpenAiFailures failures, int maxEventBytes) {
    this.call = call;
    this.listener = listener;
    this.failures = failures;
    this.maxEventBytes = maxEventBytes;
    this.scan =
        call.form().dialect() == Dialect.DIALECT_OPENAI_RESPONSES
            ? new ResponsesScan()
            : new AnswerScan();
  }

  @Override
  public @Nullable UpstreamFailure feed(byte[] bytes) {
    return stream().feed(bytes);
  }

  private StreamedAnswer stream() {
    StreamedAnswer current = stream;
    if (current == null) {
      Dialect dialect = call.form() instanceof RequestForm.Raw raw ? raw.dialect() : null;
      current = new StreamedAnswer(listener, failures, dialect, scan, maxEventBytes);
      stream = current;
    }
    return current;
  }

  @Override
  public boolean done() {
    return stream != null && stream.done();
  }

  @Override
  public boolean finished() {
    return scan.finished();
  }

  @Override
  public @Nullable UpstreamFailure end(boolean cut) {
    return cut ? null : stream().end();
  }

  @Override
  public @Nullable UpstreamFailure whole(ResponseHeaders head, byte[] body, int length) {
    boolean json;
    try {
      scan.read(body, 0, length);
      json = true;
    } catch (IOException e) {
      json = false;
    }
    VendorError error = json ? scan.error() : null;
    if (head.status().code() != 200) {
      return failures.ofStatus(head, error, Refusal.shown(error != null, body, length));
    }
    if (error != null) {
      return failures.ofErrorObject(error, Refusal.shown(true, body, length));
    }
    if (!json) {
      return failures.malformed(
          length == 0 ? "sent an empty answer" : "sent an answer that is not JSON");
    }
    if (call.streamed()) {
      return failures.malformed("sent a whole answer where a stream was asked for");
    }
    boolean embeddings = call.form().dialect() == Dialect.DIALECT_OPENAI_EMBEDDINGS;
    if (!(embeddings ? scan.embeddings() : scan.choices())) {
      return failures.malformed("sent an answer without " + essential());
    }
    return deliver(body, length);
  }

  private String essential() {
    return switch (call.form().dialect()) {
      case DIALECT_OPENAI_EMBEDDINGS -> "data";
      case DIALECT_OPENAI_RESPONSES -> "output";
      case DIALECT_OPENAI_CHAT,
          DIALECT_OPENAI_COMPLETIONS,
          DIALECT_ANTHROPIC_MESSAGES,
          DIALECT_UNSPECIFIED,
          UNRECOGNIZED ->
          "choices";
    };
  }

  private @Nullable UpstreamFailure deliver(byte[] body, int length) {
    switch (call.form()) {
      case RequestForm.Raw raw ->
          listener.onPart(
              AnswerPart.Body.of(raw.dialect(), UnsafeByteOperations.unsafeWrap(body, 0, length)));
      case RequestForm.Typed typed -> {
        try {
          listener.onPart(new AnswerPart.Response(ChatResponseCodec.decode(body, length)));
        } catch (IOException e) {
          return failures.malformed("sent an answer of an unknown form");
        }
      }
    }
    return null;
  }

  @Override
  public Completion completion(Map<String, String> headers) {
    return new Completion(usage(), scan.finishReason(), scan.generated().text(), 200, headers);
  }

  @Override
  public @Nullable TokenUsage spent() {
    return stream != null && stream.sawContent() ? usage() : null;
  }

  private TokenUsage usage() {
    return scan.generated().usage(call, scan.usage());
  }
}
