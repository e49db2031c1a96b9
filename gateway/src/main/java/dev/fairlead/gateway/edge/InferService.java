package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.gateway.pipeline.Form;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import dev.fairlead.gateway.pipeline.WholeAnswerSink;
import dev.fairlead.gateway.typed.TypedFacts;
import dev.fairlead.v1.ChatResponse;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** {@code POST /v1/infer}: a prompt in, a text out, with what it took. */
final class InferService extends EdgeService {

  private static final double NANOS_PER_MILLI = 1e6;

  private final DialectCodec errors;
  private final EdgeContext edge;
  private final InferencePipeline pipeline;
  private final ScanLimits limits;

  InferService(
      DialectCodec errors, EdgeContext edge, InferencePipeline pipeline, ScanLimits limits) {
    super(errors, HttpMethod.POST);
    this.errors = errors;
    this.edge = edge;
    this.pipeline = pipeline;
    this.limits = limits;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    InferenceRequest request = request(InferBody.read(body, limits), headers, limits);
    CallScope scope = edge.open(context, request.controls().timing());
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    pipeline.answer(request, scope, new TextSink(response, errors, scope.requestId()));
    return EdgeContext.cancelling(context, scope, HttpResponse.of(response));
  }

  static InferenceRequest request(InferBody body, RequestHeaders headers, ScanLimits limits) {
    return new InferenceRequest(
        new Form.Typed(body.chat()),
        TypedFacts.of(body.chat(), false, limits),
        body.controls().overriddenBy(ControlHeaders.of(headers)),
        EdgeContext.forwarded(headers),
        EdgeContext.clientRetries(headers));
  }

  /** Writes a typed answer as our own JSON. */
  private static final class TextSink extends WholeAnswerSink {
    private final CompletableFuture<HttpResponse> response;
    private final DialectCodec errors;
    private final String requestId;

    TextSink(CompletableFuture<HttpResponse> response, DialectCodec errors, String requestId) {
      this.response = response;
      this.errors = errors;
      this.requestId = requestId;
    }

    @Override
    public void complete(Answer answer) {
      AnswerHead head = answer.head();
      ObjectNode node = Json.object();
      node.put("text", answer.chat() == null ? "" : text(answer.chat()));
      node.put("model", head.modelId());
      SettlementJson.tell(node, answer.settlement());
      node.put("latency_ms", answer.settlement().latencyNanos() / NANOS_PER_MILLI);
      node.put("policy", head.policy());
      node.put("reason", head.reason());
      node.put("cache", head.cache().label());
      if (head.complexity().isPresent()) {
        node.put("complexity", head.complexity().getAsDouble());
      } else {
        node.putNull("complexity");
      }
      ObjectNode usage = node.putObject("usage");
      usage.put("prompt_tokens", answer.settlement().usage().promptTokens());
      usage.put("completion_tokens", answer.settlement().usage().completionTokens());
      usage.put("total_tokens", answer.settlement().usage().totalTokens());
      node.put("request_id", head.requestId());
      ResponseHeadersBuilder headers =
          ResponseHeaders.builder(HttpStatus.OK).contentType(MediaType.JSON);
      AnswerHeaders.begin(headers, head);
      AnswerHeaders.end(headers, answer.settlement(), answer.responseHeaders());
      response.complete(HttpResponse.of(headers.build(), HttpData.wrap(Json.bytes(node))));
    }

    @Override
    public void fail(FailedAnswer failed) {
      response.complete(FailureResponses.of(failed, errors, requestId));
    }

    private static String text(ChatResponse chat) {
      return chat.getChoicesCount() == 0
          ? ""
          : chat.getChoices(0).getMessage().getContentList().stream()
              .filter(part -> part.hasText() || part.hasRefusal())
              .map(part -> part.hasText() ? part.getText() : part.getRefusal())
              .collect(Collectors.joining());
    }
  }
}
