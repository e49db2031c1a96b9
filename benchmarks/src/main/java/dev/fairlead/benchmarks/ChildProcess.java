package dev.fairlead.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** The other side of a measurement, whose processor time is not to be counted. */
final class ChildProcess {

  private ChildProcess() {}

  /** Starts {@code main} with one argument in a JVM with the flags and the class path of this one. */
  static Process start(Class<?> main, String role) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), role));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }
}
