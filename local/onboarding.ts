/** What an operator and a tenant's administrator do to bring a tenant in, by the same addresses that they would use. */

import { z } from 'zod';
import { routePrefix, routes, tables } from '../shared/names.ts';
import { Browser, type OpenedPage } from './browser.ts';
import { runCmdlets } from './cloud/exchange/run-cmdlets.ts';
import { vendor } from './cloud/seed.ts';
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

const tenantRow = z.object({ state: z.string(), objectId: z.string().optional() });

export async function tenantState(stack: Stack, tenantId: string): Promise<string | undefined> {
  return (await findTenant(stack, tenantId))?.state;
}

/**
 * What a tenant's administrator runs in Exchange Online, so that the app may send as the tenant's post office over SMTP:
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 */
export async function setUpSmtp(stack: Stack, tenant: { id: string; domain: string }): Promise<void> {
  const mailbox = `post@${tenant.domain}`;
  const { objectId } = (await findTenant(stack, tenant.id)) ?? {};
  const script = `
    Connect-ExchangeOnline -Organization ${tenant.id}
    New-ServicePrincipal -AppId ${vendor.appId} -ObjectId ${objectId} -DisplayName "Mailworks Post"
    Add-MailboxPermission -Identity "${mailbox}" -User ${objectId} -AccessRights FullAccess
    Add-RecipientPermission -Identity "${mailbox}" -Trustee ${objectId} -AccessRights SendAs -Confirm:$false
    Set-TransportConfig -SmtpClientAuthenticationDisabled $false`;
  const { error } = runCmdlets(stack.cloud, script);
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
