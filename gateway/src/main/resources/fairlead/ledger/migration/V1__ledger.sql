-- One row a request, never changed. Money is in nano-dollars, times are in microseconds.
create table ledger_row (
  row_id               varchar(36) primary key,
  request_id           varchar(200) not null,
  happened_at          timestamp with time zone not null,
  day_utc              date not null,
  tenant               varchar(200) not null,
  team                 varchar(200) not null,
  key_id               varchar(200) not null,
  tags                 varchar(1200) not null,
  model_asked          varchar(200) not null,
  model_used           varchar(200) not null,
  policy               varchar(64) not null,
  reason               varchar(64) not null,
  tier                 varchar(16) not null,
  prompt_class         varchar(32) not null,
  complexity           double precision,
  cache                varchar(16) not null,
  similarity           double precision,
  prompt_tokens        bigint not null,
  cached_prompt_tokens bigint not null,
  cache_write_tokens   bigint not null,
  completion_tokens    bigint not null,
  reasoning_tokens     bigint not null,
  usage_source         varchar(16) not null,
  cost_nano_usd        bigint not null,
  tries_nano_usd       bigint not null,
  baseline_nano_usd    bigint not null,
  saved_nano_usd       bigint not null,
  input_price          bigint,
  output_price         bigint,
  latency_micros       bigint not null,
  first_token_micros   bigint,
  attempts             int not null,
  status               varchar(16) not null,
  failure              varchar(40) not null,
  trace_id             varchar(32) not null,
  prompt               text
);
create index ledger_row_happened_at on ledger_row (happened_at);
create index ledger_row_request_id on ledger_row (request_id);

-- Tries of a request before its last that cost something; their cost is part of the row's.
create table ledger_try (
  row_id               varchar(36) not null,
  number               int not null,
  happened_at          timestamp with time zone not null,
  tenant               varchar(200) not null,
  model                varchar(200) not null,
  provider             varchar(200) not null,
  result               varchar(32) not null,
  prompt_tokens        bigint not null,
  cached_prompt_tokens bigint not null,
  completion_tokens    bigint not null,
  cost_nano_usd        bigint not null,
  primary key (row_id, number)
);
create index ledger_try_happened_at on ledger_try (happened_at);

-- A day's rows added up, once the rows themselves are no longer kept. Lines with `is_try` are what
-- tries before the last cost, moved from the model that answered to the model that was tried.
create table ledger_day (
  day_utc              date not null,
  is_try               boolean not null,
  tenant               varchar(200) not null,
  team                 varchar(200) not null,
  key_id               varchar(200) not null,
  tags                 varchar(1200) not null,
  model_used           varchar(200) not null,
  policy               varchar(64) not null,
  input_price          bigint,
  output_price         bigint,
  requests             bigint not null,
  errors               bigint not null,
  cancelled            bigint not null,
  cache_answers        bigint not null,
  estimated            bigint not null,
  prompt_tokens        bigint not null,
  cached_prompt_tokens bigint not null,
  completion_tokens    bigint not null,
  cost_nano_usd        bigint not null,
  tries_nano_usd       bigint not null,
  baseline_nano_usd    bigint not null,
  saved_nano_usd       bigint not null,
  cache_saved_nano_usd bigint not null
);
create index ledger_day_day_utc on ledger_day (day_utc);
