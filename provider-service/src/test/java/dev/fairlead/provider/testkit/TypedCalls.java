package dev.fairlead.provider.testkit;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Calls with typed requests, for tests of adapters. */
public final class TypedCalls {

  private TypedCalls() {}

  /** One user's turn. */
  public static ChatRequest request(String prompt) {
    return ChatRequest.newBuilder().addMessages(message(Message.Role.ROLE_USER, prompt)).build();
  }

  /** One turn of plain text. */
  public static Message message(Message.Role role, String text) {
    return Message.newBuilder()
        .setRole(role)
        .addContent(ContentPart.newBuilder().setText(text))
        .build();
  }

  /** A call of the vendor's model of that name. */
  public static ModelCall call(String upstream, ChatRequest request, boolean streamed) {
    return call(upstream, new RequestForm.Typed(request), streamed);
  }

  /** A call of the vendor's model of that name. */
  public static ModelCall call(String upstream, RequestForm form, boolean streamed) {
    ModelSpec model = new ModelSpec("m", "p", upstream, null, null, 0, 0, Set.of());
    return new ModelCall(
        model, form, streamed, 0, Map.of(), Duration.ofMinutes(1), false, Context.root());
  }
}
