package dev.fairlead.gateway.edge;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.failure.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Who may steer the gateway: the holder of the admin token, or without one whoever is on this
 * machine.
 */
final class AdminGuard {

  private static final String BEARER = "bearer ";

  private final Secret token;

  AdminGuard(Secret token) {
    this.token = token;
  }

  /**
   * Throws {@link Failure.Unauthenticated} unless the caller holds the token; without a token the
   * endpoint does not exist.
   */
  void checkToken(ServiceRequestContext context) {
    if (token.isEmpty()) {
      throw NotFoundService.failure(context.path()).asException();
    }
    check(context);
  }

  /** Throws {@link Failure.Unauthenticated} or {@link Failure.Forbidden} unless the caller may. */
  void check(ServiceRequestContext context) {
    if (token.isEmpty()) {
      boolean local = context.remoteAddress().getAddress().isLoopbackAddress();
      if (!local || context.request().headers().contains("x-forwarded-for")) {
        throw new Failure.Forbidden("without an admin token this works from loopback only")
            .asException();
      }
      return;
    }
    @Nullable String header = context.request().headers().get("authorization");
    boolean bearer = header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    if (header == null || !bearer || !token.matches(header.substring(BEARER.length()).trim())) {
      throw new Failure.Unauthenticated(
              "the admin token is missing or wrong (expected: Authorization: Bearer <token>)")
          .asException();
    }
  }
}
