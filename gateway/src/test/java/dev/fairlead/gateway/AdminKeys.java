package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;

/** {@code /v1/admin/keys} of a gateway that was started with {@link #CONFIG}. */
record AdminKeys(FakeBackends backends) {

  static final String TOKEN = "correct-horse-battery-staple";

  /** The admin token, as a section of the configuration. */
  static final String CONFIG = "security: { admin_token: " + TOKEN + " }";

  private static final ObjectMapper JSON = new ObjectMapper();

  HttpResponse<String> post(String path, String body) {
    return Http.post(
        backends.url("/v1/admin/keys" + path),
        body,
        "authorization",
        "Bearer " + TOKEN,
        "content-type",
        "application/json");
  }

  /** A new key as the gateway shows it. */
  JsonNode create(String body) throws IOException {
    HttpResponse<String> response = post("", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }
}
