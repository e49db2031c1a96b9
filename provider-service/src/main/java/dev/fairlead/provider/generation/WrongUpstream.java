package dev.fairlead.provider.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.provider.call.UpstreamFailure;
import java.io.IOException;

/**
 * A vendor's 404. The caller named a model of our catalogue, and path and upstream name are ours:
 * when the vendor knows neither, the mistake is in our configuration and not in the request.
 */
final class WrongUpstream {

  private static final JsonMapper JSON = new JsonMapper();

  private WrongUpstream() {}

  /** The failure, or for a 404 one that names the entry to look at. */
  static UpstreamFailure explained(UpstreamFailure failure, ModelSpec model) {
    if (!(failure.failure() instanceof Failure.UpstreamRejected rejected)
        || rejected.httpStatus() != 404
        || rejected.fault() != Fault.CALLER
        || namesAnotherField(failure.errorBody())) {
      return failure;
    }
    String message =
        "provider "
            + model.provider()
            + " does not know the model (404): look at `upstream` of "
            + model.id()
            + " in `models`";
    return failure
        .as(
            new Failure.UpstreamRejected(message, 404, Fault.CONFIGURATION),
            UpstreamFailure.Next.OTHER_MODEL)
        .withoutBody();
  }

  /** Such as a file or an earlier answer that the request refers to and that is gone. */
  private static boolean namesAnotherField(ByteString body) {
    if (body.isEmpty()) {
      return false;
    }
    try {
      JsonNode param = JSON.readTree(body.newInput()).path("error").path("param");
      return param.isTextual()
          && !param.textValue().isEmpty()
          && !param.textValue().equals("model");
    } catch (IOException e) {
      return false;
    }
  }
}
