package dev.fairlead.provider;

import java.util.List;

/**
 * A process that asks models of two vendors and tells what came back; its environment, system
 * properties and the client libraries' defaults are the test's to choose.
 */
final class CallsOfItsOwn {

  private CallsOfItsOwn() {}

  /** Root of an OpenAI-compatible server, and of Bedrock's. */
  public static void main(String[] urls) {
    String yaml =
        """
        models:
          - { id: a, provider: lab, upstream: m, price: { input: 1, output: 1 } }
          - { id: b, provider: aws, upstream: m, price: { input: 1, output: 1 } }
        providers:
          lab: { kind: openai, base_url: "%s/v1", api_key: k }
          aws: { kind: bedrock, region: us-east-1, base_url: "%s", access_key_id: id, secret_access_key: s }
        provider: { retry: { max_retries: 0 } }
        """
            .formatted(urls[0], urls[1]);
    try (FaultRig rig = new FaultRig(yaml)) {
      for (String model : List.of("a", "b")) {
        FaultRig.Told told = rig.generate(model);
        System.out.println(model + " " + told.text().length() + " " + told.failure());
      }
    }
  }
}
