/**
 * Sends one mail and one that is refused with Microsoft's own client, unmodified, and prints what came back. A process of
 * its own, because Node reads NODE_EXTRA_CA_CERTS only when it starts.
 */

import { Client, GraphError, ResponseType } from '@microsoft/microsoft-graph-client';
import { z } from 'zod';

const { GRAPH_URL, ACCESS_TOKEN, SENDER, RECIPIENT } = z
  .object({ GRAPH_URL: z.url(), ACCESS_TOKEN: z.string(), SENDER: z.string(), RECIPIENT: z.string() })
  .parse(process.env);

const client = Client.initWithMiddleware({
  authProvider: { getAccessToken: async () => ACCESS_TOKEN },
  baseUrl: `${GRAPH_URL}/`,
  // A bare host name: the client leaves the token out for hosts that are not listed.
  customHosts: new Set(['localhost']),
});
const message = {
  subject: 'From the real client',
  body: { contentType: 'HTML', content: '<p>Hello</p>' },
  toRecipients: [{ emailAddress: { address: RECIPIENT } }],
};
const path = `/users/${encodeURIComponent(SENDER)}/sendMail`;

const accepted = z.instanceof(Response).parse(await client.api(path).responseType(ResponseType.RAW).post({ message }));
let refused: unknown;
try {
  // Without RAW: with it the client throws for no answer at all.
  await client.api(path).post({ message: { ...message, toRecipients: [] } });
} catch (error) {
  if (!(error instanceof GraphError)) throw error;
  refused = { statusCode: error.statusCode, code: error.code, requestId: error.requestId };
}
console.log(JSON.stringify({ status: accepted.status, requestId: accepted.headers.get('request-id'), refused }));
