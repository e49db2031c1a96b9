package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.linecorp.armeria.common.HttpMethod;
import dev.fairlead.common.config.Secret;
import dev.fairlead.gateway.dialect.DialectCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * {@code GET /v1/admin/config}: the gateway's sections as they are in force, defaults included;
 * secrets show as {@code ***}.
 */
final class AdminConfigService extends AdminService {

  private static final JsonMapper VIEW =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(
              new SimpleModule()
                  .addSerializer(new Text<>(Secret.class, Secret::toString))
                  .addSerializer(new Text<>(Duration.class, AdminConfigService::duration))
                  .addSerializer(new Text<>(Path.class, Path::toString)))
          .build();

  private final Map<String, Object> sections;

  AdminConfigService(
      DialectCodec errors, AdminGuard guard, Executor blocking, Map<String, Object> sections) {
    super(errors, guard, blocking, HttpMethod.GET);
    this.sections = sections;
  }

  @Override
  Object answer(HttpMethod method, ObjectNode body, String who) {
    ObjectNode node = Json.object();
    sections.forEach((name, section) -> node.set(name, VIEW.valueToTree(section)));
    return node;
  }

  private static String duration(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  /** Writes a type as the text that its configuration would be. */
  private static final class Text<T> extends StdSerializer<T> {

    private static final long serialVersionUID = 1;

    private final transient Function<T, String> text;

    Text(Class<T> type, Function<T, String> text) {
      super(type);
      this.text = text;
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(text.apply(value));
    }
  }
}
