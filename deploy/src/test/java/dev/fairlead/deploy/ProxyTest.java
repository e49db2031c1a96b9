package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProxyTest {

  @Test
  void configuration_isAcceptedByNginx(@TempDir Path folder) throws IOException {
    assumeThat(Tool.isThere("nginx")).as("nginx is on this machine").isTrue();
    Path file = folder.resolve("nginx.conf");
    Files.writeString(
        file,
        Repository.text("compose/nginx/nginx.conf")
            .replaceAll("gateway-[12]:", "127.0.0.1:")
            .replaceAll("(pid|_path) /tmp/", "$1 " + folder + "/"));
    Tool.Run run =
        Tool.run(
            Map.of(), List.of("nginx", "-t", "-q", "-p", folder.toString(), "-c", file.toString()));
    assertThat(run.code()).as(run.output()).isZero();
  }

  @Test
  void acceptedRequests_areNotSentAgain() {
    assertThat(Repository.text("compose/nginx/nginx.conf"))
        .contains("proxy_next_upstream error;")
        .contains("proxy_buffering off;")
        .doesNotContain("non_idempotent");
  }
}
