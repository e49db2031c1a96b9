package dev.fairlead.provider.bedrock;

import dev.fairlead.common.config.Secret;
import dev.fairlead.common.net.CalledAddresses;
import io.netty.channel.Channel;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.ProxyConfiguration;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.auth.scheme.BedrockRuntimeAuthSchemeProvider;

/**
 * Makes the SDK's clients. All of a process share their threads, so that a client that a reload has
 * replaced costs nothing once its idle connections are closed. Making the first one loads some
 * thousand classes and reads the machine's AWS files: not for event loops.
 */
final class BedrockClients {

  private static final int THREADS = 2;
  private static final int MOST_CONNECTIONS = 10_000;
  private static final Duration IDLE = Duration.ofSeconds(10);

  private BedrockClients() {}

  /** Threads of all clients; daemons. */
  private static final class Shared {
    static final SdkEventLoopGroup LOOPS =
        checked(
            SdkEventLoopGroup.builder()
                .numberOfThreads(THREADS)
                .threadFactory(Thread.ofPlatform().daemon().name("bedrock-io-", 0).factory())
                .build());
    static final ScheduledExecutorService TIMER =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("bedrock-timer").factory());

    /** The same threads, with connections that look at the address before they are made. */
    private static SdkEventLoopGroup checked(SdkEventLoopGroup plain) {
      return SdkEventLoopGroup.create(
          plain.eventLoopGroup(),
          () -> {
            Channel channel = plain.channelFactory().newChannel();
            channel.pipeline().addFirst(CalledAddresses.INSTANCE);
            return channel;
          });
    }
  }

  /** There are no credentials, or the machine's files do not give any. */
  static final class NoCredentials extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoCredentials() {
      super("no credentials", null, false, false);
    }
  }

  /** A client; blocks on class loading and files. */
  static BedrockRuntimeAsyncClient create(
      BedrockConfig config, long maxAnswerBytes, Duration connectTimeout) {
    forbidMetadata();
    var builder =
        BedrockRuntimeAsyncClient.builder()
            .region(Region.of(config.region()))
            // The mode `auto` would ask the metadata address where it runs.
            .defaultsMode(DefaultsMode.STANDARD)
            .credentialsProvider(credentials(config))
            // A bearer token in the environment would silently take the place of the credentials.
            .authSchemeProvider(
                BedrockRuntimeAuthSchemeProvider.defaultProvider(List.of("aws.auth#sigv4")))
            .httpClient(
                NettyNioAsyncHttpClient.builder()
                    .eventLoopGroup(Shared.LOOPS)
                    .maxConcurrency(MOST_CONNECTIONS)
                    .connectionTimeout(connectTimeout)
                    .connectionAcquisitionTimeout(connectTimeout)
                    .tlsNegotiationTimeout(connectTimeout)
                    .connectionMaxIdleTime(IDLE)
                    // Timeouts of an answer are ours, one for its start and one between its pieces.
                    .readTimeout(Duration.ZERO)
                    .writeTimeout(Duration.ZERO)
                    .proxyConfiguration(
                        ProxyConfiguration.builder()
                            .useSystemPropertyValues(false)
                            .useEnvironmentVariableValues(false)
                            .build())
                    .build())
            .asyncConfiguration(async ->
                async.advancedOption(
                    SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run))
            .overrideConfiguration(options ->
                options
                    .retryStrategy(AwsRetryStrategy.doNotRetry())
                    .scheduledExecutorService(Shared.TIMER)
                    .metricPublishers(List.of())
                    .putHeader("User-Agent", "fairlead")
                    .addExecutionInterceptor(new AnswerGuard(maxAnswerBytes)));
    if (!config.baseUrl().isEmpty()) {
      builder.endpointOverride(URI.create(config.baseUrl()));
    }
    return builder.build();
  }

  /**
   * Nothing here asks the metadata address; this keeps the SDK's own code paths from it, too, in
   * case one is reached some day.
   */
  private static void forbidMetadata() {
    String property = SdkSystemSetting.AWS_EC2_METADATA_DISABLED.property();
    if (System.getProperty(property) == null) {
      System.setProperty(property, "true");
    }
  }

  private static AwsCredentialsProvider credentials(BedrockConfig config) {
    if (!config.accessKeyId().isEmpty()) {
      return StaticCredentialsProvider.create(
          pair(config.accessKeyId(), config.secretAccessKey(), config.sessionToken()));
    }
    AwsCredentialsProvider files =
        ProfileCredentialsProvider.create(
            config.profile().isEmpty() ? "default" : config.profile());
    return () -> {
      try {
        return files.resolveCredentials();
      } catch (RuntimeException e) {
        // Its words may quote the file. That a profile asks for a role or a metadata address, which
        // nothing here can serve, is told in exceptions of Java's own.
        throw new NoCredentials();
      }
    };
  }

  private static AwsCredentials pair(String id, Secret secret, Secret token) {
    return token.isEmpty()
        ? AwsBasicCredentials.create(id, secret.reveal())
        : AwsSessionCredentials.create(id, secret.reveal(), token.reveal());
  }
}
