package dev.fairlead.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisTimeoutException;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.BaseConfig;
import org.redisson.config.BaseMasterSlaveServersConfig;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.Protocol;
import org.redisson.config.ReadMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to Redis: made in the background, tried again until it succeeds, so that the
 * service starts without Redis. Until then every command fails at once. Afterwards the client
 * itself reconnects.
 */
public final class RedisLink implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(RedisLink.class);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final int PING_MILLIS = 1000;

  private final RedisSettings settings;
  private final Watch watch;
  private final AtomicInteger underWay = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread connecting;
  private volatile @Nullable RedissonClient client;

  /** Is told of every command and script. Called on any thread; must not block. */
  @FunctionalInterface
  public interface Watch {

    /**
     * One has ended.
     *
     * @param kind {@code command} or {@code script}
     * @param result {@code success}, {@code timeout}, {@code unavailable} (there was no connection)
     *     or {@code error}
     * @param nanos from being asked for to its end
     */
    void ended(String kind, String result, long nanos);
  }

  private RedisLink(RedisSettings settings, Watch watch) {
    this.settings = settings;
    this.watch = watch;
    this.connecting = Thread.ofVirtual().name("redis-connect").unstarted(this::connect);
  }

  /** Begins to connect; does not wait for it. */
  public static RedisLink open(RedisSettings settings) {
    return open(settings, (kind, result, nanos) -> {});
  }

  /** The same, telling {@code watch} of every command. */
  public static RedisLink open(RedisSettings settings, Watch watch) {
    RedisLink link = new RedisLink(settings, watch);
    link.connecting.start();
    return link;
  }

  /** First part of every key, as configured. */
  public String keyPrefix() {
    return settings.keyPrefix();
  }

  /** Whether a connection has been made. */
  public boolean connected() {
    return client != null;
  }

  /** Commands and scripts that were asked for and have not ended. */
  public int underWay() {
    return underWay.get();
  }

  /** Runs a command; fails at once while there is no connection. */
  public <T> CompletableFuture<T> call(Function<RedissonClient, CompletionStage<T>> command) {
    return watched("command", command);
  }

  private <T> CompletableFuture<T> watched(
      String kind, Function<RedissonClient, CompletionStage<T>> command) {
    long start = System.nanoTime();
    underWay.incrementAndGet();
    CompletableFuture<T> answer = run(command);
    answer.whenComplete((value, error) -> {
      underWay.decrementAndGet();
      watch.ended(kind, result(error), System.nanoTime() - start);
    });
    return answer;
  }

  private static String result(@Nullable Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause == null) {
      return error == null ? "success" : "error";
    }
    if (cause instanceof RedisUnavailableException) {
      return "unavailable";
    }
    return cause instanceof RedisTimeoutException ? "timeout" : "error";
  }

  private <T> CompletableFuture<T> run(Function<RedissonClient, CompletionStage<T>> command) {
    RedissonClient current = client;
    if (current == null) {
      return CompletableFuture.failedFuture(
          new RedisUnavailableException("Redis is not connected"));
    }
    try {
      return command.apply(current).toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Runs a script; numbers and texts among the arguments are sent as text. */
  public <T> CompletableFuture<T> script(
      String lua, ReturnType type, List<Object> scriptKeys, Object... arguments) {
    Object[] bytes = new Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      bytes[i] =
          arguments[i] instanceof byte[] raw
              ? raw
              : arguments[i].toString().getBytes(StandardCharsets.UTF_8);
    }
    return watched(
        "script",
        redisson -> {
          RScript script = redisson.getScript(ByteArrayCodec.INSTANCE);
          return script.evalAsync(Mode.READ_WRITE, lua, type, scriptKeys, bytes);
        });
  }

  /** The client for code that may block; null while there is none. */
  public @Nullable RedissonClient client() {
    return client;
  }

  /** Waits; whether the link was closed meanwhile. Blocks. */
  public boolean closedWithin(Duration time) {
    try {
      return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void connect() {
    boolean warned = false;
    while (closed.getCount() > 0) {
      try {
        RedissonClient made = Redisson.create(config());
        client = made;
        if (closed.getCount() == 0) {
          made.shutdown(0, 0, TimeUnit.SECONDS);
        }
        logger.info("connected to Redis ({})", settings.url().mode());
        return;
      } catch (RuntimeException e) {
        if (!warned) {
          logger.warn("Redis cannot be reached, trying on: {}", e.getMessage());
          warned = true;
        }
        if (closedWithin(RETRY)) {
          return;
        }
      }
    }
  }

  private Config config() {
    RedisUrl url = settings.url();
    Config config =
        new Config()
            .setCodec(ByteArrayCodec.INSTANCE)
            .setProtocol(settings.protocol() == 3 ? Protocol.RESP3 : Protocol.RESP2)
            .setThreads(settings.threads())
            .setNettyThreads(settings.threads());
    if (!url.password().isEmpty()) {
      config.setPassword(url.password().reveal());
    }
    if (!url.username().isEmpty()) {
      config.setUsername(url.username());
    }
    if (settings.tls() != null) {
      RedisTls.apply(config, settings.tls());
    }
    switch (url.mode()) {
      case SINGLE ->
          common(
              config
                  .useSingleServer()
                  .setAddress(url.addresses().getFirst())
                  .setDatabase(url.database())
                  .setConnectionPoolSize(settings.connections())
                  .setConnectionMinimumIdleSize(2)
                  .setSubscriptionConnectionMinimumIdleSize(0));
      case SENTINEL ->
          replicated(
              config
                  .useSentinelServers()
                  .setMasterName(url.masterName())
                  .setDatabase(url.database())
                  // One sentinel is what some run; the others are found through it.
                  .setCheckSentinelsList(false)
                  .addSentinelAddress(url.addresses().toArray(String[]::new)));
      case CLUSTER ->
          replicated(
              config.useClusterServers().addNodeAddress(url.addresses().toArray(String[]::new)));
    }
    return config;
  }

  /** Reads go to the master: what was stored must be found by the next lookup. */
  private void replicated(BaseMasterSlaveServersConfig<?> servers) {
    servers.setReadMode(ReadMode.MASTER);
    servers.setMasterConnectionPoolSize(settings.connections());
    servers.setMasterConnectionMinimumIdleSize(2);
    servers.setSlaveConnectionMinimumIdleSize(0);
    servers.setSubscriptionConnectionMinimumIdleSize(0);
    common(servers);
  }

  private void common(BaseConfig<?> servers) {
    servers.setTimeout((int) settings.commandTimeout().toMillis());
    servers.setConnectTimeout((int) settings.connectTimeout().toMillis());
    servers.setRetryAttempts(1);
    servers.setRetryDelay(new ConstantDelay(Duration.ofMillis(100)));
    servers.setReconnectionDelay(new ConstantDelay(Duration.ofMillis(200)));
    servers.setPingConnectionInterval(PING_MILLIS);
  }

  @Override
  public void close() {
    closed.countDown();
    RedissonClient current = client;
    if (current != null) {
      current.shutdown(0, 2, TimeUnit.SECONDS);
    }
  }
}
