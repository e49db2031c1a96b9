package dev.fairlead.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;

/**
 * The process's one ONNX Runtime environment, with telemetry off, and sessions on it. Thread-safe.
 *
 * <p>Sessions compute on the calling thread alone: on a busy machine one thread a call and as many
 * callers as cores gives more than several threads a call, and threads that spin while they wait
 * take the cores from the others.
 */
public final class OrtRuntime {

  /**
   * What every session is created with; part of fingerprints because another setting can give other
   * numbers.
   */
  public static final String OPTIONS = "intra1,inter1,nospin,all";

  private OrtRuntime() {}

  /** The environment. The first call loads the native library, which takes some 0.2 s. */
  public static OrtEnvironment environment() {
    return Holder.ENVIRONMENT;
  }

  /** Version of the native runtime, such as {@code 1.26.0}. */
  public static String version() {
    return environment().getVersion();
  }

  /**
   * Opens a model. Blocks for the time the runtime optimises it (0.1 s for the encoder).
   *
   * @param name what to call the model in messages
   * @throws ModelFileException when the bytes are not a model that this runtime can run
   */
  public static OrtSession open(String name, byte[] model) {
    if (model.length == 0) {
      throw new ModelFileException(name + ": empty (expected: an ONNX model)");
    }
    try (OrtSession.SessionOptions options = options(1)) {
      return environment().createSession(model, options);
    } catch (OrtException e) {
      throw new ModelFileException(
          name
              + ": "
              + model.length
              + " bytes that ONNX Runtime "
              + version()
              + " cannot load (expected: an intact model)",
          e);
    }
  }

  /**
   * Opens a model with its external weights, if it has any. Blocks until it is loaded.
   *
   * @param threads that one run computes on, 1 or more
   * @throws ModelFileException when the file is not a model that this runtime can run
   */
  public static OrtSession open(Path model, int threads) {
    try (OrtSession.SessionOptions options = options(threads)) {
      return environment().createSession(model.toString(), options);
    } catch (OrtException e) {
      throw new ModelFileException(
          model + ": ONNX Runtime " + version() + " cannot load it (expected: an intact model)", e);
    }
  }

  private static OrtSession.SessionOptions options(int threads) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.addConfigEntry("session.inter_op.allow_spinning", "0");
    return options;
  }

  private static final class Holder {
    static final OrtEnvironment ENVIRONMENT = create();

    private static OrtEnvironment create() {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "fairlead");
      try {
        environment.setTelemetry(false);
      } catch (OrtException e) {
        throw new IllegalStateException(
            "ONNX Runtime does not let its telemetry be switched off", e);
      }
      return environment;
    }
  }
}
