package dev.fairlead.tools.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.tools.admin.AdminApi;
import java.io.IOException;
import picocli.CommandLine.Mixin;

/** {@code /v1/admin/keys} of a gateway. Calls block. */
final class KeyApi {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PATH = "/keys";

  @Mixin private AdminApi admin = new AdminApi();

  /** For picocli, which sets the fields. */
  KeyApi() {}

  /** A call of the admin API. */
  @FunctionalInterface
  private interface Call {
    AdminApi.Reply make() throws IOException, InterruptedException;
  }

  JsonNode get(String path) throws KeysException {
    return answer(() -> admin.get(PATH + path));
  }

  JsonNode post(String path, ObjectNode body) throws KeysException {
    return answer(() -> admin.post(PATH + path, body));
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  private JsonNode answer(Call call) throws KeysException {
    try {
      AdminApi.Reply reply = call.make();
      if (reply.status() == 200) {
        return reply.json();
      }
      throw new KeysException(admin.base() + " answered " + reply.status() + ": " + why(reply));
    } catch (IOException e) {
      throw new KeysException(admin.base() + " cannot be asked: " + e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KeysException("interrupted");
    }
  }

  private static String why(AdminApi.Reply reply) {
    return reply.status() == 404 && !reply.message().startsWith("id:")
        ? "no admin API there (expected: a gateway started with ADMIN_TOKEN)"
        : reply.message().isEmpty() ? "no reason" : reply.message();
  }
}
