package dev.fairlead.standalone.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A main class of this build in a JVM of its own, with the class path of the test and nothing of
 * its environment.
 */
public final class JavaProcess implements AutoCloseable {

  private final String main;
  private final List<String> jvmOptions;
  private final Map<String, String> environment;
  private final Path log;
  private Process process;

  private JavaProcess(
      String main, List<String> jvmOptions, Map<String, String> environment, Path log) {
    this.main = main;
    this.jvmOptions = jvmOptions;
    this.environment = environment;
    this.log = log;
    this.process = launch();
  }

  /** Starts it; output goes to {@code log}. */
  public static JavaProcess start(
      String main, List<String> jvmOptions, Map<String, String> environment, Path log) {
    return new JavaProcess(main, jvmOptions, environment, log);
  }

  /** Ends it as an operator does, and waits. */
  public void terminate() {
    end(false);
  }

  /** Ends it without a word, and waits. */
  public void kill() {
    end(true);
  }

  /** Starts it again after it has ended. */
  public void restart() {
    process = launch();
  }

  /** Its number. */
  public long pid() {
    return process.pid();
  }

  /**
   * Whether processes that this one starts hear a SIGHUP. Below nohup, for one, they do not: a JVM
   * leaves a signal ignored that was ignored when it started.
   */
  public static boolean hearsHangUps() {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return true;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .allMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) == 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends it a SIGHUP. */
  public void hangUp() {
    try {
      Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(pid())).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("no SIGHUP could be sent to " + main);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** The exit value; waits for the end. */
  public int exitValue() {
    await();
    return process.exitValue();
  }

  /** What it has printed so far. */
  public String output() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    end(true);
  }

  private Process launch() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> !name.equals("PATH") && !name.equals("HOME"));
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void end(boolean forcibly) {
    if (forcibly) {
      process.destroyForcibly();
    } else {
      process.destroy();
    }
    await();
  }

  private void await() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError(main + " did not end:\n" + output());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
