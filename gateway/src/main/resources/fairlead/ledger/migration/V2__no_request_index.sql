-- Nothing asks by it, and ids in no order made it the dearest part of a row.
drop index ledger_row_request_id;
