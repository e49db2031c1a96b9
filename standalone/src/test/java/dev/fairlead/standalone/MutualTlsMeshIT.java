package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.standalone.contract.MeshContract;
import dev.fairlead.standalone.contract.MeshProbe;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.MeshCertificates;
import dev.fairlead.standalone.deployment.MeshDeployment;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract over separate processes with every hop by mTLS. */
class MutualTlsMeshIT extends MeshContract {

  private MeshDeployment mesh;

  @BeforeAll
  void start(@TempDir Path folder) {
    mesh = new MeshDeployment(folder, MeshCertificates.writeTo(folder.resolve("tls")));
  }

  @AfterAll
  void stop() {
    mesh.close();
  }

  @Override
  public Deployment deployment() {
    return mesh;
  }

  @Test
  void c10_backends_refuseCallersWithoutACertificate_beforeTheyHearThem() {
    assertThat(new MeshProbe(mesh.client()).statusOfForeignCall(mesh.cachePort()))
        .isEqualTo("UNAVAILABLE");
  }
}
