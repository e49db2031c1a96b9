package dev.fairlead.provider.openai;

import dev.fairlead.provider.TypedFieldsContract;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.v1.ChatRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;

class ChatFieldsTest extends TypedFieldsContract {

  @Override
  protected List<String> models() {
    return List.of("gpt-5");
  }

  @Override
  protected Object encode(ChatRequest request, ModelCall call, DroppedFields dropped) {
    return new String(
        ChatRequestCodec.encode(request, call, Quirks.OPENAI, dropped), StandardCharsets.UTF_8);
  }
}
