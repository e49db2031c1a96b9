package dev.fairlead.onnx.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The Hugging Face tokenizer, kept from calling home, as the oracle. */
final class ReferenceTokenizer implements AutoCloseable {

  private final HuggingFaceTokenizer tokenizer;

  ReferenceTokenizer(int maxTokens) throws IOException {
    // DJL asks the cloud's metadata service and reports home on its first use unless both are set
    // before it.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    try (InputStream json =
        ReferenceTokenizer.class.getResourceAsStream("/all-minilm-l6-v2-q-tokenizer.json")) {
      this.tokenizer =
          HuggingFaceTokenizer.newInstance(
              json,
              Map.of(
                  "truncation",
                  "true",
                  "maxLength",
                  Integer.toString(maxTokens),
                  "padding",
                  "false"));
    }
  }

  long[] ids(String text) {
    return tokenizer.encode(text).getIds();
  }

  long[][] ids(List<String> texts) {
    return Arrays.stream(tokenizer.batchEncode(texts)).map(Encoding::getIds).toArray(long[][]::new);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
