package dev.fairlead.cache.redis;

/** The same over the newer protocol, whose answers have other types. */
class RedisVectorSetsOverResp3IT extends RedisVectorSetsIT {

  @Override
  int protocol() {
    return 3;
  }
}
