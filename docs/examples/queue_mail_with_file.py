"""Puts a mail job on the queue whose attachment is too large for a queue message: the file goes into a blob, and the job
has its name, size and hash (claim check). Nothing is needed but Python itself.

    export STORAGE_TOKEN=$(az account get-access-token --resource https://storage.azure.com/ --query accessToken -o tsv)
    QUEUE_SERVICE_URI=https://contosomail.queue.core.windows.net \
    BLOB_SERVICE_URI=https://contosomail.blob.core.windows.net python3 queue_mail_with_file.py invoice.pdf

Whoever the token is for needs the roles Storage Queue Data Message Sender on the queue and Storage Blob Data Contributor on
the container mail-content.
"""

import hashlib
import json
import os
import sys
from email.utils import formatdate
from urllib.request import Request, urlopen
from xml.sax.saxutils import escape


def storage(method, uri, body, headers):
    headers = {
        "Authorization": "Bearer " + os.environ["STORAGE_TOKEN"],
        "x-ms-version": "2021-12-02",
        "x-ms-date": formatdate(usegmt=True),
        **headers,
    }
    with urlopen(Request(uri, data=body, headers=headers, method=method), timeout=300):
        pass


job_id = "invoice-4714"
with open(sys.argv[1], "rb") as file:
    content = file.read()

# Content first: a job whose blob is not there yet is refused.
blob = f"jobs/{job_id}/invoice.pdf"
storage(
    "PUT",
    os.environ["BLOB_SERVICE_URI"] + "/mail-content/" + blob,
    content,
    {"Content-Type": "application/pdf", "x-ms-blob-type": "BlockBlob"},
)

job = {
    "version": 1,
    "id": job_id,
    "tenant": "11111111-aaaa-4aaa-8aaa-111111111111",
    "from": "billing@contoso.example",
    "to": ["anna@customer.example"],
    "subject": "Your invoice",
    "text": "It is attached.",
    "attachments": [
        {
            "name": "invoice.pdf",
            "contentType": "application/pdf",
            "content": {"blob": blob, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)},
        }
    ],
}
message = f"<QueueMessage><MessageText>{escape(json.dumps(job))}</MessageText></QueueMessage>"
storage(
    "POST",
    os.environ["QUEUE_SERVICE_URI"] + "/mail-graph/messages?messagettl=-1",
    message.encode(),
    {"Content-Type": "application/xml"},
)
print("queued", job_id)
