package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.gateway.pipeline.WholeAnswerSink;
import dev.fairlead.v1.RawAnswer;
import java.util.concurrent.CompletableFuture;

/** Answers an HTTP request with one JSON body in the client's dialect. */
final class CompleteSink extends WholeAnswerSink {

  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private final DialectCodec codec;
  private final String requestId;

  CompleteSink(DialectCodec codec, String requestId) {
    this.codec = codec;
    this.requestId = requestId;
  }

  HttpResponse response() {
    return HttpResponse.of(response);
  }

  @Override
  public void complete(Answer answer) {
    RawAnswer raw = answer.raw();
    if (raw == null) {
      throw new IllegalStateException("a raw request was answered without a body");
    }
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(HttpStatus.OK).contentType(MediaType.JSON);
    AnswerHeaders.begin(headers, answer.head());
    AnswerHeaders.end(headers, answer.settlement(), answer.responseHeaders());
    HttpData body = Json.data(raw.getBody());
    headers.contentLength(body.length());
    // As objects: the form for headers and body would copy the headers to set their length.
    response.complete(HttpResponse.of(new HttpObject[] {headers.build(), body}));
  }

  @Override
  public void fail(FailedAnswer failed) {
    response.complete(FailureResponses.of(failed, codec, requestId));
  }
}
