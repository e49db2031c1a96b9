package dev.fairlead.benchmarks;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * LangChain4j's all-MiniLM-L6-v2 in the process, where its jars are on the class path: it is asked
 * by reflection, so that nothing depends on it. What that costs is below a microsecond a call.
 */
final class LangChainEncoder {

  private static final String MODEL =
      "dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel";

  private final Object model;
  private final Method embed;
  private final Method embedAll;
  private final Method segment;

  private LangChainEncoder(Object model) throws ReflectiveOperationException {
    Class<?> segments = Class.forName("dev.langchain4j.data.segment.TextSegment");
    this.model = model;
    this.embed = model.getClass().getMethod("embed", String.class);
    this.embedAll = model.getClass().getMethod("embedAll", List.class);
    this.segment = segments.getMethod("from", String.class);
  }

  static Optional<LangChainEncoder> find() {
    try {
      return Optional.of(
          new LangChainEncoder(Class.forName(MODEL).getDeclaredConstructor().newInstance()));
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty();
    }
  }

  Object embed(String text) {
    return call(embed, text);
  }

  Object embedAll(List<String> texts) {
    List<Object> segments = new ArrayList<>();
    for (String text : texts) {
      segments.add(call(segment, text));
    }
    return call(embedAll, segments);
  }

  private Object call(Method method, Object argument) {
    try {
      return method.invoke(model, argument);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("LangChain4j failed", e);
    }
  }
}
