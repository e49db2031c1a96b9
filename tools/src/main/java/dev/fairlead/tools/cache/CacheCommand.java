package dev.fairlead.tools.cache;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with the cache of a running gateway. */
@Command(
    name = "cache",
    description = "Works on the cache of a running gateway.",
    mixinStandardHelpOptions = true)
public final class CacheCommand implements Runnable {

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli injects the spec
  private CacheCommand() {}

  /** The command with its subcommands. */
  public static CommandLine commandLine() {
    return new CommandLine(new CacheCommand()).addSubcommand(new WarmCommand());
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "cache: what? (expected: warm)");
  }
}
