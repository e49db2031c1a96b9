package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.standalone.contract.MeshContract;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.StandaloneDeployment;
import dev.fairlead.standalone.lookup.Lookups;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract over all services in one JVM; at its end nothing may have asked for the name of
 * another machine.
 */
class StandaloneIT extends MeshContract {

  private Deployment deployment;
  private Path lookups;

  @BeforeAll
  void start(@TempDir Path folder) {
    lookups = folder.resolve("lookups");
    System.setProperty(Lookups.FILE_PROPERTY, lookups.toString());
    deployment = new StandaloneDeployment(folder.resolve("data"));
  }

  @AfterAll
  void stop() throws IOException {
    deployment.close();
    System.clearProperty(Lookups.FILE_PROPERTY);
    assertThat(Lookups.ofOtherMachines(lookups)).isEmpty();
  }

  @Override
  public Deployment deployment() {
    return deployment;
  }
}
