-- How good each answer was expected to be (the baseline's is 1), and whether time and cost stayed inside the limits.
alter table ledger_row add column expected_quality double precision;
alter table ledger_row add column service_level varchar(8) default '' not null;

alter table ledger_day add column quality_answers bigint default 0 not null;
alter table ledger_day add column quality_sum double precision default 0 not null;
alter table ledger_day add column level_met bigint default 0 not null;
alter table ledger_day add column level_missed bigint default 0 not null;
