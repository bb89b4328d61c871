-- What a run that is over still asks people: looked for, as no timer wakes such a run. Few.
CREATE INDEX task_settling ON sluice.task (id) WHERE status = 'open' AND kind = 'settle';
