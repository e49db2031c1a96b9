package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image's scripts by themselves: the programs that they call are stubs. */
final class ImageScriptsTest {

  /** Puts jars where Maven would: a relative folder is one of each module. */
  private static final String MAVEN =
      """
      #!/usr/bin/env bash
      set -eu
      for argument; do
        case $argument in -DoutputDirectory=*) jars=${argument#*=} ;; esac
      done
      cd scorer-service
      mkdir -p "$jars" target
      touch "$jars/library.jar" target/fairlead-scorer-service-1.jar
      """;

  private static final String JLINK =
      """
      #!/usr/bin/env bash
      mkdir "${@: -1}"
      """;

  @Test
  void archive_isLaidOut_whereTheFolderIsRelative(@TempDir Path folder) throws IOException {
    Path scripts = Files.createDirectories(folder.resolve("tree/compose/image"));
    for (Path script : Repository.files("compose/image", ".sh")) {
      Files.copy(
          script,
          scripts.resolve(script.getFileName()),
          StandardCopyOption.COPY_ATTRIBUTES,
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.createDirectories(folder.resolve("tree/scorer-service"));
    stub(folder.resolve("bin"), "mvn", MAVEN);
    stub(folder.resolve("jdk/bin"), "jlink", JLINK);

    Tool.Run run =
        Tool.run(
            Map.of(
                "PATH",
                folder.resolve("bin") + ":" + System.getenv("PATH"),
                "JAVA_HOME",
                folder.resolve("jdk").toString(),
                "FAIRLEAD_JARS",
                ""),
            List.of(
                "bash",
                "-c",
                "cd \"$0\" && compose/image/assemble.sh scorer target/image-scorer",
                folder.resolve("tree").toString()));

    assertThat(run.code()).as(run.output()).isZero();
    Path image = folder.resolve("tree/target/image-scorer");
    assertThat(image.resolve("app/lib")).isDirectoryContaining("glob:**/library.jar");
    assertThat(image.resolve("app/lib"))
        .isDirectoryContaining("glob:**/fairlead-scorer-service-1.jar");
    assertThat(image.resolve("app/bin/run.sh")).isExecutable();
    assertThat(image.resolve("jre")).isDirectory();
  }

  private static void stub(Path folder, String name, String text) throws IOException {
    Path program = Files.createDirectories(folder).resolve(name);
    Files.writeString(program, text);
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }
}
