package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"", "admin_port: %d", "management_port: %d"})
  void start_leavesNothingBehind_whenItFailsHalfWay(String key) throws Exception {
    Set<Thread> before = threads();
    try (ServerSocket taken = listening(0)) {
      int port = taken.getLocalPort();
      String server = "bind: \"127.0.0.1\"" + (key.isEmpty() ? "" : ", " + key.formatted(port));
      assertThatThrownBy(() -> new FakeBackends("", key.isEmpty() ? port : 0, server).close())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("cannot listen on");
    }
    await()
        .untilAsserted(() -> assertThat(threads()).as("threads of the start").isSubsetOf(before));
  }

  /** Of the gateway's timer, and of those that write the ledger. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("gateway-timer|ledger-.*"))
        .collect(Collectors.toSet());
  }

  @Test
  void reservation_mustOutliveARequest() {
    assertThatThrownBy(() -> new FakeBackends("limits: { request_timeout: 1h }").close())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("budgets.reservation_ttl: 900s")
        .hasMessageContaining("limits.request_timeout, which is 3600s");
  }
}
