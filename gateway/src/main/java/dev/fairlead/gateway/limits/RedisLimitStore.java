package dev.fairlead.gateway.limits;

import dev.fairlead.gateway.budget.BudgetScript;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.RateLimits;
import dev.fairlead.gateway.limits.LimitDecision.Refusal;
import dev.fairlead.gateway.limits.LimitDecision.What;
import dev.fairlead.gateway.limits.LimitStatus.Left;
import dev.fairlead.redis.RedisLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RScript.ReturnType;

/**
 * Limits over all replicas, by Redis' own clock: one script, and so one round trip, decides at all
 * levels, and holds money for the request while there is plenty. All names of a tenant share a hash
 * tag and therefore a cluster slot. A permit that nobody gives back ends by itself.
 */
public final class RedisLimitStore implements LimitStore {

  /**
   * Three keys a level: requests and tokens (hashes of counts by part of the window) and permits (a
   * sorted set by expiry). Parts of a time to come are left from a clock that was set back: near
   * ones still count, far ones are moved to now, so that they are forgotten after one window.
   */
  private static final String COMMON =
      """
      local time = redis.call('time')
      local now = time[1] * 1000 + math.floor(time[2] / 1000)
      local part = tonumber(ARGV[1])
      local kept = tonumber(ARGV[2])
      local tick = math.floor(now / part)
      local function typed(key, kind)
        local is = redis.call('type', key).ok
        if is ~= kind and is ~= 'none' then redis.call('del', key) end
      end
      local function sum(key)
        typed(key, 'hash')
        local flat = redis.call('hgetall', key)
        local ticks, counts, total, newest = {}, {}, 0, 0
        for i = 1, #flat, 2 do
          local at, count = tonumber(flat[i]), tonumber(flat[i + 1])
          if at == nil or count == nil or at <= tick - kept then
            redis.call('hdel', key, flat[i])
          else
            if at > tick + kept then
              redis.call('hdel', key, flat[i])
              redis.call('hincrby', key, tick, count)
              at = tick
            end
            if counts[at] == nil then ticks[#ticks + 1] = at end
            counts[at] = (counts[at] or 0) + count
            total = total + count
            if at > newest and count > 0 then newest = at end
          end
        end
        table.sort(ticks)
        return { total = total, newest = newest, ticks = ticks, counts = counts }
      end
      local function add(key, at, count, ttl)
        redis.call('hincrby', key, at, count)
        redis.call('pexpire', key, ttl)
      end
      """;

  private static final String ADMIT =
      COMMON
          + """
          local permit, permit_ttl, wanted = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
          local levels = #KEYS / 3
          local sums = {}
          local refused, what, retry = 0, 0, -1
          local function over(level, kind, of, more, limit)
            local excess = of.total + more - limit
            if refused > 0 or limit == 0 or excess <= 0 then return end
            refused, what = level, kind
            if more > limit then return end
            local freed = 0
            for _, at in ipairs(of.ticks) do
              freed = freed + of.counts[at]
              if freed >= excess then
                retry = (at + kept) * part - now
                return
              end
            end
          end
          for level = 1, levels do
            local requests = sum(KEYS[level * 3 - 2])
            local tokens = sum(KEYS[level * 3 - 1])
            sums[level] = { requests, tokens }
            local permits = KEYS[level * 3]
            typed(permits, 'zset')
            redis.call('zremrangebyscore', permits, '-inf', now)
            local most = tonumber(ARGV[5 + level * 3])
            if refused == 0 and most > 0 and redis.call('zcard', permits) >= most then
              refused, what = level, 2
            end
            over(level, 0, requests, 1, tonumber(ARGV[3 + level * 3]))
            over(level, 1, tokens, wanted, tonumber(ARGV[4 + level * 3]))
          end
          local answer = { refused, what, retry, tick }
          for level = 1, levels do
            local requests, tokens = sums[level][1], sums[level][2]
            if refused == 0 then
              local ttl = (kept + 1) * part
              add(KEYS[level * 3 - 2], tick, 1, ttl)
              add(KEYS[level * 3 - 1], tick, wanted, ttl)
              redis.call('zadd', KEYS[level * 3], now + permit_ttl, permit)
              redis.call('pexpire', KEYS[level * 3], permit_ttl + 1000)
              requests.total, requests.newest = requests.total + 1, tick
              tokens.total, tokens.newest = tokens.total + wanted, tick
            end
            for _, of in ipairs({ requests, tokens }) do
              answer[#answer + 1] = of.total
              answer[#answer + 1] = of.total > 0 and (of.newest + kept) * part - now or 0
            end
          end
          return answer
          """;

  /**
   * The limits and then the money, each with its own part of keys and arguments: how many of both
   * are the limits' is told first. The last number of the answer is 0 when the money is held.
   */
  private static final String ADMIT_AND_HOLD =
      """
      local limits = function(KEYS, ARGV)
      %s
      end
      local budgets = function(KEYS, ARGV)
      %s
      end
      local keys, arguments = tonumber(ARGV[1]), tonumber(ARGV[2])
      local answer = limits({ unpack(KEYS, 1, keys) }, { unpack(ARGV, 3, arguments + 2) })
      local held = 1
      if answer[1] == 0 then
        held = budgets({ unpack(KEYS, keys + 1) }, { unpack(ARGV, arguments + 3) })[1]
      end
      answer[#answer + 1] = held
      return answer
      """
          .formatted(ADMIT, BudgetScript.LUA);

  private static final String FINISH =
      COMMON
          + """
          local permit, at, difference = ARGV[3], ARGV[4], tonumber(ARGV[5])
          for level = 1, #KEYS / 3 do
            local tokens, permits = KEYS[level * 3 - 1], KEYS[level * 3]
            typed(tokens, 'hash')
            typed(permits, 'zset')
            redis.call('zrem', permits, permit)
            if difference > 0 then
              add(tokens, tick, difference, (kept + 1) * part)
            elseif difference < 0 and redis.call('hexists', tokens, at) == 1 then
              redis.call('hincrby', tokens, at, difference)
            end
          end
          return 1
          """;

  private final RedisLink link;
  private final long partMillis;
  private final Duration permitTtl;

  /**
   * A store over a link.
   *
   * @param window that requests and tokens are limited in, at least {@link LimitStore#PARTS}
   *     milliseconds
   * @param permitTtl longest that a request can be under way
   */
  public RedisLimitStore(RedisLink link, Duration window, Duration permitTtl) {
    this.link = link;
    this.partMillis = window.toMillis() / PARTS;
    this.permitTtl = permitTtl;
  }

  @Override
  public CompletableFuture<LimitDecision> admit(LimitDemand demand) {
    List<Object> arguments = common();
    arguments.add(demand.permit());
    arguments.add(permitTtl.toMillis());
    arguments.add(demand.tokens());
    for (Owner owner : demand.owners()) {
      RateLimits rates = owner.quota().rates();
      arguments.add(rates.requestsPerMinute());
      arguments.add(rates.tokensPerMinute());
      arguments.add(rates.concurrent());
    }
    return ask(demand, arguments).thenApply(numbers -> decision(demand, numbers));
  }

  private CompletableFuture<List<Object>> ask(LimitDemand demand, List<Object> limits) {
    Reservation wish = demand.wish();
    List<Object> keys = keys(demand);
    if (wish == null) {
      return link.script(ADMIT, ReturnType.LIST, keys, limits.toArray());
    }
    List<Object> arguments = new ArrayList<>();
    arguments.add(keys.size());
    arguments.add(limits.size());
    arguments.addAll(limits);
    arguments.addAll(BudgetScript.hold(wish.ask()));
    keys.addAll(BudgetScript.keys(link.keyPrefix(), wish.ask().spenders()));
    return link.script(ADMIT_AND_HOLD, ReturnType.LIST, keys, arguments.toArray());
  }

  @Override
  public boolean holdsMoney() {
    return true;
  }

  private List<Object> common() {
    List<Object> arguments = new ArrayList<>();
    arguments.add(partMillis);
    arguments.add(PARTS + 1);
    return arguments;
  }

  private List<Object> keys(LimitDemand demand) {
    List<Object> keys = new ArrayList<>();
    for (Owner owner : demand.owners()) {
      String name =
          link.keyPrefix()
              + ":limits:{"
              + demand.scope()
              + "}:"
              + owner.kind().name().toLowerCase(Locale.ROOT)
              + ":"
              + owner.id();
      keys.add(name + ":requests");
      keys.add(name + ":tokens");
      keys.add(name + ":permits");
    }
    return keys;
  }

  private LimitDecision decision(LimitDemand demand, List<Object> numbers) {
    int level = (int) number(numbers, 0);
    Refusal refused = null;
    if (level > 0) {
      Owner owner = demand.owners().get(level - 1);
      What what = What.values()[(int) number(numbers, 1)];
      long retry = number(numbers, 2);
      refused =
          new Refusal(owner, what, limit(owner, what), retry < 0 ? null : Duration.ofMillis(retry));
    }
    LimitStatus status = LimitStatus.NONE;
    for (int i = 0; i < demand.owners().size(); i++) {
      Owner owner = demand.owners().get(i);
      int at = 4 + i * 4;
      status =
          status.and(
              new LimitStatus(
                  left(limit(owner, What.REQUESTS), numbers, at),
                  left(limit(owner, What.TOKENS), numbers, at + 2)));
    }
    boolean held = demand.wish() != null && number(numbers, numbers.size() - 1) == 0;
    return new LimitDecision(refused, status, number(numbers, 3), this, held);
  }

  private static long limit(Owner owner, What what) {
    RateLimits rates = owner.quota().rates();
    return switch (what) {
      case REQUESTS -> rates.requestsPerMinute();
      case TOKENS -> rates.tokensPerMinute();
      case CONCURRENT -> rates.concurrent();
    };
  }

  private static @Nullable Left left(long limit, List<Object> numbers, int at) {
    return limit == 0
        ? null
        : new Left(
            limit,
            Math.max(0, limit - number(numbers, at)),
            Duration.ofMillis(number(numbers, at + 1)));
  }

  private static long number(List<Object> numbers, int at) {
    return switch (numbers.get(at)) {
      case Long value -> value;
      case byte[] text -> Long.parseLong(new String(text, StandardCharsets.US_ASCII));
      case Object other -> throw new IllegalStateException("a script answered " + other);
    };
  }

  @Override
  public void finish(LimitDemand demand, LimitDecision admitted, long tokens) {
    List<Object> arguments = common();
    arguments.add(demand.permit());
    arguments.add(admitted.tick());
    arguments.add(tokens < 0 ? 0 : tokens - demand.tokens());
    CompletableFuture<Long> finished =
        link.script(FINISH, ReturnType.LONG, keys(demand), arguments.toArray());
    // What is not given back now ends with the permit's time.
    var unused = finished.exceptionally(error -> 0L);
  }
}
