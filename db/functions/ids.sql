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

-- The event of an order: its moment, the order's bucket, and the same rest each time.
CREATE OR REPLACE FUNCTION sluice.order_event_id(
    o_id uuid, e_type text, e_at timestamptz
) RETURNS uuid
LANGUAGE sql
STABLE
AS $$
    SELECT (lpad(to_hex((extract(epoch FROM e_at) * 1000)::bigint), 12, '0')
        || substr(replace(o_id::text, '-', ''), 13, 2)
        || left(md5(o_id::text || e_type), 18))::uuid
$$;
