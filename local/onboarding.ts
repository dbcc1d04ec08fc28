/** What an operator and a tenant's administrator do to bring a tenant in, by the same addresses that they would use. */

import { z } from 'zod';
import { routePrefix, routes, tables } from '../shared/names.ts';
import { Browser, type OpenedPage } from './browser.ts';
import { runCmdlets } from './cloud/exchange/run-cmdlets.ts';
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

/** Opens the link of an invitation and goes on to Microsoft's sign-in, as its page says. */
export async function continueToMicrosoft(browser: Browser, link: string): Promise<OpenedPage> {
  return browser.follow(await browser.open(link), 'Continue to Microsoft');
}

/** Opens the link, goes on, signs in as the administrator, and presses Accept or Cancel. */
export async function consent(
  link: string,
  administrator: string,
  choice: 'accept' | 'cancel' = 'accept',
): Promise<OpenedPage> {
  const browser = new Browser();
  const signIn = await continueToMicrosoft(browser, link);
  const permissions = await browser.press(signIn, administrator);
  return browser.press(permissions, choice);
}

const tenantRow = z.object({ state: z.string() });

export async function tenantState(stack: Stack, tenantId: string): Promise<string | undefined> {
  return (await findTenant(stack, tenantId))?.state;
}

/** The app writes the Exchange set-up for the tenant, and its administrator runs it, so that mail can leave over SMTP. */
export async function setUpSmtp({ host, cloud }: Stack, tenant: { id: string; domain: string }): Promise<void> {
  const url = new URL(`${host.url}/${routePrefix}/${routes.exchange.replace('{tenant}', tenant.id)}`);
  url.search = String(
    new URLSearchParams({ form: 'script', right: 'SMTP.SendAsApp', mailbox: `post@${tenant.domain}` }),
  );
  const response = await fetch(url, { headers: { 'x-functions-key': host.keys.functions['exchangeSetup'] ?? '' } });
  const script = await response.text();
  if (!response.ok) throw new Error(`The Exchange set-up was answered with ${response.status}: ${script}`);
  const { error } = runCmdlets(cloud, script);
  if (error) throw new Error(`Line ${error.line} of the Exchange set-up: ${error.message}`);
}

/** How many tokens the shared cache has. */
export async function tokensKept(stack: Stack): Promise<number> {
  let count = 0;
  for await (const { sealed } of stack.storage.table(tables.tokens).listEntities())
    count += sealed === undefined ? 0 : 1;
  return count;
}

async function findTenant(stack: Stack, tenantId: string): Promise<z.infer<typeof tenantRow> | undefined> {
  for await (const entity of stack.storage.table(tables.tenants).listEntities()) {
    if (entity.partitionKey === tenantId) return tenantRow.parse(entity);
  }
  return undefined;
}
