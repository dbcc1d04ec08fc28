# Puts a mail job on the queue. Needs PowerShell 7.
#
#     Install-Module Az.Accounts
#     Connect-AzAccount
#     ./queue-mail.ps1 -QueueServiceUri https://contosomail.queue.core.windows.net
#
# Whoever is signed in needs the role Storage Queue Data Message Sender on the queue.

param([Parameter(Mandatory)] [uri] $QueueServiceUri)
$ErrorActionPreference = 'Stop'

# What comes from outside goes through ConvertTo-Json, never into this text.
$job = @'
{
  "version": 1,
  "id": "invoice-4716",
  "tenant": "11111111-aaaa-4aaa-8aaa-111111111111",
  "from": "billing@contoso.example",
  "to": [{ "address": "anna@customer.example", "name": "Anna Müller" }],
  "subject": "Your invoice",
  "text": "Thank you for your order."
}
'@

$message = @{
    Method         = 'Post'
    # The queue throws a message away after seven days unless it is told that this one never expires.
    Uri            = "$($QueueServiceUri.AbsoluteUri.TrimEnd('/'))/mail-graph/messages?messagettl=-1"
    Authentication = 'Bearer'
    Token          = (Get-AzAccessToken -ResourceUrl 'https://storage.azure.com/' -AsSecureString).Token
    Headers        = @{ 'x-ms-version' = '2021-12-02'; 'x-ms-date' = [DateTime]::UtcNow.ToString('R') }
    ContentType    = 'application/xml; charset=utf-8'
    Body           = "<QueueMessage><MessageText>$([Security.SecurityElement]::Escape($job))</MessageText></QueueMessage>"
}
$null = Invoke-RestMethod @message
Write-Output 'queued'
