package dev.fairlead.provider.bedrock;

import dev.fairlead.provider.TypedFieldsContract;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.v1.ChatRequest;
import java.util.List;

class ConverseFieldsTest extends TypedFieldsContract {

  @Override
  protected List<String> models() {
    return List.of(
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "meta.llama3-3-70b-instruct-v1:0");
  }

  @Override
  protected Object encode(ChatRequest request, ModelCall call, DroppedFields dropped) {
    return ConverseRequestCodec.encode(request, call, dropped);
  }
}
