package dev.fairlead.provider.onnx;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.decoder.DecoderLoop;
import dev.fairlead.onnx.decoder.TextDecoder;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.v1.AttemptResult;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

/** One local decoder. Prompts are encoded on the caller's thread, all else is on the loop's. */
public final class OnnxProvider implements ModelProvider, AutoCloseable {

  private static final Capabilities CAPABILITIES =
      new Capabilities(Set.of(), true, false).thatReport();

  private final TextDecoder decoder;
  private final DecoderLoop loop;

  /** A provider of a decoder that is loaded; it is closed with the provider. */
  public OnnxProvider(TextDecoder decoder, int maxBatchSize, int queue) {
    this.decoder = decoder;
    this.loop = new DecoderLoop(decoder, maxBatchSize, queue);
  }

  /**
   * Loads the configured decoder. Blocks until then.
   *
   * @throws ConfigException when it cannot be loaded
   */
  public static OnnxProvider load(String name, OnnxConfig config) {
    String key = "providers." + name + ".model_path: ";
    try {
      String sha256 = config.sha256().isEmpty() ? null : config.sha256();
      TextDecoder decoder =
          config.modelPath().equals(OnnxConfig.SHIPPED)
              ? TextDecoder.shipped(sha256)
              : TextDecoder.open(Path.of(config.modelPath()), config.threadsOrDefault(), sha256);
      return new OnnxProvider(decoder, config.maxBatchSize(), config.queue());
    } catch (ModelFileException | InvalidPathException e) {
      throw new ConfigException(key + e.getMessage(), e);
    }
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    if (!(call.form() instanceof RequestForm.Typed typed)) {
      listener.onFailed(UpstreamFailure.invalid("body", "a local model takes typed requests only"));
      return Exchange.ENDED;
    }
    try {
      DroppedFields dropped = new DroppedFields();
      LocalRequest request =
          LocalRequest.of(typed.request(), call.maxOutputTokens(), decoder, dropped);
      listener.onDropped(dropped.paths());
      LocalExchange exchange = new LocalExchange(call.streamed(), request, listener);
      exchange.begin(loop);
      return exchange;
    } catch (FailureException e) {
      listener.onFailed(
          UpstreamFailure.of(e.failure(), Next.OTHER_MODEL, AttemptResult.ATTEMPT_RESULT_REJECTED));
      return Exchange.ENDED;
    }
  }

  /** Lets answers under way finish, then frees the decoder. */
  @Override
  public void close() {
    loop.close();
  }
}
