package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.steering.Steering;
import dev.fairlead.telemetry.LogLevel;
import java.util.List;
import java.util.Locale;

/**
 * {@code POST /v1/admin/log_level} with {@code {"level": "debug"}}: what this process logs from now
 * on, until it ends; {@code GET} tells it.
 */
final class AdminLogLevelService extends AdminService {

  private static final String KEY = "level";

  private final Steering steering;

  AdminLogLevelService(DialectCodec errors, AdminGuard guard, Steering steering) {
    super(errors, guard, steering.blocking(), HttpMethod.GET, HttpMethod.POST);
    this.steering = steering;
  }

  @Override
  Object answer(HttpMethod method, ObjectNode body, String who) {
    if (method == HttpMethod.POST) {
      onlyKeys(body, List.of(KEY));
      JsonNode asked = body.path(KEY);
      if (!LogLevel.NAMES.contains(asked.asText().toUpperCase(Locale.ROOT))) {
        throw Failure.InvalidRequest.of(
                KEY,
                KEY
                    + ": "
                    + (asked.isMissingNode() ? "missing" : asked)
                    + " (expected: one of "
                    + String.join(", ", LogLevel.NAMES)
                    + ")")
            .asException();
      }
      String before = LogLevel.current();
      LogLevel.change(asked.asText());
      steering.audited(who, "log level", before, LogLevel.current());
    }
    return Json.object().put(KEY, LogLevel.current());
  }
}
