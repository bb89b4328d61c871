#!/bin/sh
# Sends one request with a signature (RFC 9421, hmac-sha256) and the digest of its body (RFC 9530),
# and prints the answer and its status: an example of a client for keys that must sign.
#
#     SLUICE_KEY=sk_...  SLUICE_KEY_ID=shop  SLUICE_SIGNING_SECRET=...  \
#         openapi/signed_request.sh POST http://127.0.0.1:8080/v1/orders '{...}'
#
# What is on a command line can be seen by others on this machine: a program signs within itself.
set -eu
method=$1 url=$2 body=${3-}
nonce=${SLUICE_NONCE:-$(openssl rand -hex 16)}

covered='"@method" "@target-uri"'
base=$(printf '"@method": %s\n"@target-uri": %s' "$method" "$url")
set -- -X "$method" -H "Authorization: Bearer $SLUICE_KEY"
if [ -n "$body" ]; then
    digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | openssl base64 -A):"
    covered="$covered \"content-digest\""
    base=$(printf '%s\n"content-digest": %s' "$base" "$digest")
    set -- "$@" -H 'Content-Type: application/json' -H "Content-Digest: $digest" --data-raw "$body"
fi
input="($covered);created=$(date +%s);keyid=\"$SLUICE_KEY_ID\";nonce=\"$nonce\";alg=\"hmac-sha256\""
signature=$(printf '%s\n"@signature-params": %s' "$base" "$input" |
    openssl dgst -sha256 -hmac "$SLUICE_SIGNING_SECRET" -binary | openssl base64 -A)
exec curl -sS -m 60 -w '\n%{http_code}\n' "$@" \
    -H "Signature-Input: sig=$input" -H "Signature: sig=:$signature:" "$url"
