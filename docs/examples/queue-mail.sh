#!/usr/bin/env bash
# Puts a mail job on the queue.
#
#     az login
#     ./queue-mail.sh contosomail
#
# Whoever is signed in needs the role Storage Queue Data Message Sender on the queue.
set -euo pipefail

# What comes from outside goes through jq, never into this text.
job=$(
  cat <<'JSON'
{
  "version": 1,
  "id": "invoice-4717",
  "tenant": "11111111-aaaa-4aaa-8aaa-111111111111",
  "from": "billing@contoso.example",
  "to": [{ "address": "anna@customer.example", "name": "Anna Müller" }],
  "subject": "Your invoice",
  "text": "Thank you for your order."
}
JSON
)

# The queue throws a message away after seven days unless it is told that this one never expires.
az storage message put --auth-mode login --account-name "$1" --queue-name mail-graph --time-to-live -1 \
  --content "$job" --output none
echo queued
