package dev.fairlead.benchmarks;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.translation.TranslatingProvider;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.RawRequest;
import dev.fairlead.v1.ToolCall;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A request of 2 KB with a tool from a client whose dialect the vendor does not speak, decoded, and
 * its typed answer of 1 KB told in that dialect; the adapter between them answers at once. One
 * operation is both together, or one event of a streamed answer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TranslationBenchmark {

  private static final int EVENTS = 100;
  private static final String WORDS = "Explain why a ship's \\\"fairlead\\\" reduces friction. ";

  /** Whose format. */
  @Param({"DIALECT_ANTHROPIC_MESSAGES", "DIALECT_OPENAI_RESPONSES", "DIALECT_OPENAI_CHAT"})
  public Dialect dialect = Dialect.DIALECT_ANTHROPIC_MESSAGES;

  private final ModelProvider whole = TranslatingProvider.around(new Answering(EVENTS));
  private ModelCall once = call(ByteString.EMPTY, false);
  private ModelCall streamed = call(ByteString.EMPTY, true);

  /** Makes the request. */
  @Setup
  public void makeRequest() {
    String schema =
        "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"description\":"
            + "\"Name of the city\"},\"days\":{\"type\":\"integer\"}},\"required\":[\"city\"]}";
    String history = WORDS.repeat(13);
    String user = "{\"role\":\"user\",\"content\":\"" + history + "\"}";
    String said = "{\"role\":\"assistant\",\"content\":\"" + history + "\"}";
    String turns = "[" + user + "," + said + ",{\"role\":\"user\",\"content\":\"And now?\"}]";
    String head = "{\"model\":\"auto\",\"temperature\":0.2,\"stream\":true,";
    String function = "\"name\":\"weather\",\"description\":\"The weather in a city\",";
    String body =
        switch (dialect) {
          case DIALECT_OPENAI_RESPONSES ->
              head
                  + "\"max_output_tokens\":500,\"instructions\":\"Be brief.\",\"input\":"
                  + turns
                  + ",\"tools\":[{\"type\":\"function\","
                  + function
                  + "\"parameters\":"
                  + schema
                  + "}]}";
          case DIALECT_OPENAI_CHAT ->
              head
                  + "\"max_tokens\":500,\"messages\":"
                  + turns
                  + ",\"tools\":[{\"type\":\"function\",\"function\":{"
                  + function
                  + "\"parameters\":"
                  + schema
                  + "}}]}";
          default ->
              head
                  + "\"max_tokens\":500,\"system\":\"Be brief.\",\"messages\":"
                  + turns
                  + ",\"tools\":[{"
                  + function
                  + "\"input_schema\":"
                  + schema
                  + "}]}";
        };
    once = call(ByteString.copyFromUtf8(body), false);
    streamed = call(ByteString.copyFromUtf8(body), true);
  }

  private ModelCall call(ByteString body, boolean stream) {
    ModelSpec model = new ModelSpec("m", "p", "up-1", null, null, 0, 0, Set.of());
    RawRequest raw = RawRequest.newBuilder().setDialect(dialect).setBody(body).build();
    RequestForm form = new RequestForm.Raw(raw);
    return new ModelCall(
        model, form, stream, 0, Map.of(), Duration.ofMinutes(1), false, Context.root());
  }

  /** A request and its whole answer. */
  @Benchmark
  public @Nullable AnswerPart requestAndAnswer() {
    Last last = new Last();
    whole.open(once, last);
    return last.part;
  }

  /** An event; the request's share is a hundredth. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public @Nullable AnswerPart streamedEvent() {
    Last last = new Last();
    whole.open(streamed, last);
    return last.part;
  }

  /** Keeps the last part. */
  private static final class Last implements AnswerListener {
    private @Nullable AnswerPart part;

    @Override
    public void onPart(AnswerPart newPart) {
      part = newPart;
    }

    @Override
    public void onCompleted(Completion completion) {}

    @Override
    public void onFailed(UpstreamFailure failure) {
      throw new IllegalStateException(failure.failure().message());
    }

    @Override
    public boolean ready() {
      return true;
    }
  }

  /** An adapter without a vendor. */
  private record Answering(int events) implements ModelProvider {

    private static final Completion COMPLETION =
        new Completion(
            TokenUsage.of(500, 200), FinishReason.FINISH_REASON_TOOL_CALLS, "", 200, Map.of());

    private static final ChatResponse RESPONSE =
        ChatResponse.newBuilder()
            .setId("1")
            .addChoices(
                Choice.newBuilder()
                    .setFinishReason(FinishReason.FINISH_REASON_TOOL_CALLS)
                    .setMessage(
                        Message.newBuilder()
                            .addContent(ContentPart.newBuilder().setText(WORDS.repeat(19)))
                            .addToolCalls(
                                ToolCall.newBuilder()
                                    .setId("call_1")
                                    .setName("weather")
                                    .setArgumentsJson("{\"city\":\"Oslo\",\"days\":3}"))))
            .build();

    private static final AnswerPart PIECE =
        new AnswerPart.Delta(ChatDelta.newBuilder().setText(" friction").build());

    @Override
    public Capabilities capabilities() {
      return new Capabilities(Set.of(), true, true);
    }

    @Override
    public Exchange open(ModelCall call, AnswerListener listener) {
      if (call.streamed()) {
        for (int i = 0; i < events; i++) {
          listener.onPart(PIECE);
        }
      } else {
        listener.onPart(new AnswerPart.Response(RESPONSE));
      }
      listener.onCompleted(COMPLETION);
      return Exchange.ENDED;
    }
  }
}
