-- How far each gateway's journal was carried into the tables; changed in the transaction that writes its rows.
create table ledger_journal (
  journal     varchar(36) primary key,
  segment     bigint not null,
  byte_offset bigint not null,
  number      bigint not null,
  told_on     date not null
);
