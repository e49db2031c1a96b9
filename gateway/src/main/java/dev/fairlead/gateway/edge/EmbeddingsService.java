package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.openai.OpenAiEmbeddingsCodec;
import dev.fairlead.gateway.dialect.openai.ScannedEmbeddings;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.Form;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import dev.fairlead.gateway.pipeline.PromptEstimate;
import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.gateway.upstream.CatalogFollower;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.Embedding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** {@code POST /v1/embeddings}: by the scorer's own encoder, or by a provider's embedding model. */
final class EmbeddingsService extends EdgeService {

  private static final Controls UNCACHED =
      new Controls(null, null, null, null, new CacheControl(true, true, null), List.of());

  private final OpenAiEmbeddingsCodec codec;
  private final DialectCodec errors;
  private final EdgeContext edge;
  private final CatalogFollower catalogs;
  private final ScorerClient scorer;
  private final InferencePipeline pipeline;

  EmbeddingsService(
      OpenAiEmbeddingsCodec codec,
      DialectCodec errors,
      EdgeContext edge,
      CatalogFollower catalogs,
      ScorerClient scorer,
      InferencePipeline pipeline) {
    super(errors, HttpMethod.POST);
    this.codec = codec;
    this.errors = errors;
    this.edge = edge;
    this.catalogs = catalogs;
    this.scorer = scorer;
    this.pipeline = pipeline;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    ScannedEmbeddings scanned = codec.scan(body);
    String model = scanned.request().facts().model();
    if (model.equals(RequestFacts.AUTO) || model.equals(OwnEncoder.ID)) {
      requireOwn(context, model);
      return own(context, scanned);
    }
    requireEmbeddings(context, model);
    InferenceRequest request =
        new InferenceRequest(
            new Form.Raw(scanned.request().raw(), errors),
            scanned.request().facts(),
            scanned
                .request()
                .controls()
                .overriddenBy(ControlHeaders.of(headers))
                .overriddenBy(UNCACHED),
            EdgeContext.forwarded(headers),
            EdgeContext.clientRetries(headers));
    CallScope scope = edge.open(context, request.controls().timing());
    CompleteSink sink = new CompleteSink(errors, scope.requestId());
    pipeline.answer(request, scope, sink);
    return EdgeContext.cancelling(context, scope, sink.response());
  }

  private static void requireOwn(ServiceRequestContext context, String model) {
    if (!EdgeContext.principal(context).grants().allowsModel(OwnEncoder.ID)) {
      throw new Failure.UnknownModel(
              "model: " + model + " does not exist (expected: a model of GET /v1/models)", model)
          .asException();
    }
  }

  /** A model that the key may not ask for does not exist, as the pipeline says. */
  private void requireEmbeddings(ServiceRequestContext context, String model) {
    ModelSpec spec = catalogs.require().find(model).orElse(null);
    if (spec != null
        && !spec.capabilities().contains(Capability.EMBEDDINGS)
        && EdgeContext.principal(context).grants().allowsModel(spec.id())) {
      throw Failure.InvalidRequest.of(
              "model",
              "model: "
                  + model
                  + " does not make embeddings (expected: a model with the capability embeddings)")
          .asException();
    }
  }

  private HttpResponse own(ServiceRequestContext context, ScannedEmbeddings scanned) {
    int dimensions = scanned.dimensions().orElse(ScorerClient.DIMENSIONS);
    if (dimensions != ScorerClient.DIMENSIONS) {
      throw Failure.InvalidRequest.of(
              "dimensions",
              "dimensions: "
                  + dimensions
                  + " (expected: "
                  + ScorerClient.DIMENSIONS
                  + " for "
                  + OwnEncoder.ID
                  + ")")
          .asException();
    }
    CallScope scope = edge.open(context);
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    EmbedRequest request = EmbedRequest.newBuilder().addAllTexts(scanned.inputs()).build();
    Consumer<Failure> failed =
        failure -> {
          scope.close();
          response.complete(FailureResponses.of(failure, errors, scope.requestId()));
        };
    pipeline.admit(
        scope,
        PromptEstimate.tokens(scanned.request().facts().promptCharacters()),
        pass ->
            scorer.embed(
                request,
                embedded -> {
                  HttpResponse answer = answer(embedded, scanned.base64(), scope.requestId());
                  pass.end(tokens(embedded));
                  scope.close();
                  response.complete(answer);
                },
                error -> failed.accept(FailureStatus.fromThrowable(error))),
        failed);
    return EdgeContext.cancelling(context, scope, HttpResponse.of(response));
  }

  private static long tokens(EmbedResponse embedded) {
    return embedded.getEmbeddingsList().stream().mapToLong(Embedding::getTokenCount).sum();
  }

  private HttpResponse answer(EmbedResponse embedded, boolean base64, String requestId) {
    List<float[]> vectors = new ArrayList<>(embedded.getEmbeddingsCount());
    for (Embedding embedding : embedded.getEmbeddingsList()) {
      float[] vector = new float[embedding.getValuesCount()];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = embedding.getValues(i);
      }
      vectors.add(vector);
    }
    ResponseHeadersBuilder headers =
        Json.headers(200, requestId)
            .set("x-model-used", OwnEncoder.ID)
            .set("x-query-cost", "0")
            .set("x-fairlead-cache", "bypass");
    return HttpResponse.of(
        headers.build(),
        HttpData.wrap(codec.answer(vectors, OwnEncoder.ID, tokens(embedded), base64)));
  }
}
