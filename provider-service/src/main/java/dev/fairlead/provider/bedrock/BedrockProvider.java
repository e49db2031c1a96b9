package dev.fairlead.provider.bedrock;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatRequest;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;

/**
 * Calls Amazon Bedrock. Takes typed requests only. The SDK's client is made with the first call,
 * and one for all.
 */
public final class BedrockProvider implements ModelProvider {

  private static final Capabilities CAPABILITIES =
      new Capabilities(Set.of(), true, true).thatReport();
  private static final int CONNECT_MILLIS = 3000;

  private final BedrockConfig config;
  private final BedrockFailures failures;
  private final LimitSettings limits;
  private final EventLoopGroup loops;
  private final Duration connectTimeout;
  private volatile @Nullable BedrockRuntimeAsyncClient client;

  /**
   * An adapter.
   *
   * @param name configured name, for messages
   * @param config with a region; see {@link BedrockConfig#completed}
   * @param factory whose event loops listeners are called on, and whose connect timeout holds
   */
  public BedrockProvider(
      String name, BedrockConfig config, LimitSettings limits, ClientFactory factory) {
    this.config = config;
    this.failures = new BedrockFailures(name, config.secrets());
    this.limits = limits;
    this.loops = factory.eventLoopGroup();
    Object millis = factory.options().channelOptions().get(ChannelOption.CONNECT_TIMEOUT_MILLIS);
    this.connectTimeout = Duration.ofMillis(millis instanceof Integer set ? set : CONNECT_MILLIS);
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    try {
      ChatRequest request =
          switch (call.form()) {
            case RequestForm.Typed typed -> typed.request();
            case RequestForm.Raw raw ->
                throw Failure.InvalidRequest.of(
                        "dialect", "dialect: " + raw.dialect() + " (expected: a typed request)")
                    .asException();
          };
      DroppedFields dropped = new DroppedFields();
      ConverseRequest converse = ConverseRequestCodec.encode(request, call, dropped);
      listener.onDropped(dropped.paths());
      BedrockExchange exchange = new BedrockExchange(call, listener, failures, loops.next());
      if (call.streamed()) {
        exchange.begin(this::client, ConverseRequestCodec.streamed(converse));
      } else {
        exchange.begin(this::client, converse);
      }
      return exchange;
    } catch (FailureException e) {
      // Another vendor's model may still take it.
      listener.onFailed(
          UpstreamFailure.of(e.failure(), Next.OTHER_MODEL, AttemptResult.ATTEMPT_RESULT_REJECTED));
      return Exchange.ENDED;
    }
  }

  private BedrockRuntimeAsyncClient client() {
    BedrockRuntimeAsyncClient made = client;
    return made != null ? made : make();
  }

  private synchronized BedrockRuntimeAsyncClient make() {
    BedrockRuntimeAsyncClient made = client;
    if (made == null) {
      made = BedrockClients.create(config, limits.answerBytes(), connectTimeout);
      client = made;
    }
    return made;
  }
}
