"""Puts a mail job on the queue, with nothing but Python itself.

    export STORAGE_TOKEN=$(az account get-access-token --resource https://storage.azure.com/ --query accessToken -o tsv)
    QUEUE_SERVICE_URI=https://contosomail.queue.core.windows.net python3 queue_mail.py

Whoever the token is for needs the role Storage Queue Data Message Sender on the queue. In Azure, azure-identity gets the
token from the managed identity.
"""

import json
import os
from email.utils import formatdate
from urllib.request import Request, urlopen
from xml.sax.saxutils import escape

job = {
    "version": 1,
    "id": "invoice-4713",
    "tenant": "11111111-aaaa-4aaa-8aaa-111111111111",
    "from": "billing@contoso.example",
    "to": [{"address": "anna@customer.example", "name": "Anna Müller"}],
    "subject": "Your invoice",
    "text": "Thank you for your order.",
}

# A message lives for seven days unless it is told to stay for as long as it takes: messagettl=-1.
request = Request(
    os.environ["QUEUE_SERVICE_URI"] + "/mail-graph/messages?messagettl=-1",
    data=f"<QueueMessage><MessageText>{escape(json.dumps(job))}</MessageText></QueueMessage>".encode(),
    headers={
        "Authorization": "Bearer " + os.environ["STORAGE_TOKEN"],
        "Content-Type": "application/xml",
        "x-ms-version": "2021-12-02",
        "x-ms-date": formatdate(usegmt=True),
    },
    method="POST",
)
with urlopen(request, timeout=30):
    print("queued", job["id"])
