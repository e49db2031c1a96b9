package dev.fairlead.standalone;

/** What a newcomer reads when the gateway is up. */
final class Welcome {

  private Welcome() {}

  static String text(int httpPort, int grpcPort) {
    String base = "http://127.0.0.1:" + httpPort;
    return """

    Fairlead is up.
      OpenAI base URL   %1$s/v1
      models            %1$s/v1/models
      metrics           %1$s/metrics
      health            %1$s/health
      gRPC              %2$s

    Try it:
      curl -i %1$s/v1/chat/completions -H 'content-type: application/json' \\
        -d '{"model":"auto","messages":[{"role":"user","content":"What is the capital of France?"}]}'
    Stop with Ctrl-C.
    """
        .formatted(base, grpcPort < 0 ? "off" : "127.0.0.1:" + grpcPort);
  }
}
