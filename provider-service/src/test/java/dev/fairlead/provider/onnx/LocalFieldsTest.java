package dev.fairlead.provider.onnx;

import dev.fairlead.onnx.decoder.TextDecoder;
import dev.fairlead.provider.TypedFieldsContract;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.v1.ChatRequest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class LocalFieldsTest extends TypedFieldsContract {

  private static TextDecoder decoder;

  @BeforeAll
  static void load() {
    decoder = TextDecoder.shipped();
  }

  @AfterAll
  static void close() {
    decoder.close();
  }

  @Override
  protected List<String> models() {
    return List.of("m");
  }

  @Override
  protected Object encode(ChatRequest request, ModelCall call, DroppedFields dropped) {
    LocalRequest local = LocalRequest.of(request, call.maxOutputTokens(), decoder, dropped);
    return local.choices().stream()
        .map(each ->
            List.of(
                Arrays.stream(each.prompt()).boxed().toList(),
                each.maxTokens(),
                each.sampling(),
                each.stops()))
        .toList();
  }
}
