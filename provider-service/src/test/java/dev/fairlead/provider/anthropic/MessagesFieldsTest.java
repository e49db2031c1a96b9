package dev.fairlead.provider.anthropic;

import dev.fairlead.provider.TypedFieldsContract;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.v1.ChatRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;

class MessagesFieldsTest extends TypedFieldsContract {

  @Override
  protected List<String> models() {
    return List.of("claude-3-5-haiku-latest", "claude-sonnet-4-5", "claude-opus-4-7");
  }

  @Override
  protected Object encode(ChatRequest request, ModelCall call, DroppedFields dropped) {
    return new String(MessagesRequestCodec.encode(request, call, dropped), StandardCharsets.UTF_8);
  }
}
