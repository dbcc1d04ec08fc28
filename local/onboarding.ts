/** What an operator and a tenant's administrator do to bring a tenant in, by the same addresses that they would use. */

import { z } from 'zod';
import { routePrefix, routes, tables } from '../shared/names.ts';
import { Browser, type OpenedPage } from './browser.ts';
import type { Stack } from './stack.ts';

const invitation = z.object({ id: z.string(), link: z.string() });

/** `POST /api/invitations` with the function's key. */
export async function invite(stack: Stack, tenant?: string): Promise<z.infer<typeof invitation>> {
  const response = await fetch(`${stack.host.url}/${routePrefix}/${routes.invitations}`, {
    method: 'POST',
    headers: { 'x-functions-key': stack.host.keys.functions['createInvitation'] ?? '' },
    body: JSON.stringify(tenant === undefined ? {} : { tenant }),
  });
  if (response.status !== 201)
    throw new Error(`The invitation was answered with ${response.status}: ${await response.text()}`);
  return invitation.parse(await response.json());
}

/** Opens the link, signs in as the administrator, and presses Accept or Cancel. */
export async function consent(
  link: string,
  administrator: string,
  choice: 'accept' | 'cancel' = 'accept',
): Promise<OpenedPage> {
  const browser = new Browser();
  const signIn = await browser.open(link);
  const permissions = await browser.press(signIn, administrator);
  return browser.press(permissions, choice);
}

const tenantRow = z.object({ state: z.string() });

export async function tenantState(stack: Stack, tenantId: string): Promise<string | undefined> {
  for await (const entity of stack.storage.table(tables.tenants).listEntities()) {
    if (entity.partitionKey === tenantId) return tenantRow.parse(entity).state;
  }
  return undefined;
}
