package dev.fairlead.gateway.upstream;

import dev.fairlead.v1.GetStatusRequest;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ReloadRequest;
import dev.fairlead.v1.ReloadResponse;
import io.grpc.Channel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks the provider service how its providers are. Thread-safe. */
public final class ProviderStatusClient {

  private static final long TIMEOUT_SECONDS = 2;

  /** A reload may fetch a price list and load models. */
  private static final long RELOAD_SECONDS = 60;

  private final ProviderServiceGrpc.ProviderServiceStub stub;

  /** A client over {@code channel}. */
  public ProviderStatusClient(Channel channel) {
    this.stub = ProviderServiceGrpc.newStub(channel);
  }

  /** Calls one of the two on the transport's thread. */
  public void status(Consumer<GetStatusResponse> known, Consumer<Throwable> failed) {
    stub.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .getStatus(GetStatusRequest.getDefaultInstance(), new UnaryResult<>(known, failed));
  }

  /** Has the configuration read again; calls one of the two on the transport's thread. */
  public void reload(Consumer<ReloadResponse> done, Consumer<Throwable> failed) {
    stub.withDeadlineAfter(RELOAD_SECONDS, TimeUnit.SECONDS)
        .reload(ReloadRequest.getDefaultInstance(), new UnaryResult<>(done, failed));
  }
}
