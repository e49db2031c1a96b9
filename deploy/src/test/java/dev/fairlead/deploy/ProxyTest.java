package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
            .replace(" resolve ", " ") // open source's from 1.27.3 on, which Debian has not
            .replaceAll("gateway-[12]:", "127.0.0.1:")
            .replaceAll("(pid|_path) /tmp/", "$1 " + folder + "/"));
    Tool.Run run =
        Tool.run(
            Map.of(), List.of("nginx", "-t", "-q", "-p", folder.toString(), "-c", file.toString()));
    assertThat(run.code()).as(run.output()).isZero();
  }

  @Test
  void gateways_areFoundAgain_whenTheirAddressesChange() {
    String text = Repository.text("compose/nginx/nginx.conf");
    assertThat(text).contains("resolver 127.0.0.11 valid=5s");
    String[] groups = text.split("\\bupstream ");
    assertThat(groups).hasSize(3);
    for (int i = 1; i < groups.length; i++) {
      String group = groups[i].substring(0, groups[i].indexOf('}'));
      assertThat(group).contains("zone ");
      assertThat(group.lines().filter(line -> line.strip().startsWith("server ")))
          .hasSize(2)
          .allMatch(line -> line.contains(" resolve "));
    }
    assertThat(text)
        .as("a name in proxy_pass is asked once")
        .doesNotContain("pass http://gateway-");
    String image = String.valueOf(ComposeFile.read("compose/compose.yaml").services().get("proxy"));
    Matcher version = Pattern.compile("nginx-unprivileged:1\\.(\\d+)").matcher(image);
    assertThat(version.find()).isTrue();
    assertThat(Integer.parseInt(version.group(1))).isGreaterThanOrEqualTo(28);
  }

  @Test
  void acceptedRequests_areNotSentAgain() {
    assertThat(Repository.text("compose/nginx/nginx.conf"))
        .contains("proxy_next_upstream error;")
        .contains("proxy_buffering off;")
        .doesNotContain("non_idempotent");
  }
}
