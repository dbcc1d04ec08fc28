/** An authority whose discovery is as MSAL wants it and whose token endpoint answers as a test says. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ReceivedRequest, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

type Answer = (response: ServerResponse, socket: Socket) => void;

export interface ScriptedEntra extends ScriptedServer {
  /** The requests to the token endpoint, by tenant. */
  tokenRequestsOf(tenantId: string): readonly ReceivedRequest[];
  /** How the token endpoint of a tenant answers. */
  answer(tenantId: string, answer: Answer): void;
}

export async function startScriptedEntra(): Promise<ScriptedEntra> {
  const answers = new Map<string, Answer>();
  const server = await startScriptedServer({
    answer(response, { method, path }, socket) {
      const tenantId = path.split('/')[1] ?? '';
      const below = `${server.url}/${tenantId}`;
      if (method === 'POST') {
        answers.get(tenantId)?.(response, socket);
        return;
      }
      const configuration = {
        issuer: `${below}/v2.0`,
        authorization_endpoint: `${below}/oauth2/v2.0/authorize`,
        token_endpoint: `${below}/oauth2/v2.0/token`,
        jwks_uri: `${below}/discovery/v2.0/keys`,
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(configuration));
    },
  });
  // Assigned and not spread: the counters of the server are read when they are asked for.
  return Object.assign(server, {
    tokenRequestsOf: (tenantId: string) =>
      server.requests.filter(({ method, path }) => method === 'POST' && path.startsWith(`/${tenantId}/`)),
    answer: (tenantId: string, answer: Answer) => void answers.set(tenantId, answer),
  });
}
