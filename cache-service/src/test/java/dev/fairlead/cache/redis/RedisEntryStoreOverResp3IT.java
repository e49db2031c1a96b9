package dev.fairlead.cache.redis;

/** Everything that holds over RESP2 holds over RESP3. */
class RedisEntryStoreOverResp3IT extends RedisEntryStoreIT {

  @Override
  int protocol() {
    return 3;
  }
}
