package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** A gateway that cannot have one of its ports opens none. */
class TakenPortTest {

  private static ServerSocket listening(int port) throws Exception {
    return new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
  }

  @Test
  void start_isRefused_andTheDoorsAreClosedAgain() throws Exception {
    int door;
    try (ServerSocket free = listening(0)) {
      door = free.getLocalPort();
    }
    try (ServerSocket taken = listening(0)) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() ->
              new FakeBackends("", door, "bind: \"127.0.0.1\", management_port: " + port).close())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("server.management_port")
          .hasMessageContaining(Integer.toString(port));
    }
    try (ServerSocket again = listening(door)) {
      assertThat(again.getLocalPort()).isEqualTo(door);
    }
  }

  @Test
  void reservation_mustOutliveARequest() {
    assertThatThrownBy(() -> new FakeBackends("limits: { request_timeout: 1h }").close())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("budgets.reservation_ttl: 900s")
        .hasMessageContaining("limits.request_timeout, which is 3600s");
  }
}
