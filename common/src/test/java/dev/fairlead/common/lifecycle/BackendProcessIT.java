package dev.fairlead.common.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.v1.GetModelInfoRequest;
import dev.fairlead.v1.GetModelInfoResponse;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend as a process of its own, ended as an operator ends it. */
class BackendProcessIT {

  /**
   * The process under test: one service whose call takes as long as its file {@code hold} exists.
   */
  public static final class Main {

    private Main() {}

    /** Arguments: port, folder. */
    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[1]);
      new BackendProcess(new HoldingNode(folder))
          .serve(
              new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])),
              null,
              List.of(),
              () -> {
                throw new IllegalStateException(
                    "one that cannot be closed must not keep the others open");
              },
              () -> note(folder, "closed last"));
    }
  }

  private record HoldingNode(Path folder) implements ServiceNode {
    @Override
    public String name() {
      return "holding-service";
    }

    @Override
    public List<BindableService> services() {
      return List.of(
          new ScorerServiceGrpc.ScorerServiceImplBase() {
            @Override
            public void getModelInfo(
                GetModelInfoRequest request, StreamObserver<GetModelInfoResponse> observer) {
              note(folder, "call began");
              Thread.ofVirtual()
                  .start(() -> {
                    await().forever().until(() -> !Files.exists(folder.resolve("hold")));
                    observer.onNext(GetModelInfoResponse.newBuilder().setEncoder("held").build());
                    observer.onCompleted();
                    note(folder, "call ended");
                  });
            }
          });
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void close() {
      note(folder, "node closed");
      throw new IllegalStateException("a node that fails to close must not keep the process alive");
    }
  }

  @TempDir Path folder;

  @Test
  void sigterm_letsTheCallFinish_thenClosesInOrder_thenEndsTheProcess() throws Exception {
    Files.createFile(folder.resolve("hold"));
    int port = freePort();
    Process process = start(port);
    ManagedChannel channel = RpcChannels.connect("127.0.0.1:" + port, List.of());
    try {
      await().atMost(Duration.ofSeconds(30)).until(() -> accepts(port));
      CompletableFuture<GetModelInfoResponse> call =
          CompletableFuture.supplyAsync(() ->
              ScorerServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(60, TimeUnit.SECONDS)
                  .getModelInfo(GetModelInfoRequest.getDefaultInstance()));
      await().atMost(Duration.ofSeconds(30)).until(() -> notes().contains("call began"));

      process.destroy();
      await().atMost(Duration.ofSeconds(10)).until(() -> !accepts(port));
      assertThat(process.isAlive()).isTrue();
      Files.delete(folder.resolve("hold"));

      assertThat(call.get(20, TimeUnit.SECONDS).getEncoder()).isEqualTo("held");
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(notes()).containsExactly("call began", "call ended", "node closed", "closed last");
    } finally {
      channel.shutdownNow();
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void takenPort_endsTheProcess_withEverythingClosed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
      Process process = start(taken.getLocalPort());
      try {
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(notes()).containsExactly("node closed", "closed last");
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private Process start(int port) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            Integer.toString(port),
            folder.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private static synchronized void note(Path folder, String line) {
    try {
      Path notes = folder.resolve("notes");
      Files.writeString(
          notes,
          line + "\n",
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private List<String> notes() throws IOException {
    Path notes = folder.resolve("notes");
    return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
  }

  private static boolean accepts(int port) {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
