// Puts a mail job on the queue.
//
//     dotnet package add Azure.Identity
//     dotnet package add Azure.Storage.Queues
//     QUEUE_SERVICE_URI=https://contosomail.queue.core.windows.net dotnet run
//
// Whoever runs it needs the role Storage Queue Data Message Sender on the queue: your own sign-in by `az login`, or the managed
// identity of where it runs.

using Azure.Identity;
using Azure.Storage.Queues;

var service = Environment.GetEnvironmentVariable("QUEUE_SERVICE_URI")
    ?? throw new InvalidOperationException("QUEUE_SERVICE_URI is not set.");

// What comes from outside goes through JsonSerializer.Serialize, never into this text.
const string job = """
    {
      "version": 1,
      "id": "invoice-4715",
      "tenant": "11111111-aaaa-4aaa-8aaa-111111111111",
      "from": "billing@contoso.example",
      "to": [{ "address": "anna@customer.example", "name": "Anna Müller" }],
      "subject": "Your invoice",
      "text": "Thank you for your order."
    }
    """;

var queue = new QueueClient(new Uri($"{service}/mail-graph"), new DefaultAzureCredential());
// The queue throws a message away after seven days unless it is told that this one never expires.
await queue.SendMessageAsync(job, timeToLive: TimeSpan.FromSeconds(-1));
Console.WriteLine("queued");
