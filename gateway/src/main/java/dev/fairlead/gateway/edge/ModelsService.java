package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.routing.PolicyName;
import dev.fairlead.gateway.routing.Usd;
import dev.fairlead.gateway.upstream.CatalogFollower;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/models} and {@code /v1/models/{id}}: the catalogue, {@code auto} and its policies,
 * and the own encoder.
 */
final class ModelsService extends EdgeService {

  private static final String AUTO = "auto";

  private final ErrorDialects dialects;
  private final CatalogFollower catalogs;

  ModelsService(ErrorDialects dialects, CatalogFollower catalogs) {
    super(dialects.openAi(), HttpMethod.GET);
    this.dialects = dialects;
    this.catalogs = catalogs;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    Catalog catalog = catalogs.require();
    Grants grants = EdgeContext.principal(context).grants();
    String requestId = EdgeContext.requestId(context);
    String id = context.pathParams().get("id");
    if (headers.contains("anthropic-version")) {
      return Json.response(200, requestId, anthropic(context, catalog, grants, id));
    }
    if (id != null) {
      return Json.response(200, requestId, find(catalog, grants, id));
    }
    ObjectNode list = Json.object();
    list.put("object", "list");
    ArrayNode data = list.putArray("data");
    all(catalog, grants).forEach(data::add);
    return Json.response(200, requestId, list);
  }

  private static ObjectNode anthropic(
      ServiceRequestContext context, Catalog catalog, Grants grants, @Nullable String id) {
    if (id != null) {
      return AnthropicModels.model(find(catalog, grants, id).get("id").textValue());
    }
    List<String> ids =
        all(catalog, grants).stream().map(node -> node.get("id").textValue()).toList();
    return AnthropicModels.page(ids, context.queryParams());
  }

  /** A client that names a version of Anthropic's API reads Anthropic's errors. */
  @Override
  DialectCodec errorsFor(RequestHeaders headers) {
    return dialects.of(headers);
  }

  private static ObjectNode find(Catalog catalog, Grants grants, String id) {
    Optional<ObjectNode> found =
        all(catalog, grants).stream()
            .filter(node -> node.get("id").textValue().equals(id))
            .findFirst();
    return found.orElseThrow(() -> {
      String cut = id.length() <= 200 ? id : id.substring(0, 200) + "...";
      return new Failure.UnknownModel(
              "model: " + cut + " does not exist (expected: a model of GET /v1/models)", cut)
          .asException();
    });
  }

  /** The configured models with their prices; empty while the catalogue is not known. */
  static ArrayNode catalogue(CatalogFollower catalogs) {
    ArrayNode models = Json.MAPPER.createArrayNode();
    catalogs
        .current()
        .ifPresent(known -> known.models().forEach(model -> models.add(entry(model))));
    return models;
  }

  private static List<ObjectNode> all(Catalog catalog, Grants grants) {
    List<ObjectNode> nodes = new ArrayList<>();
    nodes.add(entry(AUTO, "fairlead"));
    for (PolicyName policy : PolicyName.values()) {
      if (!grants.allowsPolicy(policy.label())) {
        continue;
      }
      nodes.add(entry(AUTO + ":" + policy.label(), "fairlead"));
    }
    for (ModelSpec model : catalog.models()) {
      if (grants.allowsModel(model.id())) {
        nodes.add(entry(model));
      }
    }
    if (grants.allowsModel(OwnEncoder.ID)) {
      ObjectNode encoder = entry(OwnEncoder.ID, "fairlead");
      encoder.putArray("capabilities").add(Capability.EMBEDDINGS.label());
      nodes.add(encoder);
    }
    return nodes;
  }

  private static ObjectNode entry(String id, String owner) {
    ObjectNode node = Json.object();
    node.put("id", id);
    node.put("object", "model");
    node.put("created", 0);
    node.put("owned_by", owner);
    return node;
  }

  private static ObjectNode entry(ModelSpec model) {
    ObjectNode node = entry(model.id(), model.provider());
    node.put("provider", model.provider());
    node.put("tier", model.tier() == null ? null : model.tier().label());
    ArrayNode capabilities = node.putArray("capabilities");
    model.capabilities().stream().map(Capability::label).sorted().forEach(capabilities::add);
    node.put("context_window", model.contextWindow());
    node.put("max_output_tokens", model.maxOutputTokens());
    node.put("priced", model.price() != null);
    price(node, model.price());
    return node;
  }

  /** USD per million tokens; null when the price is not known. */
  private static void price(ObjectNode node, @Nullable Price price) {
    if (price == null) {
      node.putNull("price");
      return;
    }
    ObjectNode prices = node.putObject("price");
    rates(prices, price);
    if (!price.longContext().isEmpty()) {
      ArrayNode steps = prices.putArray("long_context");
      for (Price.LongContext step : price.longContext()) {
        rates(steps.addObject().put("above", step.abovePromptTokens()), step.rates());
      }
    }
  }

  private static void rates(ObjectNode prices, Price price) {
    prices.put("input", Usd.decimal(price.inputNanoUsdPerMillion()));
    prices.put("output", Usd.decimal(price.outputNanoUsdPerMillion()));
    prices.put("cached_input", Usd.decimal(price.cachedInputNanoUsdPerMillion()));
    prices.put("cache_write", Usd.decimal(price.cacheWriteNanoUsdPerMillion()));
  }
}
