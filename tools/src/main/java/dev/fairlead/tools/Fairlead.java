package dev.fairlead.tools;

import dev.fairlead.tools.ask.AskCommand;
import dev.fairlead.tools.cache.CacheCommand;
import dev.fairlead.tools.cost.CostCommand;
import dev.fairlead.tools.cost.ReconcileCommand;
import dev.fairlead.tools.eval.BenchmarkRoutingCommand;
import dev.fairlead.tools.eval.harness.EvalCommand;
import dev.fairlead.tools.keys.KeysCommand;
import dev.fairlead.tools.loadgen.LoadgenCommand;
import dev.fairlead.tools.models.ModelsCommand;
import dev.fairlead.tools.models.ValidateModelsCommand;
import dev.fairlead.tools.train.TrainCommand;
import dev.fairlead.tools.train.decoder.TrainDecoderCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code fairlead}. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@Command(
    name = "fairlead",
    description = "Talks to a Fairlead gateway, and works on its models offline.",
    mixinStandardHelpOptions = true,
    version = "fairlead 0.1.0")
public final class Fairlead implements Runnable {

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli injects the spec
  private Fairlead() {}

  /** Runs one subcommand and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The root command with all subcommands. A new subcommand is one line here. */
  public static CommandLine commandLine() {
    return new CommandLine(new Fairlead())
        .addSubcommand(new AskCommand())
        .addSubcommand(CacheCommand.commandLine())
        .addSubcommand(new CostCommand())
        .addSubcommand(new ReconcileCommand())
        .addSubcommand(new KeysCommand())
        .addSubcommand(new LoadgenCommand())
        .addSubcommand(new BenchmarkRoutingCommand())
        .addSubcommand(new EvalCommand())
        .addSubcommand(new ModelsCommand())
        .addSubcommand(new ValidateModelsCommand())
        .addSubcommand(
            new CommandLine(new TrainCommand()).addSubcommand(new TrainDecoderCommand()));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "which command? (expected: one of the commands below)");
  }
}
