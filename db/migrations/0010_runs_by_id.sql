-- Live runs come and go with every payment. Ids grow with time, so that new ones go to the end of
-- the index and what is dead lies together; by bucket they were spread over all of it. The owner of
-- buckets reads all live runs once, when he takes them.
ALTER TABLE sluice.flow_run DROP CONSTRAINT flow_run_pkey, ADD PRIMARY KEY (run_id, bucket);
