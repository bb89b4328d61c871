-- What a payment brings forth (instructions, holds, journals) has an id that begins with the same
-- seven bytes as the payment's: its moment and its bucket. So the payment of an instruction is
-- looked for between these two ids, where hardly any other stands.
CREATE OR REPLACE FUNCTION sluice.first_id_beside(id uuid) RETURNS uuid
LANGUAGE sql
IMMUTABLE
AS $$ SELECT (left(id::text, 16) || '00-0000-000000000000')::uuid $$;

CREATE OR REPLACE FUNCTION sluice.last_id_beside(id uuid) RETURNS uuid
LANGUAGE sql
IMMUTABLE
AS $$ SELECT (left(id::text, 16) || 'ff-ffff-ffffffffffff')::uuid $$;
