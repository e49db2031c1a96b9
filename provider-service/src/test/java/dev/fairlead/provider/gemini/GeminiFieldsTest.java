package dev.fairlead.provider.gemini;

import dev.fairlead.provider.TypedFieldsContract;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.v1.ChatRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;

class GeminiFieldsTest extends TypedFieldsContract {

  @Override
  protected List<String> models() {
    return List.of("gemini-2.5-flash", "gemini-3-pro");
  }

  @Override
  protected Object encode(ChatRequest request, ModelCall call, DroppedFields dropped) {
    return new String(GeminiRequestCodec.encode(request, call, dropped), StandardCharsets.UTF_8);
  }
}
