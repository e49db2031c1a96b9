package dev.fairlead.gateway.ledger;

import dev.fairlead.redis.FreePort;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL on a free port, with its files in a directory of its own: the installed one, or
 * one that is unpacked from an archive. It refuses to run as root and then runs as {@code nobody}.
 */
public final class PostgresServer implements AutoCloseable {

  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

  private final Path home;
  private final Path programs;
  private final int port;
  private final List<String> options = new ArrayList<>();
  private @Nullable Process server;

  private PostgresServer(Path home, Path programs, int port) {
    this.home = home;
    this.programs = programs;
    this.port = port;
  }

  public static PostgresServer start() {
    return start(null);
  }

  /** One that also speaks TLS, with the {@code cert.pem} and {@code key.pem} of a folder. */
  public static PostgresServer start(@Nullable Path certificates) {
    try {
      Path home = Files.createTempDirectory("fairlead-postgres");
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
      PostgresServer postgres = new PostgresServer(home, programs(home), FreePort.any());
      if (certificates != null) {
        postgres.speakTls(certificates);
      }
      postgres.run(
          "initdb", "-D", home + "/db", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N");
      postgres.resume();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It reads no key that others may read, and none that is not its own. */
  private void speakTls(Path certificates) throws IOException {
    for (String name : List.of("cert.pem", "key.pem")) {
      Path copy = Files.copy(certificates.resolve(name), home.resolve(name));
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
      if (System.getProperty("user.name").equals("root")) {
        Files.setAttribute(copy, "unix:uid", 65534);
      }
      options.addAll(
          List.of("-c", (name.startsWith("cert") ? "ssl_cert_file=" : "ssl_key_file=") + copy));
    }
    options.addAll(List.of("-c", "ssl=on"));
  }

  private static Path programs(Path home) throws IOException {
    if (Files.isDirectory(INSTALLED)) {
      try (Stream<Path> versions = Files.list(INSTALLED)) {
        Path newest =
            versions
                .map(version -> version.resolve("bin"))
                .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                .max(Comparator.naturalOrder())
                .orElse(null);
        if (newest != null) {
          return newest;
        }
      }
    }
    Path unpacked = home.resolve("pg");
    unpack(unpacked);
    return unpacked.resolve("bin");
  }

  private static void unpack(Path into) throws IOException {
    try (InputStream archive = PostgresServer.class.getResourceAsStream(ARCHIVE)) {
      if (archive == null) {
        throw new IOException("no " + ARCHIVE + " on the class path");
      }
      TarArchiveInputStream tar =
          new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)));
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = into.resolve(entry.getName()).normalize();
        Files.createDirectories(entry.isDirectory() ? path : path.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isFile()) {
          Files.copy(tar, path);
          boolean program = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }

  private List<String> command(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private Process launch(String program, String... arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(program, arguments))
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()));
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("HOME", home.toString());
    return builder.start();
  }

  private void run(String program, String... arguments) throws IOException {
    Process process = launch(program, arguments);
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(program + " failed: " + Files.readString(home.resolve("log")));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Starts the server, or starts it again after {@link #crash}. */
  public void resume() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-D",
                home + "/db",
                "-p",
                Integer.toString(port),
                "-h",
                "127.0.0.1",
                "-k",
                home.toString()));
    arguments.addAll(options);
    server = launch("postgres", arguments.toArray(String[]::new));
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::answers);
  }

  private boolean answers() throws IOException {
    Process running = server;
    if (running != null && !running.isAlive()) {
      throw new IOException("PostgreSQL ended: " + Files.readString(home.resolve("log")));
    }
    try (Connection connection = DriverManager.getConnection(url("postgres"))) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }

  /** Ends the server without letting it finish anything. */
  public void crash() {
    Process running = server;
    if (running != null) {
      running.destroyForcibly();
      running.onExit().join();
    }
  }

  /** A fresh database; answers its address. */
  public String newDatabase() {
    String name = "d" + System.nanoTime();
    try (Connection connection = DriverManager.getConnection(url("postgres"));
        var statement = connection.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return url(name);
  }

  private String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
  }

  @Override
  public void close() throws IOException {
    crash();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
