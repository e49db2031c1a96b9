package dev.fairlead.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every policy under the contract. */
class RoutingPoliciesTest {

  @Test
  void everyPolicy_isUnderTheContract() {
    List<RoutingPolicyContract> contracts =
        List.of(
            new Complexity(),
            new Cheapest(),
            new PromptLength(),
            new FastestP95(),
            new SloBurnAware(),
            new Canary(),
            new Weighted());
    Set<PolicyName> names =
        contracts.stream()
            .map(contract -> contract.policy(Signals.quiet()).name())
            .collect(Collectors.toSet());
    assertThat(names).containsExactlyInAnyOrderElementsOf(Arrays.asList(PolicyName.values()));
  }

  @Nested
  class Complexity extends RoutingPolicyContract {
    @Override
    RoutingPolicy policy(RoutingSignals world) {
      return new ComplexityPolicy(CONFIG, world.quality(), world.random());
    }
  }

  @Nested
  class Cheapest extends RoutingPolicyContract {
    @Override
    RoutingPolicy policy(RoutingSignals world) {
      return new CheapestPolicy();
    }
  }

  @Nested
  class PromptLength extends RoutingPolicyContract {
    @Override
    RoutingPolicy policy(RoutingSignals world) {
      return new PromptLengthPolicy(CONFIG);
    }
  }

  @Nested
  class FastestP95 extends RoutingPolicyContract {
    @Override
    RoutingPolicy policy(RoutingSignals world) {
      return new FastestPolicy(CONFIG, world.statistics(), world.random());
    }
  }

  @Nested
  class SloBurnAware extends RoutingPolicyContract {
    @Override
    RoutingPolicy policy(RoutingSignals world) {
      return new SloBurnPolicy(world.slo(), world.random());
    }
  }

  @Nested
  class Canary extends RoutingPolicyContract {
    @Override
    RoutingPolicy policy(RoutingSignals world) {
      return new CanaryPolicy(world.canary(), new CheapestPolicy(), world.random());
    }
  }

  @Nested
  class Weighted extends RoutingPolicyContract {
    @Override
    RoutingPolicy policy(RoutingSignals world) {
      return new WeightedPolicy(CONFIG, world.random());
    }
  }
}
